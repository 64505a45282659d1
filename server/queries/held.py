"""What waits for a decision or was decided, always within the actor's area: that of the record as it stands today."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.ledger import HeldValue, Record
from server.models.office import Staff
from server.queries import scope
from sync.canonical import moment

KINDS = ("conflict", "proposal", "removed", "duplicate")
STATES = ("open", "decided")
Subject, Other = aliased(Record), aliased(Record)


@dataclass(frozen=True)
class Row:
    """A line of the list: what waits, the area where it is, and who entered it."""

    held: HeldValue
    area_code: str
    staff_name: str


def page(
    session: Session,
    actor: Actor,
    *,
    state: str,
    kind: str = "",
    area: str = "",
    limit: int,
    after: tuple[str, str] | None = None,
) -> list[Row]:
    """List what waits, longest first, or what was decided, newest first; `after` is the last row's key."""
    key, is_open = tuple_(HeldValue.at, HeldValue.id), state == "open"
    order = (HeldValue.at, HeldValue.id) if is_open else (HeldValue.at.desc(), HeldValue.id.desc())
    statement = _visible(actor).where(_is(state)).order_by(*order).limit(limit)
    if kind:
        statement = statement.where(HeldValue.kind == kind)
    if area:
        statement = statement.where(_area().like(f"{area}%"))
    if after:
        last = tuple_(literal(moment(after[0]), HeldValue.at.type), literal(after[1]))
        statement = statement.where(key > last if is_open else key < last)
    return [Row(held, code, name or "") for held, code, name in session.execute(statement)]


def get(session: Session, actor: Actor, held_id: str) -> Row:
    """Find one. Raises NotFound also when its record lies outside of the actor's area."""
    found = session.execute(_visible(actor).where(HeldValue.id == held_id)).one_or_none()
    if found is None:
        raise NotFound("没有这一条")
    return Row(found[0], found[1], found[2] or "")


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """Count what waits in the actor's area, by kind."""
    inner = _visible(actor).where(_is("open")).with_only_columns(HeldValue.kind).subquery()
    rows = session.execute(select(inner.c.kind, func.count().label("waiting")).group_by(inner.c.kind))
    return dict.fromkeys(KINDS, 0) | {row.kind: row.waiting for row in rows}


def of_record(session: Session, record_type: str, record_id: str) -> Sequence[HeldValue]:
    """List all that was ever held for a record, oldest first, for those who may see the record."""
    mine = or_(HeldValue.record_id == record_id, HeldValue.other_id == record_id)
    statement = select(HeldValue).where(HeldValue.type == record_type, mine).order_by(HeldValue.at, HeldValue.id)
    return session.scalars(statement).all()


def open_for(session: Session, record_type: str, record_id: str, field: str) -> Sequence[HeldValue]:
    """List what still waits for a field of a record."""
    return [row for row in of_record(session, record_type, record_id) if row.field == field and row.decided_at is None]


def is_known(session: Session, repeat_key: str) -> bool:
    """Tell whether the same edit was held before."""
    return session.scalar(select(HeldValue.id).where(HeldValue.repeat_key == repeat_key).limit(1)) is not None


def survivor(session: Session, person_id: str) -> str | None:
    """Name the person with whom another one was merged, or None."""
    pair = or_(HeldValue.record_id == person_id, HeldValue.other_id == person_id)
    rows = session.scalars(select(HeldValue).where(HeldValue.kind == "duplicate", pair, _is("decided")))
    for row in rows:
        decision: dict[str, Any] = row.decision or {}
        if decision.get("state") == "accepted" and decision.get("gone") == person_id:
            return str(decision["kept"])
    return None


def _visible(actor: Actor) -> Select[Any]:
    """Select rows whose record, and whose second person, live where the actor may look."""
    other_area = func.coalesce(Other.bucket, HeldValue.other_bucket)
    within_other = or_(HeldValue.other_id.is_(None), scope.in_areas(actor, "case.read", other_area))
    return (
        select(HeldValue, _area(), Staff.display_name)
        .outerjoin(Subject, and_(Subject.type == HeldValue.type, Subject.id == HeldValue.record_id))
        .outerjoin(Other, and_(Other.type == HeldValue.type, Other.id == HeldValue.other_id))
        .outerjoin(Staff, Staff.id == HeldValue.staff_id)
        .where(scope.in_areas(actor, "case.read", _area()), within_other)
    )


def _area() -> ColumnElement[str]:
    """The area of a row: where its record lives; a record in a worker's own bucket has that of the row."""
    in_village = and_(Subject.bucket.is_not(None), Subject.bucket.not_like("user:%"))
    return case((in_village, Subject.bucket), else_=HeldValue.bucket)


def _is(state: str) -> ColumnElement[bool]:
    return HeldValue.decided_at.is_(None) if state == "open" else HeldValue.decided_at.is_not(None)
