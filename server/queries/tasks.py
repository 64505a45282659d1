"""Visit tasks as the office asks for them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.visit import VisitTask
from server.queries.scope import user_bucket

OPEN = ("planned", "started")


def open_of(session: Session, staff_id: str) -> Sequence[VisitTask]:
    """List somebody's tasks that are not done yet."""
    mine = select(VisitTask).where(VisitTask.bucket == user_bucket(staff_id), VisitTask.state.in_(OPEN))
    return session.scalars(mine.order_by(VisitTask.id)).all()


def of_household(session: Session, household_id: str) -> Sequence[VisitTask]:
    """List the tasks that send somebody to a household, whosever they are."""
    return session.scalars(select(VisitTask).where(VisitTask.household_id == household_id).order_by(VisitTask.id)).all()
