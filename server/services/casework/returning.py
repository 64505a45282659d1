"""A sealed visit has come back and was reviewed: the cases that sent it out may rest on it from now on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.domain.errors import CaseStepRefused, NotFound
from server.models.cases import Application
from server.models.cases_inquiry import CaseVisit
from server.models.visit import Visit
from server.queries import cases_inquiry
from server.services import audit
from server.services.casework import assigning, steps
from server.services.casework.desk import Desk
from server.services.changes import Ledger
from server.services.staged import office
from sync.canonical import moment


def reviewed(ledger: Ledger, visit_id: str, verdict: str, *, now: datetime) -> int:
    """Note an accepted visit at every case that waits for it; gives at how many.

    A visit answers the task that it names. A household may have several open tasks, of which a visit can name but one, so
    it also answers those that sent the same worker there, for the same kind of visit, before it was sealed; their tasks
    are taken back. A visit that was returned or refused opens nothing; one that is refused after it was accepted stays
    what it was, for steps rest on it.
    """
    visit = ledger.get("visit", visit_id)
    if visit is None or verdict != "approved":
        return 0
    task_id = str(visit.fields.get("task_id") or "")
    waiting = [
        one
        for one in cases_inquiry.waiting_for(ledger.session, visit_id, visit.fields["household_id"])
        if one.task_id == task_id or _answers(one, visit.fields)
    ]
    for one in waiting:
        one.visit_id, one.accepted_at = visit_id, now
        if one.task_id != task_id:
            assigning.take_back(ledger, one.task_id, office(now))
    return len(waiting)


def _answers(sent: CaseVisit, visit: Mapping[str, Any]) -> bool:
    """Tell whether a visit is of the kind that was asked for, and was sealed after that."""
    return assigning.KINDS[sent.purpose] == visit["kind"] and sent.at <= moment(visit["sealed_at"])


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
