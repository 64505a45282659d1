"""Builders for server tests: a small office, and devices that speak the sync protocol without a field client."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from flask.testing import FlaskClient

from server.models.office import Area, RoleAssignment, Staff
from server.services.changes import Ledger
from server.services.staged import office
from server.transaction import parts, transact
from sync.digest import checksum
from sync.frames import Acks, BucketState, End, Page, Scope, Welcome, frames
from sync.protocol import Mutation, Request
from sync.seal import FIRST, Seal, seal

COUNTY = "430981"
TOWNSHIPS = ("430981101", "430981102")
VILLAGES = ("430981101001", "430981101002", "430981102001", "430981102002")
PASSWORD = "correct horse"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # quick, for tests
STAFF = {
    "caseworker1": ("caseworker", TOWNSHIPS[0]),
    "caseworker2": ("caseworker", TOWNSHIPS[1]),
    "caseworker3": ("caseworker", TOWNSHIPS[0]),
    "assistant1": ("village_assistant", VILLAGES[0]),
    "reviewer1": ("reviewer", COUNTY),
    "reviewer2": ("reviewer", TOWNSHIPS[1]),
    "reviewer3": ("reviewer", TOWNSHIPS[0]),
    "county1": ("county_officer", COUNTY),
    "county2": ("county_officer", COUNTY),
    "check1": ("check_centre", COUNTY),
    "hotline1": ("hotline", COUNTY),
    "inspector1": ("inspector", COUNTY),
    "admin1": ("admin", ""),
}


def an_id() -> str:
    """Make an id; a test's records need no order."""
    return str(uuid.uuid4())


@dataclass
class Device:
    """A device that keeps just enough to speak the protocol."""

    client: FlaskClient
    token: str
    device_id: str
    key: Ed25519PrivateKey
    n: int = 0
    have: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    epoch: str = ""
    rows: dict[tuple[str, str, str], tuple[int, bytes]] = field(default_factory=dict)
    seals: int = 0
    last_seal: str = FIRST

    def mutation(self, record_type: str, record_id: str, op: str, bucket: str, fields: Mapping[str, Any]) -> Mutation:
        """Make the next mutation."""
        self.n += 1
        at = {"wall": "2026-07-06T01:00:00.000Z", "uptime_ms": 0, "boot": "b"}
        return Mutation(self.n, record_type, record_id, op, bucket, self.have.get(bucket, 0), fields, at)

    def post(self, request: Request) -> Any:
        """Send a request; give the raw response."""
        return self.client.post(
            "/sync/v1/exchange", data=request.encode(), headers={"Authorization": f"Bearer {self.token}"}
        )

    def exchange(self, mutations: Sequence[Mutation] = (), **more: Any) -> Acks:
        """Do one whole exchange, keep what came, and give the acknowledgements."""
        request = Request(1, self.epoch, dict(self.have), tuple(mutations), **more)
        response = self.post(request)
        assert response.status_code == 200, response.get_data(as_text=True)
        acks = None
        for frame in frames([response.data]):
            match frame:
                case Welcome(epoch=epoch):
                    self.epoch = epoch
                case Acks():
                    acks = frame
                case Scope(same=False, states=states, keys=keys):
                    self.states, self.keys = dict(states), dict(keys)
                case Page():
                    self._keep(frame)
                case End():
                    self.end = frame
        assert acks is not None
        return acks

    def _keep(self, page: Page) -> None:
        for row in page.rows:
            if row.body is None:
                self.rows.pop((page.bucket, row.type, row.id), None)
            else:
                self.rows[page.bucket, row.type, row.id] = (row.seq, row.body)
        self.have[page.bucket] = page.upto

    def own_state(self, bucket: str) -> BucketState:
        """Compute a bucket's state from the rows that this device holds."""
        own = [(kind, rid, seq, body) for (b, kind, rid), (seq, body) in self.rows.items() if b == bucket]
        count, total = checksum(bytes.fromhex(self.keys[bucket]), own)
        return BucketState(self.have.get(bucket, 0), count, total)

    def sealed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Seal a record with this device's key, as the next of its chain."""
        self.seals += 1
        made: Seal = seal(fields, self.key, device_id=self.device_id, number=self.seals, previous=self.last_seal)
        self.last_seal = made.hash
        return {**fields, "seal": made.to_dict()}


