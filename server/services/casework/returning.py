"""A sealed visit has come back and was reviewed: the cases that sent it out may rest on it from now on."""

from datetime import datetime

from server.queries import cases_inquiry
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
