"""The history of assignments: in which role and area somebody worked at which time, and where a record stood then."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.permissions import DEEDS
from server.models.ledger import Change, Tombstone
from server.models.office import RoleAssignment

Period = tuple[datetime | None, datetime | None]


def periods(session: Session, staff_id: str, deed: str, area_code: str) -> list[Period]:
    """Give the times, from and to, in which somebody might do a deed in an area; None is open to that side."""
    statement = select(RoleAssignment).where(
        RoleAssignment.staff_id == staff_id, RoleAssignment.role.in_(sorted(DEEDS[deed]))
    )
    held = session.scalars(statement.order_by(RoleAssignment.id))
    return [(one.valid_from, one.valid_to) for one in held if area_code.startswith(one.area_prefix)]


def left_at(session: Session, record_type: str, record_id: str, bucket: str) -> datetime | None:
    """Say when a record that lives elsewhere now moved out of a bucket; None when it never lived there."""
    key = {"type": record_type, "id": record_id, "bucket": bucket, "reason": "moved"}
    if session.scalars(select(Tombstone.seq).filter_by(**key)).first() is None:
        return None
    of_record = (Change.type == record_type, Change.record_id == record_id)
    last_here = select(func.max(Change.id)).where(*of_record, Change.bucket == bucket).scalar_subquery()
    return session.scalars(select(func.min(Change.at)).where(*of_record, Change.id > last_here)).one()