@dataclass
class Office:
    """The office of a test, with what was put into it."""

    app: Flask
    households: dict[str, str]
    staff: dict[str, str]

    @classmethod
    def found(cls, app: Flask) -> "Office":
        """Put areas, staff and a household in each village into an empty database."""
        households = {village: an_id() for village in VILLAGES}
        staff = {username: an_id() for username in STAFF}
        with app.app_context():
            transact(lambda ledger: cls._fill(ledger, households, staff))
        return cls(app, households, staff)

    @staticmethod
    def _fill(ledger: Ledger, households: Mapping[str, str], staff: Mapping[str, str]) -> None:
        levels = {6: "county", 9: "township", 12: "village"}
        for code in (COUNTY, *TOWNSHIPS, *VILLAGES):
            ledger.session.add(Area(code=code, name=f"地区{code}", level=levels[len(code)], parent_code=None))
        for username, (role, area) in STAFF.items():
            member = Staff(
                id=staff[username], username=username, display_name=f"姓名{username}", password_hash=PASSWORD_HASH
            )
            ledger.session.add(member)
            ledger.session.flush()
            ledger.session.add(RoleAssignment(staff_id=member.id, role=role, area_prefix=area))
        author = office(parts().clock())
        for village, household_id in households.items():
            person = an_id()
            ledger.create("household", household_id, village, {"area_code": village, "head_id": person}, author)
            ledger.create(
                "person", person, village, {"name": "王桂花", "id_number": "990101194906010012", "sex": "女"}, author
            )
            link = {"household_id": household_id, "person_id": person, "relation": "户主", "included": True}
            ledger.create("household_member", an_id(), village, link, author)

    def token(self, username: str, password: str = PASSWORD) -> str:
        """Sign somebody in."""
        response = self.app.test_client().post("/api/v1/sessions", json={"username": username, "password": password})
        assert response.status_code == 200, response.json
        return str(response.json["access_token"])

    def bearer(self, username: str, password: str = PASSWORD) -> dict[str, str]:
        """Give the headers of a signed-in request."""
        return {"Authorization": f"Bearer {self.token(username, password)}"}

    def device(self, username: str = "caseworker1", password: str = PASSWORD) -> Device:
        """Enrol a device and open its session by its key."""
        client = self.app.test_client()
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        enrolled = client.post(
            "/api/v1/devices",
            json={"name": "手机", "signing_key": public, "sealing_key": "11" * 32},
            headers=self.bearer(username, password),
        )
        assert enrolled.status_code == 201, enrolled.json
        device_id = enrolled.json["device_id"]
        return Device(client, open_device_session(client, device_id, key), device_id, key)

    def visit(self, device: Device, village: str = VILLAGES[0], **more: Any) -> dict[str, Any]:
        """Make the fields of a sealed visit that has its legal shape."""
        investigators = [self.staff["caseworker1"], self.staff["caseworker3"]]
        signatures = [
            {"id": an_id(), "role": "investigator", "signer_id": one, "signer_name": "员", "blob": sha_of(one)}
            for one in investigators
        ]
        household = {"id": an_id(), "role": "household", "signer_id": None, "signer_name": "户", "blob": sha_of("h")}
        fields = {
            "household_id": self.households[village],
            "kind": "application",
            "mode": "on_site",
            "form": {"id": "home_visit", "version": "1", "hash": "0" * 64},
            "started_at": "2026-07-06T00:10:00.000Z",
            "sealed_at": "2026-07-06T00:50:00.000Z",
            "answers": {"income/monthly": 320},
            "participants": [{"staff_id": one, "name": "员", "role": "lead"} for one in investigators],
            "signatures": [*signatures, household],
            "identity": [{"method": "id_card", "outcome": "confirmed", "person_id": an_id()}],
            "evidence": [{"id": an_id(), "blob": sha_of("photo"), "kind": "house", "size": 5}],
            "clock": {"wall": "2026-07-06T00:50:00.000Z", "uptime_ms": 0, "boot": "b"},
            **more,
        }
        return device.sealed(fields)


def open_device_session(client: FlaskClient, device_id: str, key: Ed25519PrivateKey) -> str:
    """Open a device's session by its key."""
    asked = client.post(f"/api/v1/devices/{device_id}/challenge").json["challenge"]
    signature = key.sign(b"zsb-device-session\0" + asked.encode()).hex()
    opened = client.post(f"/api/v1/devices/{device_id}/sessions", json={"challenge": asked, "signature": signature})
    assert opened.status_code == 200, opened.json
    return str(opened.json["access_token"])


def blob_of(text: str) -> bytes:
    """Give the bytes of a made-up blob."""
    return b"\xff\xd8\xff" + text.encode()


def sha_of(text: str) -> str:
    """Name a made-up blob."""
    return hashlib.sha256(blob_of(text)).hexdigest()
