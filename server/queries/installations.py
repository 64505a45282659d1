"""The stores of devices: where the changes of each stand, and what of them a device may forget."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.models.device import Device, Installation, MutationResult
from server.models.ledger import Deployment


def standing(session: Session, device_id: str, number: int) -> Any:
    """Read an installation's numbers, when its device was last seen, when the first change that it may not forget was
    taken (`next_at`), and the epoch; None where there is none.

    Every poll asks this, so it is one question, and written out once.
    """
    return session.connection().execute(_STANDING, {"device": device_id, "number": number}).one_or_none()


def durable_n(session: Session, device_id: str, number: int, covered: int, forgettable: datetime) -> int:
    """Say up to where a device may forget: what a finished backup covers, or what was taken before a moment."""
    mine = (MutationResult.device_id == device_id, MutationResult.installation == number)
    next_at = session.scalar(select(MutationResult.at).where(*mine, MutationResult.n == covered + 1))
    if next_at is None or next_at > forgettable:  # Results are in order of time: none after it is older.
        return covered
    old = select(func.max(MutationResult.n)).where(*mine, MutationResult.n > covered, MutationResult.at <= forgettable)
    return int(session.scalars(old).one() or covered)


_NEXT_AT = (
    select(MutationResult.at)
    .where(
        MutationResult.device_id == Installation.device_id,
        MutationResult.installation == Installation.number,
        MutationResult.n == Installation.durable_n + 1,
    )
    .correlate(Installation)
    .scalar_subquery()
)
_STANDING = (
    select(
        Installation.device_id,
        Installation.number,
        Installation.applied_n,
        Installation.durable_n,
        Installation.running_hash,
        Device.last_seen_at,
        _NEXT_AT.label("next_at"),
        select(Deployment.epoch).scalar_subquery().label("epoch"),
    )
    .join(Device, Device.id == Installation.device_id)
    .where(Installation.device_id == bindparam("device"), Installation.number == bindparam("number"))
)
