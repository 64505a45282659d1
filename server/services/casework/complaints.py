"""A complaint about a case sends it through the county's own visit, as registered kin does (57号文第二十条).

The complaint itself is handled elsewhere; here only its effect on the procedure.
"""

from server.domain.errors import ReasonMissing
from server.models.cases import Application
from server.services import audit
from server.services.casework import steps
from server.services.casework.desk import Desk


def flag(desk: Desk, application_id: str, *, reason: str, seen_version: int) -> Application:
    """Note that an application was complained about. Raises ReasonMissing without a word on it."""
    application = steps.take_up(desk, Application, application_id, "case.flag", seen_version=seen_version)
    if not reason.strip():
        raise ReasonMissing
    application.is_reported = True
    audit.record(desk.session, desk.actor, "application.flag", "application", application.id, now=desk.now)
    return application
