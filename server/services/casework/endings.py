"""Ends that are no decision: the applicant withdraws, or does not cooperate after a warning (57号文第二十九条)."""

from policy.procedure.guards import Proof
from server.domain.errors import NotAllowed
from server.domain.permissions import REVIEWER, limits
from server.models.cases import Application
from server.services import audit
from server.services.casework import assigning, steps
from server.services.casework.desk import Desk


def withdraw(desk: Desk, application_id: str, *, reason: str, seen_version: int) -> Application:
    """Note that the applicant withdraws, and why."""
    application = steps.take_up(desk, Application, application_id, "case.end", seen_version=seen_version)
    proved = {Proof.REASON_GIVEN} if reason.strip() else set()
    steps.take(desk, application, "withdraw", reason=reason, proved=proved)
    assigning.call_off(desk, application)
    return application


def warn(desk: Desk, application_id: str, *, seen_version: int) -> Application:
    """Note that the applicant was warned: without cooperation the procedure may end."""
    application = steps.take_up(desk, Application, application_id, "case.end", seen_version=seen_version)
    application.warned_at = desk.now
    audit.record(desk.session, desk.actor, "application.warn", "application", application.id, now=desk.now)
    return application


def terminate(desk: Desk, application_id: str, *, reason: str, seen_version: int) -> Application:
    """End the procedure of an applicant who was warned and still does not cooperate; only a reviewer may."""
    application = steps.take_up(desk, Application, application_id, "case.end", seen_version=seen_version)
    if REVIEWER not in limits(desk.actor, "case.end", application.area_code):
        raise NotAllowed
    proved = {Proof.REASONS_WRITTEN} if reason.strip() else set()
    proved |= {Proof.WARNED} if application.warned_at else set()
    steps.take(desk, application, "terminate", reason=reason, proved=proved)
    assigning.call_off(desk, application)
    return application
