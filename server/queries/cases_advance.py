"""Advances as the office asks for them, within the actor's area."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.cases_advance import AdvanceAid
from server.queries import scope


def get(session: Session, advance_id: str, *, visible_to: Actor) -> AdvanceAid:
    """Find an advance. Raises NotFound also when it lies outside of the actor's area."""
    within = scope.in_areas(visible_to, "case.read", AdvanceAid.area_code)
    found = session.scalars(select(AdvanceAid).where(AdvanceAid.id == advance_id, within)).one_or_none()
    if found is None:
        raise NotFound("没有这次先行救助")
    return found


def page(session: Session, actor: Actor, *, limit: int, after: str = "") -> Sequence[AdvanceAid]:
    """List the advances of the actor's area by id."""
    within = scope.in_areas(actor, "case.read", AdvanceAid.area_code)
    statement = select(AdvanceAid).where(AdvanceAid.id > after, within).order_by(AdvanceAid.id).limit(limit)
    return session.scalars(statement).all()
