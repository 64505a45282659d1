"""Disposal: what has served its purpose goes, and a line stays that it went (政务数据共享条例第二十七条)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete

from server.domain.checks import DISPOSED, EXPIRED
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckItem, CheckReport
from server.queries import checks
from server.services.casework.desk import Desk
from server.services.checks import usage

AT_ONCE = 200  # rows a transaction


def expire(desk: Desk) -> int:
    """Mark the answers and conclusions whose last day has passed; gives how many there were this time, at most AT_ONCE."""
    lapsed = checks.lapsed(desk.session, before=desk.today, limit=AT_ONCE)
    over = checks.to_expire(desk.session, before=desk.today, limit=AT_ONCE)
    for check in lapsed:
        check.state = EXPIRED
    for report in over:
        report.state = EXPIRED
    return len(lapsed) + len(over)


def dispose(desk: Desk) -> list[CheckReport]:
    """Dispose of what sources said, where its day has come; gives the parts of this time, at most AT_ONCE.

    Persons and values go; which source was asked when, by whom and for what stays, with a line that the data went.
    """
    due = checks.to_dispose(desk.session, on=desk.today, limit=AT_ONCE)
    for report in due:
        desk.session.execute(delete(CheckItem).where(CheckItem.report_id == report.id))
        report.sealed, report.state, report.disposed_at = None, DISPOSED, desk.now
        check = desk.session.get_one(CheckRequest, report.check_id)
        application = desk.session.get_one(Application, check.application_id)
        usage.note(desk, check, application, "dispose", source=report.source, basis=report.basis)
    return list(due)


def due(desk: Desk, *, on: date, limit: int = AT_ONCE) -> Sequence[CheckReport]:
    """List what would be disposed of by a day."""
    return checks.to_dispose(desk.session, on=on, limit=limit)
