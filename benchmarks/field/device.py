"""A device as it is after years: its store is filled through the code that keeps what the office sends and what is sealed."""

import json
import random
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import forms
from field_client import blobs, keys, lease, outbox, replica, standings
from field_client.clock import Clock, system_clock
from field_client.photos import Prepared
from field_client.settings import Device, Home, save_device
from field_client.store import Store, open_store
from field_client.web import create_app, entrance
from server.sample.county import AREAS
from server.sample.households import generate
from sync.canonical import dumps, instant
from sync.frames import Page, Row
from sync.ids import new_id
from sync.seal import sign_receipt

PIN = "2580"
STAFF = "staff-bench"


@dataclass(frozen=True)
class Counts:
    """How much the device holds."""

    households: int
    visits: int
    photos: int


COUNTS = Counts(16_000, 500, 5_000)
WAITING_SHARE = 4  # One visit of so many has not left the device yet.
PREVIEW_BYTES = 9_000


@dataclass
class Scene:
    """The device, its pages, and what to ask them for."""

    home: Home
    store_key: bytes
    device: Device
    clock: Clock
    households: list[str]
    visits: list[str]
    searches: dict[str, str] = field(default_factory=dict)
    client: FlaskClient | None = None

    @property
    def household(self) -> str:
        """A household of the middle."""
        return self.households[len(self.households) // 3]

    @property
    def visit(self) -> str:
        """A visit that has long arrived."""
        return self.visits[-1]

    def get(self, path: str) -> str:
        """Ask for a page."""
        return _text(self._entered().get(path))

    def search(self, text: str) -> str:
        """Ask for the households that fit a few characters."""
        with self._entered().session_transaction() as session:
            token = session["csrf"]
        return _text(self._entered().post("/households", data={"csrf": token, "q": text, "part": "1"}))

    def _entered(self) -> FlaskClient:
        if self.client is None:
            app = create_app(self.home, self.clock, store_key=self.store_key)
            self.client = app.test_client()
            self.client.get(entrance(app))
        return self.client


def _text(answer: TestResponse) -> str:
    assert answer.status_code == 200, (answer.request.path, answer.status_code, answer.text[:500])
    return answer.text


def scene(folder: Path, counts: Counts = COUNTS) -> Scene:
    """Make the device in a folder."""
    clock, office = system_clock(), Ed25519PrivateKey.generate()
    home, key, device = _enrolled(folder, clock, office)
    store = open_store(home, key)
    try:
        households, names = _register(store, clock, counts.households)
        visits = _visits(store, clock, office, device, households, counts)
        _forms(store, clock)
        store.put("synced_at", clock.now())
        standings.refresh(store, device)
    finally:
        store.close()
    searches = {
        "two characters of a name": names[0][:2],
        "a village and a group": "村三组",
        "initials": "zx",
        "end of an id": "12",
    }
    return Scene(home, key, device, clock, households, visits, searches)


def _enrolled(folder: Path, clock: Clock, office: Ed25519PrivateKey) -> tuple[Home, bytes, Device]:
    home, store_key = Home(folder), secrets.token_bytes(keys.KEY_BYTES)
    home.media.mkdir()
    protection = keys.wrap(store_key, keys.make_secret(home.secret_file), PIN)
    device = Device(
        device_id="device-bench",
        name="bench",
        server="http://127.0.0.1:9",
        staff_id=STAFF,
        username="bench",
        display_name="李建国",
        roles=[],
        receipt_key=office.public_key().public_bytes_raw().hex(),
        lease_days=14,
        enrolled_at=clock.now(),
        protection=protection,
    )
    save_device(home, device)
    store = open_store(home, store_key)
    with store.transaction():
        store.put("keys", keys.new_keys().private())
        store.put("media_key", secrets.token_hex(keys.KEY_BYTES))
        store.put("installation", 1)
        lease.keep(store, device, None, clock)
    store.close()
    return home, store_key, device


def _register(store: Store, clock: Clock, count: int) -> tuple[list[str], list[str]]:
    """Keep the sample county as the office would send it; gives the households' ids and some people's names."""
    rows: dict[str, list[tuple[str, str, Any]]] = defaultdict(list)
    for area in AREAS:
        rows["reference"].append(("area", area.code, {"code": area.code, "name": area.name, "level": area.level}))
    for draft in generate(2026, count, clock.today()):
        bucket = f"user:{STAFF}" if draft.type == "visit_task" else draft.bucket
        rows[bucket].append((draft.type, draft.id, json.loads(json.dumps(draft.fields))))
    for bucket, found in rows.items():
        keep(store, clock, bucket, found)
    made = [one for found in rows.values() for one in found]
    return [id for type, id, _ in made if type == "household"], [f["name"] for t, _, f in made if t == "person"][:50]


def keep(store: Store, clock: Clock, bucket: str, found: list[tuple[str, str, Any]]) -> None:
    """Keep rows of a bucket after those that are there, as one page of an answer."""
    since = store.value("SELECT cursor FROM buckets WHERE id = ?", bucket) or 0
    rows = tuple(Row(type, id, since + n, dumps(fields)) for n, (type, id, fields) in enumerate(found, 1))
    replica.keep(store, Page(bucket, since, since + len(rows), rows), clock, asked_ms=0)


def _forms(store: Store, clock: Clock) -> None:
    found = []
    for name in ("home_visit", "recheck", "care_visit"):
        one = forms.shipped(name)
        facts = {"form_id": one.form_id, "version": one.version, "title": one.title, "hash": one.hash}
        found.append(("form", f"{name}-1", facts | {"definition": json.loads(forms.to_json(one))}))
    keep(store, clock, "reference", found)


def _visits(
    store: Store, clock: Clock, office: Ed25519PrivateKey, device: Device, households: list[str], counts: Counts
) -> list[str]:
    """Make the visits: some wait in the outbox with their photos, the others have come back with a receipt."""
    rng = random.Random(5)
    each = counts.photos // counts.visits
    made = []
    for number in range(counts.visits):
        household, is_waiting = rng.choice(households), number < counts.visits // WAITING_SHARE
        bucket = store.value("SELECT bucket FROM records WHERE type = 'household' AND id = ?", household)
        visit, fields = new_id(clock.now_ms() - number * 3_600_000, rng.randbytes(10)), None
        photos = [rng.randbytes(32).hex() for _ in range(each)]
        fields = _document(clock, device, household, photos, number)
        with store.transaction():
            for sha256 in photos:
                _photo(store, sha256, bucket, visit, rng)
            blobs.release(store, photos)
            if is_waiting:
                outbox.add(store, clock, type="visit", id=visit, op="create", bucket=bucket, fields=fields)
            else:
                store.db.execute("UPDATE blobs SET state = 'sent' WHERE visit_id = ?", (visit,))
        if not is_waiting:
            keep(store, clock, bucket, list(_answered(visit, fields, photos, office, clock, number)))
        made.append(visit)
    return made


def _photo(store: Store, sha256: str, bucket: str, visit: str, rng: random.Random) -> None:
    prepared = Prepared(b"", sha256, 1600, 1200, rng.randbytes(PREVIEW_BYTES), False)
    blobs.enter(store, prepared, "house", bucket=bucket, visit_id=visit)
    store.db.execute("UPDATE blobs SET size = ? WHERE sha256 = ?", (220_000, sha256))


def _answered(
    visit: str, fields: dict[str, Any], photos: list[str], office: Ed25519PrivateKey, clock: Clock, number: int
) -> Iterator[tuple[str, str, Any]]:
    state = ("pending", "approved", "returned")[number % 3]
    yield "visit", visit, fields | {"review_state": state}
    receipt = {
        "visit_id": visit,
        "revision": 1,
        "visit_hash": "0" * 64,
        "blobs": sorted(photos),
        "issued_at": clock.now(),
    }
    yield "receipt", f"receipt-{visit}", receipt | {"signature": sign_receipt(receipt, office)}
    if state == "returned" and number % 15 == 2:
        review = {"visit_id": visit, "revision": 1, "verdict": "returned", "reason": "请补拍房屋侧面", "comments": []}
        yield "review", f"review-{visit}", review | {"decided_at": clock.now()}


def _document(clock: Clock, device: Device, household: str, photos: list[str], number: int) -> dict[str, Any]:
    at = instant(clock.wall() - timedelta(hours=number))
    return {
        "household_id": household,
        "kind": "recheck",
        "mode": "on_site",
        "form": {"id": "home_visit", "version": "1", "hash": "0" * 64},
        "started_at": at,
        "sealed_at": at,
        "answers": {f"section/question_{n}": "家里两口人，靠低保和打零工生活" for n in range(60)},
        "participants": [{"staff_id": STAFF, "name": "李建国", "role": "lead"}],
        "signatures": [],
        "identity": [],
        "evidence": [{"id": sha[:8], "blob": sha, "kind": "house", "size": 220_000, "taken_at": at} for sha in photos],
        "clock": {"wall": at, "uptime_ms": 1, "boot": "bench"},
        "seal": {"device_id": device.device_id, "number": number + 1},
    }
