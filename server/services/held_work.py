"""Whole changes that wait for a person: keeping them, and the office's word on each. Nothing is dropped by either word.

Accepted work goes through the ordinary checks and merging as if it arrived now, but for its worker's right, for which
the person of the office answers. Declined work stays here, sealed, with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import NotFound, ReasonMissing, StepNotAllowed
from server.domain.permissions import Actor, may
from server.models.held_work import HeldWork
from server.services import audit
from server.services.changes import Ledger
from server.services.ids import make_id
from server.services.store import hold
from sync.canonical import dumps, loads
from sync.protocol import Mutation

RECORD_WAITS = "record.waits"  # It changes a record whose creation waits itself.
SCHEMA_NEWER = "schema.newer"  # A newer release sent it; an upgraded office can take it in.
DEVICE_LOST = "device.lost"  # A lost device handed it over.
ACCEPTED, DECLINED = "accepted", "declined"


@dataclass(frozen=True)
class Origin:
    """Whose work it is: the device, its installation, and the worker."""

    device_id: str
    installation: int
    staff_id: str


def keep(
    ledger: Ledger, origin: Origin, mutation: Mutation, *, bucket: str, reason: str, in_order: bool, now: datetime
) -> HeldWork:
    """Keep a mutation whole and sealed until a person decides."""
    held_id = make_id(now)
    row = HeldWork(
        id=held_id,
        device_id=origin.device_id,
        installation=origin.installation,
        n=mutation.n,
        type=mutation.type,
        record_id=mutation.id,
        bucket=bucket,
        staff_id=origin.staff_id,
        reason=reason,
        mutation=ledger.vault.seal(dumps(mutation.to_dict()), _bound(held_id)),
        in_order=in_order,
        at=now,
    )
    ledger.session.add(row)
    ledger.session.flush()
    return row


def waits_for(ledger: Ledger, mutation: Mutation) -> bool:
    """Tell whether the record that a mutation needs waits itself: its creation, or the visit that it amends."""
    ids = [
        mutation.id,
        *(str(mutation.fields[name]) for name in ("visit_id", "household_id") if name in mutation.fields),
    ]
    open_creations = select(HeldWork.id).where(HeldWork.record_id.in_(ids), HeldWork.decided_at.is_(None))
    return ledger.reading.scalars(open_creations).first() is not None


def waiting(session: Session, actor: Actor) -> Sequence[HeldWork]:
    """List what waits in the areas where the actor may decide, oldest first."""
    statement = select(HeldWork).where(HeldWork.decided_at.is_(None)).order_by(HeldWork.at, HeldWork.n)
    return [one for one in session.scalars(statement) if may(actor, "work.decide", one.bucket)]


def show(
    session: Session, vault: Vault, actor: Actor, held_id: str, *, now: datetime
) -> tuple[HeldWork, dict[str, Any]]:
    """Read one with its content; the look is logged. Raises NotFound."""
    row = _get(session, actor, held_id)
    audit.record(session, actor, "work.read", "held_work", held_id, now=now, purpose="review")
    return row, loads(vault.open(row.mutation, _bound(held_id)))


def decline(ledger: Ledger, actor: Actor, held_id: str, *, reason: str, now: datetime) -> None:
    """Leave it out of effect, with a reason; it stays here whole. Raises NotFound, ReasonMissing, StepNotAllowed."""
    row, _ = undecided(ledger, actor, held_id, reason)
    _decide(ledger, actor, row, DECLINED, reason, now)


def undecided(ledger: Ledger, actor: Actor, held_id: str, reason: str) -> tuple[HeldWork, Mutation]:
    """Take one up for a decision. Raises NotFound, ReasonMissing, StepNotAllowed when it was decided."""
    if not reason.strip():
        raise ReasonMissing
    hold(ledger.session, [held_id])
    row = _get(ledger.session, actor, held_id)
    if row.decided_at is not None:
        raise StepNotAllowed("已经有人处理过了, 请刷新")
    return row, Mutation.from_dict(loads(ledger.vault.open(row.mutation, _bound(held_id))))


def accepted(ledger: Ledger, actor: Actor, row: HeldWork, *, reason: str, now: datetime) -> None:
    """Note that it was taken in."""
    _decide(ledger, actor, row, ACCEPTED, reason, now)


def _decide(ledger: Ledger, actor: Actor, row: HeldWork, decision: str, reason: str, now: datetime) -> None:
    row.decided_at, row.decision, row.decided_by = now, decision, actor.staff_id
    row.decision_reason = reason.strip()[:500]
    audit.record(ledger.session, actor, f"work.{decision}", "held_work", row.id, now=now)


def _get(session: Session, actor: Actor, held_id: str) -> HeldWork:
    row = session.get(HeldWork, held_id)
    if row is None or not may(actor, "work.decide", row.bucket):
        raise NotFound("没有这条待确认的工作")
    return row


def _bound(held_id: str) -> str:
    return f"held_work/{held_id}"
