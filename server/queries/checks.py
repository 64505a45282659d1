"""Checks of means as the office asks for them: the parts of a check, what came back, its use log, and what is due."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.domain.checks import ANSWERED, DISPOSED, DRAFTED, EXPIRED, REFUSED, SENT
from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.cases import Application, Authorisation
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckDispute, CheckItem, CheckReport, CheckUse
from server.queries import scope

FINISHED = (ANSWERED, REFUSED, EXPIRED)


def get(session: Session, check_id: str, *, visible_to: Actor, keep: bool = False) -> tuple[CheckRequest, Application]:
    """Find a check with its application, where the actor may read cases or checks; `keep` keeps others from it.

    Raises NotFound.
    """
    within = or_(*(scope.in_areas(visible_to, deed, Application.area_code) for deed in ("case.read", "check.read")))
    statement = (
        select(CheckRequest, Application)
        .join(Application, Application.id == CheckRequest.application_id)
        .where(CheckRequest.id == check_id, within)
    )
    if keep:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("没有这次核对")
    return found[0], found[1]


def listed(session: Session, actor: Actor, *, is_open: bool, limit: int) -> Sequence[CheckRequest]:
    """List the checks in the actor's area, oldest first; `is_open`: only those without a conclusion yet."""
    statement = (
        select(CheckRequest)
        .join(Application, Application.id == CheckRequest.application_id)
        .where(scope.in_areas(actor, "check.read", Application.area_code))
        .order_by(CheckRequest.id)
        .limit(limit)
    )
    if is_open:
        statement = statement.where(CheckRequest.result.is_(None), CheckRequest.state != EXPIRED)
    return session.scalars(statement).all()


def authorisations(session: Session, intake_id: str) -> Sequence[Authorisation]:
    """List who authorised the check of an intake, for which sources and until when."""
    return session.scalars(select(Authorisation).where(Authorisation.intake_id == intake_id)).all()


def reports(session: Session, check_id: str) -> Sequence[CheckReport]:
    """List the parts of a check, by source and round."""
    mine = select(CheckReport).where(CheckReport.check_id == check_id)
    return session.scalars(mine.order_by(CheckReport.source, CheckReport.round)).all()


def latest(session: Session, check_id: str) -> list[CheckReport]:
    """List the newest part of each source: what it said last is what counts."""
    return list({one.source: one for one in reports(session, check_id)}.values())


def report(session: Session, report_id: str, *, keep: bool = False) -> CheckReport | None:
    """Give one part; `keep` keeps others from it."""
    return session.get(CheckReport, report_id, with_for_update=True if keep else None, populate_existing=keep)


def drafted(session: Session, check_id: str = "") -> list[tuple[str, str, str]]:
    """List what has still to go out, of one check or of all, oldest first: id, source and way."""
    statement = select(CheckReport.id, CheckReport.source, CheckReport.connector)
    statement = statement.where(CheckReport.state == DRAFTED).order_by(CheckReport.id)
    rows = session.execute(statement.where(CheckReport.check_id == check_id) if check_id else statement)
    return [(row.id, row.source, row.connector) for row in rows]


def waiting(session: Session, connector: str) -> list[str]:
    """Name the queries that went out on a way and have no answer yet."""
    mine = select(CheckReport.id).where(CheckReport.connector == connector, CheckReport.state == SENT)
    return list(session.scalars(mine.order_by(CheckReport.id)))


def items(session: Session, report_ids: Collection[str]) -> Sequence[CheckItem]:
    """List what came back to these parts."""
    mine = select(CheckItem).where(CheckItem.report_id.in_(report_ids))
    return session.scalars(mine.order_by(CheckItem.report_id, CheckItem.id)).all()


def uses(session: Session, check_id: str) -> Sequence[CheckUse]:
    """List the use log of a check, oldest first."""
    return session.scalars(select(CheckUse).where(CheckUse.check_id == check_id).order_by(CheckUse.id)).all()


def lapsed(session: Session, *, before: date, limit: int) -> Sequence[CheckRequest]:
    """List the checks whose conclusion held until a day that is past, and that do not say so yet."""
    over = (CheckRequest.valid_to < before, CheckRequest.state.in_((ANSWERED, "settled")))
    return session.scalars(select(CheckRequest).where(*over).order_by(CheckRequest.id).limit(limit)).all()


def to_expire(session: Session, *, before: date, limit: int) -> Sequence[CheckReport]:
    """List the answers whose validity is over, and that do not say so yet."""
    over = (CheckReport.valid_to < before, CheckReport.state == ANSWERED)
    return session.scalars(select(CheckReport).where(*over).order_by(CheckReport.id).limit(limit)).all()


def to_dispose(session: Session, *, on: date, limit: int) -> Sequence[CheckReport]:
    """List the parts whose data are to be disposed of by a day, and still are here."""
    due = (CheckReport.dispose_on <= on, CheckReport.state != DISPOSED)
    return session.scalars(select(CheckReport).where(*due).order_by(CheckReport.id).limit(limit)).all()


def open_dispute(session: Session, report_id: str) -> CheckDispute | None:
    """Give the doubt that is open about a part: about its data, or as the renewed query that answers it."""
    mine = or_(CheckDispute.report_id == report_id, CheckDispute.renewed_id == report_id)
    return session.scalars(select(CheckDispute).where(mine, CheckDispute.closed_at.is_(None))).first()


def disputes(session: Session, check_id: str) -> Sequence[CheckDispute]:
    """List the doubts about the data of a check, oldest first."""
    mine = select(CheckDispute).join(CheckReport, CheckReport.id == CheckDispute.report_id)
    return session.scalars(mine.where(CheckReport.check_id == check_id).order_by(CheckDispute.id)).all()
