"""Sixty photos over 256 kbit/s with cuts, in virtual time: little is sent again, and no change waits for the photos."""

import hashlib
import random
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from field_client import blobs, media, outbox, photos, syncing, uploads
from field_client.clock import Clock
from tests.field_client.conftest import HEAD, VILLAGE, Hands, Phone

BYTES_PER_MS = 32  # 256 kbit/s
TRIP_MS = 300
PHOTOS, PHOTO_BYTES = 60, 250_000
CUT_EVERY_BYTES, IN_FLIGHT_BYTES = 1_000_000, 8_000


@dataclass
class SlowLine(httpx.BaseTransport):
    """A line in virtual time: each byte takes its time, and now and then the line is cut in the middle of a body."""

    inner: httpx.BaseTransport
    hands: Hands
    until_cut: int = CUT_EVERY_BYTES
    cuts: int = 0
    arrived: list[tuple[int, str, int]] = field(default_factory=list)  # when, which request, how many bytes
    after: Any = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = b""
        self.hands.uptime_ms += TRIP_MS
        for part in request.stream:
            body += part
            if len(body) > self.until_cut:
                self._cut(request, body[: max(0, self.until_cut - IN_FLIGHT_BYTES)])
        self.until_cut -= len(body)
        self.hands.uptime_ms += len(body) // BYTES_PER_MS
        self.arrived.append((self.hands.uptime_ms, request.url.path, len(body)))
        answer = self.inner.handle_request(_carrying(request, body))
        whole = b"".join(answer.iter_raw())
        if self.after:
            self.after(self)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(whole))

    def close(self) -> None:
        self.inner.close()

    def _cut(self, request: httpx.Request, kept: bytes) -> None:
        """Cut the line: the office keeps what came before, as it does; what was in flight is lost."""
        self.hands.uptime_ms += len(kept) // BYTES_PER_MS
        self.until_cut = CUT_EVERY_BYTES
        self.cuts += 1
        if kept:
            self.inner.handle_request(_carrying(request, kept)).read()
        raise httpx.WriteError("cut")


def _carrying(request: httpx.Request, body: bytes) -> httpx.Request:
    headers = {**request.headers, "content-length": str(len(body))}
    return httpx.Request(request.method, request.url, headers=headers, content=body)


@pytest.fixture
def laden(synced: Phone) -> Phone:
    """A phone with sixty photos that wait."""
    chance = random.Random(7)
    with synced.store.transaction():
        for number in range(PHOTOS):
            data = chance.randbytes(PHOTO_BYTES)
            sha256 = hashlib.sha256(data).hexdigest()
            media.keep(synced.store, sha256, data)
            prepared = photos.Prepared(data, sha256, 1600, 1200, b"small", False)
            blobs.enter(synced.store, prepared, "house", bucket=VILLAGE, visit_id=f"visit-{number // 10}")
            blobs.release(synced.store, [sha256])
    return synced


def test_sixty_photos_arrive_over_a_slow_line_with_cuts_and_no_change_waits_for_them(
    laden: Phone, hands: Hands
) -> None:
    entered: list[int] = []

    def enter(line: SlowLine) -> None:
        """Every two virtual minutes the worker changes something on the pages."""
        if hands.uptime_ms > 120_000 * (len(entered) + 1) + start:
            entered.append(hands.uptime_ms)
            with laden.store.transaction():
                fields = {"phone": f"1390000{len(entered):04d}"}
                outbox.add(laden.store, clock, type="person", id=HEAD, op="update", bucket=VILLAGE, fields=fields)

    clock = Clock(lambda: hands.at, lambda: hands.uptime_ms, "boot-1")
    start = hands.uptime_ms
    with syncing.connect(laden.store, laden.device) as transport:
        line = SlowLine(transport._client._transport, hands, after=enter)
        transport._client._transport = line
        summary = syncing.sync(laden.store, transport, clock, sleep=lambda seconds: None)
    total = PHOTOS * PHOTO_BYTES
    assert (summary.failure, summary.blobs_sent, summary.blobs_waiting) == (None, PHOTOS, 0)
    assert line.cuts >= 14
    largest = max(size for _, _, size in line.arrived)
    assert line.cuts * IN_FLIGHT_BYTES <= summary.bytes_resent <= line.cuts * largest
    assert summary.bytes_resent < total * 2 // 100
    assert summary.bytes_sent < total * 1.02 + 20_000
    assert len(entered) >= 3
    for moment in entered:
        left = min(at for at, path, _ in line.arrived if at > moment and path.endswith("exchange"))
        assert left - moment < uploads.PIECE_MS + 3 * TRIP_MS
