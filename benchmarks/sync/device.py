"""A field device as the network sees it: it enrols, opens its sessions by its own key, and exchanges prepared bytes.

What it sends is prepared before the clock runs, so that the load costs less than what it measures.
"""

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.sync.office import Office
from field_client.syncing import CHALLENGE_PREFIX
from sync import packing
from sync.frames import Acks, Frame, Welcome, frames
from sync.protocol import Mutation, Request

PATIENCE_S = 120
ANSWER_BYTES = 64 << 20
IDLE_S = 1.0  # A connection that was idle for longer may have been closed by the server meanwhile.


@dataclass
class Device:
    """One enrolled device; `sent` and `received` count the bodies' bytes as they travel."""

    port: int
    id: str
    installation: int
    key: Ed25519PrivateKey
    token: str = ""
    epoch: str = ""
    lease: str = ""
    sent: int = 0
    received: int = 0
    line: http.client.HTTPConnection = field(init=False)
    used: float = 0.0

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        """Begin a new connection."""
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        self.used = time.monotonic()

    def open_session(self) -> None:
        """Sign a challenge with the device's key, as every session begins."""
        challenge = _json(self.line, f"/api/v1/devices/{self.id}/challenge", {})["challenge"]
        signature = self.key.sign(CHALLENGE_PREFIX + challenge.encode()).hex()
        answer = {"challenge": challenge, "signature": signature}
        self.token = _json(self.line, f"/api/v1/devices/{self.id}/sessions", answer)["access_token"]

    def request(self, *mutations: Mutation, have: dict[str, int] | None = None, **more: Any) -> bytes:
        """Prepare a request's body, packed as a device packs it."""
        asked = Request(self.installation, self.epoch, have or {}, tuple(mutations), lease=self.lease, **more)
        return packing.pack(asked.encode(), packing.CODINGS[0])

    def exchange(self, body: bytes) -> bytes:
        """Send a prepared body; gives the answer as it came over the line."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Content-Encoding": packing.CODINGS[0],
            "Accept-Encoding": ", ".join(packing.CODINGS[:-1]),
        }
        if time.monotonic() - self.used > IDLE_S:
            self.connect()
        self.line.request("POST", "/sync/v1/exchange", body, headers)
        answer = self.line.getresponse()
        packed = answer.read()
        assert answer.status == 200, packed[:500]
        self.sent, self.received = self.sent + len(body), self.received + len(packed)
        self.used = time.monotonic()
        return packed

    def frames(self, body: bytes) -> list[Frame]:
        """Exchange and read the answer."""
        found = list(frames(unpacked(self.exchange(body))))
        welcome = next(frame for frame in found if isinstance(frame, Welcome))
        self.epoch = welcome.epoch
        if welcome.lease:
            self.lease = str(welcome.lease["issued_at"])
        return found

    def push(self, body: bytes) -> Acks:
        """Exchange mutations; gives what became of them."""
        return next(frame for frame in self.frames(body) if isinstance(frame, Acks))


def unpacked(packed: bytes) -> list[bytes]:
    """Unpack an answer."""
    return [packing.unpack(packed, packing.CODINGS[0], limit_bytes=ANSWER_BYTES)]


def enrol(office: Office, name: str) -> Device:
    """Enrol a new device of the office's caseworker, and open its first session."""
    line = http.client.HTTPConnection("127.0.0.1", office.port, timeout=PATIENCE_S)
    user = {"username": office.username, "password": office.password}
    token = _json(line, "/api/v1/sessions", user)["access_token"]
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    facts = {"name": name, "platform": "benchmark", "signing_key": public, "sealing_key": public}
    registered = _json(line, "/api/v1/devices", facts, token)
    device = Device(office.port, registered["device_id"], registered["installation"], key)
    device.open_session()
    device.frames(device.request())
    return device


def _json(line: http.client.HTTPConnection, path: str, body: Any, token: str = "") -> Any:
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    line.request("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json", **bearer})
    answer = line.getresponse()
    found = answer.read()
    assert answer.status < 300, found[:500]
    return json.loads(found)
