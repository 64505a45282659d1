"""Whether a device's work was within its worker's right: judged by when it was done, not by when it arrives.

A worker who was moved with unsent work did it rightly; a household that was moved while its worker was out was visited
rightly. What nobody can tell is left to a person; only who never had the right is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from server.domain.permissions import Actor
from server.models.device import Device
from server.queries import assignments, scope
from server.services.changes import Ledger
from sync.clock import Corrected, milliseconds
from sync.protocol import Mutation

DEEDS = {"visit": "visit.record", "amendment": "visit.record", "lead": "lead.file"}  # All else is the register.
# What a new record belongs to: it lives where that one lives.
ANCHORS = {
    "visit": ("household", "household_id"),
    "amendment": ("visit", "visit_id"),
    "household_member": ("household", "household_id"),
}


class Right(Enum):
    """How a piece of work stands to its worker's right."""

    HELD = "right.held"  # it existed when the work was done, or exists now
    ENDED = "right.ended"  # it existed, but not when the work was done
    IN_DOUBT = "right.in_doubt"  # it existed for a time, and the device does not know when it worked
    NEVER = "right.never"


FAR_MS = 1 << 62


@dataclass(frozen=True)
class Place:
    """Where a mutation's record lives now, and where it lived for its author, until it moved away from there."""

    now: str
    then: str
    moved_at: datetime | None = None


def place_of(ledger: Ledger, mutation: Mutation) -> Place | None:
    """Find where a mutation belongs; None where its record does not exist."""
    key: tuple[str, str] | None = (mutation.type, mutation.id)
    if mutation.op == "create":
        kind, name = ANCHORS.get(mutation.type, ("", ""))
        key = (kind, str(mutation.fields.get(name))) if kind else None
    stands = ledger.bucket_of(*key) if key else mutation.bucket
    if key is None or stands is None:
        return Place(mutation.bucket, mutation.bucket) if mutation.op == "create" else None
    moved_at = assignments.left_at(ledger.reading, *key, mutation.bucket) if stands != mutation.bucket else None
    if moved_at is not None:
        return Place(stands, mutation.bucket, moved_at)
    here = mutation.bucket if mutation.op == "create" else stands
    return Place(here, here)


def judge(ledger: Ledger, sender: Actor, device: Device, mutation: Mutation, place: Place, at: Corrected) -> Right:
    """Judge a piece of work by when it was done and by the history of its worker's assignments.

    No device worked before it was enrolled; that bounds what a device without a clock leaves open.
    """
    deed = DEEDS.get(mutation.type, "register.propose")
    if scope.sees_bucket(sender, deed, place.now):
        return Right.HELD
    earliest = max(at.at_ms - at.uncertainty_ms, milliseconds(device.enrolled_at))
    latest = at.at_ms + at.uncertainty_ms
    found = [
        (_ms(begin, -FAR_MS), min(_ms(end, FAR_MS), _ms(place.moved_at, FAR_MS)))
        for begin, end in _periods(ledger, sender, deed, place.then)
    ]
    if not found:
        return Right.NEVER
    if any(begin <= earliest and latest < end for begin, end in found):
        return Right.HELD
    return Right.IN_DOUBT if any(begin <= latest and earliest < end for begin, end in found) else Right.ENDED


def _periods(ledger: Ledger, actor: Actor, deed: str, bucket: str) -> list[assignments.Period]:
    if bucket.startswith("user:"):
        return [(None, None)] if bucket == scope.user_bucket(actor.staff_id) else []
    return assignments.periods(ledger.reading, actor.staff_id, deed, bucket) if bucket.isdecimal() else []


def _ms(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else milliseconds(at)
