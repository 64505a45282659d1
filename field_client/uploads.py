"""Photos and signatures on their way to the office: resumable (tus 1.0), in lanes, none in the way of another.

What fails is set aside with its reason and tried again later; what was cut goes on where the server stands. A lane that
the office cannot serve now rests, and the others go on. No original is deleted here.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from field_client import blobs, lanes, media
from field_client.clock import Clock
from field_client.errors import BudgetSpent, FieldError, NoConnection, ServerRefused
from field_client.store import Store
from field_client.transport import Transport

SMALLEST, FIRST, LARGEST = 16 * 1024, 64 * 1024, 4 * 1024 * 1024  # bytes of a piece
PIECE_MS = 2_000  # A piece should take about so long: short enough to lose little, long enough to waste little.
TRIES = 4  # In one sync, after cuts; the pause doubles from FIRST_PAUSE_S.
FIRST_PAUSE_S = 0.5
WAITS_S = 10  # A longer pause than this, asked for by the office, is no matter of one sync: the lane rests.
ASIDE_LONGEST = timedelta(days=1)
REFUSAL_BYTES = 1024  # Room that a piece leaves within the budget for an answer that says no.
_WRONG_OFFSET, _BAD_BYTES = 409, 460
_LANE_CODES = frozenset({"server.busy", "server.full"})  # The line is well; the office cannot take these now.


@dataclass
class Progress:
    """What this run did. `failure` is why something is left that a later sync may bring."""

    sent: int = 0
    previews: int = 0
    resent_bytes: int = 0
    failure: NoConnection | None = None
    piece_bytes: int = FIRST

    @property
    def is_line_well(self) -> bool:
        """Tell whether the office can still be reached, whatever it could not take."""
        return self.failure is None or self.failure.code in _LANE_CODES


@dataclass(frozen=True)
class Errand:
    """What sending needs: `budget` says how many bytes may still travel, `sleep` waits for some seconds, and `between`
    is called before every piece, so that records which were entered meanwhile leave first."""

    store: Store
    transport: Transport
    clock: Clock
    budget: Callable[[], int]
    sleep: Callable[[float], None]
    between: Callable[[], None]
    report: Callable[[int, int], None]


def send_waiting(errand: Errand, progress: Progress) -> None:
    """Send what waits, the first lane first; what is sealed meanwhile takes its place in the order.

    Raises BudgetSpent when the next piece would not fit into the bytes that may travel.
    """
    tried = set[str]()
    open_lanes = lanes.open_lanes(errand.store, errand.clock)
    while row := _next(errand, open_lanes, tried):
        tried.add(row["sha256"])
        failure = _sent_with_patience(errand, row, progress)
        if failure is None:
            errand.report(progress.sent, progress.sent + len(blobs.waiting(errand.store)))
            continue
        progress.failure = failure
        if not progress.is_line_well:
            break  # The line is dead: the others need not try.
        lane = lanes.lane_of(row["kind"])
        lanes.rest(errand.store, errand.clock, lane, failure.code, failure.after_s)
        open_lanes -= {lane}


def _next(errand: Errand, open_lanes: frozenset[str], tried: set[str]) -> dict[str, Any] | None:
    due = blobs.due(errand.store, errand.clock, ASIDE_LONGEST)
    return next((row for row in due if row["sha256"] not in tried and lanes.lane_of(row["kind"]) in open_lanes), None)


def _sent_with_patience(errand: Errand, row: dict[str, Any], progress: Progress) -> NoConnection | None:
    """Send one blob, going on after cuts; gives why not when it cannot get through now."""
    for tries in range(TRIES):
        try:
            _send(errand, row["sha256"], progress)
            return None
        except NoConnection as failure:
            progress.piece_bytes = max(SMALLEST, progress.piece_bytes // 2)
            if tries + 1 == TRIES or failure.code == "server.full" or failure.after_s > WAITS_S:
                return failure
            pause_s = max(FIRST_PAUSE_S * 2**tries, failure.after_s)
            errand.sleep(lanes.asked_pause(pause_s, row["sha256"], str(tries)).total_seconds())
        except BudgetSpent:
            raise
        except FieldError as refusal:
            blobs.set_aside(errand.store, errand.clock, row, refusal.code, ASIDE_LONGEST)
            return None
    return None


def _send(errand: Errand, sha256: str, progress: Progress) -> None:
    row = blobs.one(errand.store, sha256)
    data = media.read(errand.store, sha256)
    location, offset = _standing(errand, row, progress)
    if 0 < offset < len(data):
        blobs.note(errand.store, sha256, resumed=row["resumed"] + 1)
    faults = 0
    while offset < len(data):
        errand.between()
        try:
            offset = _send_piece(errand, sha256, location, offset, data, progress)
        except ServerRefused as refusal:
            faults += 1
            if refusal.status not in (_WRONG_OFFSET, _BAD_BYTES) or faults >= TRIES:
                raise
            location, offset = _standing(errand, blobs.one(errand.store, sha256), progress)
    blobs.arrived(errand.store, errand.clock, row)
    lanes.wake(errand.store, lanes.lane_of(row["kind"]))
    if row["kind"] == lanes.PREVIEW:
        progress.previews += 1
    else:
        progress.sent += 1


def _send_piece(errand: Errand, sha256: str, location: str, offset: int, data: bytes, progress: Progress) -> int:
    """Send the next piece; gives where the server stands after it. Notes how far bytes have left, arrived or not."""
    room = errand.budget() - REFUSAL_BYTES
    if room <= 0:
        raise BudgetSpent
    piece = data[offset : offset + min(progress.piece_bytes, room)]
    began, sent_before = errand.clock.uptime_ms(), errand.transport.bytes_sent
    try:
        reached = errand.transport.send_piece(location, offset, piece, hashlib.sha256(piece).digest())
    except (NoConnection, ServerRefused):
        left = min(len(piece), errand.transport.bytes_sent - sent_before)
        blobs.note(errand.store, sha256, reached=offset + left)
        raise
    progress.piece_bytes = _next_piece(len(piece), errand.clock.uptime_ms() - began)
    blobs.note(errand.store, sha256, offset=reached, reached=reached)
    return reached


def _standing(errand: Errand, row: dict[str, Any], progress: Progress) -> tuple[str, int]:
    """Find where an upload stands: by its address if we know it, else by beginning it, which finds it again.

    What had left and did not arrive will be sent again; that is counted.
    """
    location = row["location"]
    offset = errand.transport.upload_offset(location) if location else None
    if offset is None:
        standing = errand.transport.begin_upload(row["sha256"], row["size"], row["kind"])
        location, offset = standing.location, standing.offset
    lost = max(0, row["reached"] - offset)
    progress.resent_bytes += lost
    blobs.note(errand.store, row["sha256"], location=location, reached=offset, resent=row["resent"] + lost)
    return location, offset


def _next_piece(size: int, took_ms: int) -> int:
    """Fit the next piece to the measured speed, at most doubling."""
    wanted = size * PIECE_MS // max(1, took_ms)
    return max(SMALLEST, min(LARGEST, wanted, size * 2))
