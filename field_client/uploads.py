"""Photos and signatures on their way to the office: resumable (tus 1.0), in lanes, none in the way of another.

Signatures and papers go first, then photos. What fails is set aside with its reason and tried again later, after a pause
that doubles; what was cut goes on where the server stands. Nothing is deleted here.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from field_client import blobs, media
from field_client.clock import Clock
from field_client.errors import FieldError, NoConnection, ServerRefused
from field_client.store import Store
from field_client.transport import Transport
from sync.canonical import instant

SMALLEST, FIRST, LARGEST = 16 * 1024, 64 * 1024, 4 * 1024 * 1024  # bytes of a piece
PIECE_MS = 2_000  # A piece should take about so long: short enough to lose little, long enough to waste little.
TRIES = 4  # In one sync, after cuts; the pause doubles from FIRST_PAUSE_S.
FIRST_PAUSE_S = 0.5
ASIDE_FIRST, ASIDE_LONGEST = timedelta(minutes=1), timedelta(days=1)
_WRONG_OFFSET, _BAD_BYTES = 409, 460


@dataclass
class Progress:
    """What this run may still send, and what it did."""

    budget: Callable[[], int]
    sent: int = 0
    piece_bytes: int = FIRST
    cut: bool = False


def send_waiting(
    store: Store,
    transport: Transport,
    clock: Clock,
    *,
    budget: Callable[[], int],
    sleep: Callable[[float], None],
    report: Callable[[int, int], None] = lambda sent, total: None,
) -> Progress:
    """Send what waits, as far as the byte budget reaches; gives how many arrived and whether the line was cut.

    `budget` says how many bytes may still travel, `sleep` waits for some seconds.
    """
    progress = Progress(budget)
    now, farthest = clock.now(), instant(clock.wall() + ASIDE_LONGEST)
    # No pause is longer than the longest: what seems to be was set by a clock that has been put back since.
    due = [row for row in blobs.waiting(store) if not now < row["not_before"] <= farthest]
    for row in due:
        if progress.budget() <= 0:
            break
        if not _sent_with_patience(store, transport, clock, row["sha256"], progress, sleep):
            break
        report(progress.sent, len(due))
    return progress


def _sent_with_patience(
    store: Store, transport: Transport, clock: Clock, sha256: str, progress: Progress, sleep: Callable[[float], None]
) -> bool:
    """Send one blob, going on after cuts; False when the line stays dead, so that the others need not try."""
    for tries in range(TRIES):
        try:
            _send(store, transport, clock, sha256, progress)
            return True
        except NoConnection:
            progress.piece_bytes = max(SMALLEST, progress.piece_bytes // 2)
            if tries + 1 < TRIES:
                sleep(FIRST_PAUSE_S * 2**tries)
        except FieldError as refusal:
            _set_aside(store, clock, sha256, refusal.code)
            return True
    progress.cut = True
    return False


def _send(store: Store, transport: Transport, clock: Clock, sha256: str, progress: Progress) -> None:
    row = store.rows("SELECT * FROM blobs WHERE sha256 = ?", sha256)[0]
    data = media.read(store, sha256)
    location, offset = _standing(store, transport, row)
    if 0 < offset < len(data):
        blobs.note(store, sha256, resumed=row["resumed"] + 1)
    faults = 0
    while offset < len(data):
        room = progress.budget()
        if room <= 0:
            return
        piece = data[offset : offset + min(progress.piece_bytes, room)]
        began = clock.uptime_ms()
        try:
            offset = transport.send_piece(location, offset, piece, hashlib.sha256(piece).digest())
        except ServerRefused as refusal:
            faults += 1
            if refusal.status not in (_WRONG_OFFSET, _BAD_BYTES) or faults >= TRIES:
                raise
            location, offset = _standing(store, transport, row)
            continue
        progress.piece_bytes = _next_piece(len(piece), clock.uptime_ms() - began)
        blobs.note(store, sha256, offset=offset)
    blobs.note(store, sha256, state="sent", offset=offset, reason="")
    progress.sent += 1


def _standing(store: Store, transport: Transport, row: Mapping[str, Any]) -> tuple[str, int]:
    """Find where an upload stands: by its address if we know it, else by beginning it, which finds it again."""
    location = store.value("SELECT location FROM blobs WHERE sha256 = ?", row["sha256"])
    offset = transport.upload_offset(location) if location else None
    if offset is not None:
        return location, offset
    standing = transport.begin_upload(row["sha256"], row["size"], row["kind"])
    blobs.note(store, row["sha256"], location=standing.location)
    return standing.location, standing.offset


def _next_piece(size: int, took_ms: int) -> int:
    """Fit the next piece to the measured speed, at most doubling."""
    wanted = size * PIECE_MS // max(1, took_ms)
    return max(SMALLEST, min(LARGEST, wanted, size * 2))


def _set_aside(store: Store, clock: Clock, sha256: str, reason: str) -> None:
    tries = store.value("SELECT tries FROM blobs WHERE sha256 = ?", sha256) + 1
    pause = min(ASIDE_LONGEST, ASIDE_FIRST * 2 ** min(tries - 1, 20))
    blobs.note(store, sha256, reason=reason, tries=tries, not_before=instant(clock.wall() + pause))
