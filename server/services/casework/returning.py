"""A sealed visit has come back and was reviewed: the cases that sent it out may rest on it from now on."""

from datetime import datetime

from server.domain.errors import CaseStepRefused, NotFound
from server.models.cases import Application
from server.models.cases_inquiry import CaseVisit
from server.models.visit import Visit
from server.queries import cases_inquiry
from server.services import audit
from server.services.casework import steps
from server.services.casework.desk import Desk
from server.services.changes import Ledger


def reviewed(ledger: Ledger, visit_id: str, verdict: str, *, now: datetime) -> int:
    """Note an accepted visit at every case that waits for its task; gives at how many.

    A visit that was returned or refused opens nothing; once accepted, one that is refused later stays what it was, for
    steps rest on it.
    """
    visit = ledger.get("visit", visit_id)
    task_id = visit.fields.get("task_id") if visit else None
    if verdict != "approved" or not task_id:
        return 0
    waiting = [one for one in cases_inquiry.of_task(ledger.session, task_id) if one.visit_id is None]
    for one in waiting:
        one.visit_id, one.accepted_at = visit_id, now
    return len(waiting)


def attach(desk: Desk, application_id: str, task_id: str, *, visit_id: str, seen_version: int) -> CaseVisit:
    """Put an accepted visit of the household that was made without its task to the case that waits for it.

    Raises NotFound for a visit of another household or a task that the case did not send out, CaseStepRefused for a visit
    that is not accepted, or a task whose visit is there.
    """
    application = steps.take_up(desk, Application, application_id, "visit.review", seen_version=seen_version)
    waiting = desk.session.get(CaseVisit, ("application", application.id, task_id))
    visit = desk.session.get(Visit, visit_id)
    if waiting is None or visit is None or visit.household_id != application.household_id:
        raise NotFound("没有这次走访或任务")
    if visit.review_state != "approved" or waiting.visit_id is not None:
        raise CaseStepRefused("走访还没有审核通过, 或者这项任务已有走访")
    waiting.visit_id, waiting.accepted_at = visit.id, desk.now
    audit.record(desk.session, desk.actor, "visit.attach", "application", application.id, now=desk.now, visit=visit.id)
    return waiting
