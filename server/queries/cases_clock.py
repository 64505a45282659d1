"""Periods of cases: what runs, what is late, and when a case stood still."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.permissions import Actor
from server.models.cases_clock import Deadline, Pause
from server.queries import scope


def of_case(session: Session, machine: str, case_id: str) -> Sequence[Deadline]:
    """List a case's periods, oldest first."""
    mine = (Deadline.machine == machine, Deadline.case_id == case_id)
    return session.scalars(select(Deadline).where(*mine).order_by(Deadline.start_on, Deadline.id)).all()


def running(session: Session, machine: str, case_id: str) -> list[Deadline]:
    """List the periods of a case that have not ended."""
    return [one for one in of_case(session, machine, case_id) if one.done_on is None]


def provisional(session: Session) -> Sequence[Deadline]:
    """List all running periods that rest on a holiday table which was not announced when they were computed."""
    open_ones = select(Deadline).where(Deadline.done_on.is_(None), Deadline.is_provisional)
    return session.scalars(open_ones.order_by(Deadline.id).with_for_update()).all()


def due(session: Session, actor: Actor, *, by: date, limit: int) -> Sequence[Deadline]:
    """List running periods in the actor's area that end by a day, most urgent first."""
    within = scope.in_areas(actor, "case.read", Deadline.area_code)
    open_ones = select(Deadline).where(Deadline.done_on.is_(None), Deadline.due_on <= by, within)
    return session.scalars(open_ones.order_by(Deadline.due_on, Deadline.id).limit(limit)).all()


def of_kind(session: Session, kind: str, *, by: date) -> Sequence[Deadline]:
    """List running periods of a kind that end by a day, wherever they are."""
    open_ones = select(Deadline).where(Deadline.kind == kind, Deadline.done_on.is_(None), Deadline.due_on <= by)
    return session.scalars(open_ones.order_by(Deadline.due_on, Deadline.id)).all()


def pauses(session: Session, application_id: str) -> Sequence[Pause]:
    """List the times in which an application stood still."""
    return session.scalars(select(Pause).where(Pause.application_id == application_id).order_by(Pause.id)).all()
