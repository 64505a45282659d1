"""Deeds on the clock: standing still while somebody else is waited for, and the extension that the law allows.

2022年通知四(一) lists the reasons for which a decision may take longer; a pause adds its working days at the end.
"""

from server.domain.errors import CaseStepRefused
from server.models.cases import Application
from server.models.cases_clock import Deadline, Pause
from server.queries import cases_clock
from server.services import audit
from server.services.casework import clock, steps
from server.services.casework.desk import Desk

PAUSE_REASONS = ("applicant_papers", "applicant_away", "disaster")
EXTENSION_REASONS = ("objection", "away_from_register", "remote_filing", "difficult_check")
EXTENDABLE = "decision"


def pause(desk: Desk, application_id: str, *, reason: str, seen_version: int) -> Pause:
    """Let the office's own periods stand still from today. Raises CaseStepRefused when they do already."""
    application = _take_up(desk, application_id, seen_version)
    if _open(desk, application):
        raise CaseStepRefused("期限已经中止")
    row = Pause(id=desk.new_id(), application_id=application.id, reason=reason, from_on=desk.today, **desk.noted)
    desk.session.add(row)
    _note(desk, application, "pause", reason)
    return row


def resume(desk: Desk, application_id: str, *, seen_version: int) -> list[Deadline]:
    """Let them run again; their last days move on by the working days in between."""
    application = _take_up(desk, application_id, seen_version)
    row = _open(desk, application)
    if row is None:
        raise CaseStepRefused("期限没有中止")
    row.to_on = desk.today
    _note(desk, application, "resume_clock", row.reason)
    return _compute(desk, application)


def extend(desk: Desk, application_id: str, *, reason: str, seen_version: int) -> list[Deadline]:
    """Make the period of the decision the longer one, once, for a reason of the list."""
    application = _take_up(desk, application_id, seen_version)
    running = cases_clock.running(desk.session, "application", application.id)
    found = next((one for one in running if one.kind == EXTENDABLE), None)
    if found is None or found.extended_for is not None:
        raise CaseStepRefused("没有可以延长的期限, 或者已经延长过")
    found.extended_for = reason
    _note(desk, application, "extend", reason)
    return _compute(desk, application)


def _take_up(desk: Desk, application_id: str, seen_version: int) -> Application:
    return steps.take_up(desk, Application, application_id, "case.extend", seen_version=seen_version)


def _open(desk: Desk, application: Application) -> Pause | None:
    return next((one for one in cases_clock.pauses(desk.session, application.id) if one.to_on is None), None)


def _compute(desk: Desk, application: Application) -> list[Deadline]:
    desk.session.flush()
    pauses = cases_clock.pauses(desk.session, application.id)
    running = cases_clock.running(desk.session, "application", application.id)
    for one in running:
        clock.compute(desk.rules, one, pauses)
    return running


def _note(desk: Desk, application: Application, deed: str, reason: str) -> None:
    audit.record(
        desk.session, desk.actor, f"application.{deed}", "application", application.id, now=desk.now, reason=reason
    )
