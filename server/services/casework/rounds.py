"""What falls due by itself: rechecks, tapers that run out, papers of advances that did not come, new holiday tables.

Run every day by the office's machine, in the name of the system; a second run on the same day does nothing.
"""

from dataclasses import dataclass

from server.domain.errors import NotFound
from server.domain.permissions import Actor, Grant
from server.models.cases import Application
from server.models.cases_advance import AdvanceAid
from server.models.cases_after import Entitlement
from server.queries import cases_after, cases_clock
from server.services.casework import adjustments, assigning, clock, rechecks, steps
from server.services.casework.desk import Desk

SYSTEM = Actor("system", "系统", (Grant("system", ""),))


@dataclass(frozen=True)
class Round:
    """What one run did: ids of entitlements and advances, and how many last days moved."""

    rechecks: list[str]
    without_worker: list[str]
    tapers_ended: list[str]
    advances_overdue: list[str]
    deadlines_moved: int


def run(desk: Desk) -> Round:
    """Do what is due today."""
    moved = clock.recompute(desk)
    begun, alone = _rechecks(desk)
    ended = cases_after.tapers_over(desk.session, on=desk.today)
    for one in ended:
        adjustments.end_taper(desk, one)
    return Round(begun, alone, [one.id for one in ended], _overdue(desk), len(moved))


def _rechecks(desk: Desk) -> tuple[list[str], list[str]]:
    """Begin the rechecks that are due; gives all of them, and those for whom nobody could be sent."""
    begun: list[str] = []
    alone: list[str] = []
    for deadline in cases_clock.of_kind(desk.session, "recheck", by=desk.today):
        entitlement = desk.session.get_one(Entitlement, deadline.case_id, with_for_update=True)
        if entitlement.state != "active":
            continue
        recheck = rechecks.open_round(desk, entitlement, "begin_recheck", rechecks.PERIOD)
        begun.append(entitlement.id)
        if not _send_handler(desk, entitlement):
            alone.append(recheck.entitlement_id)
    return begun, alone


def _send_handler(desk: Desk, entitlement: Entitlement) -> bool:
    """Send who handled the application; somebody who has left the place since is not sent."""
    handler = desk.session.get_one(Application, entitlement.application_id).handler_id
    try:
        assigning.assign(desk, entitlement, purpose="recheck", assignee_id=handler or "")
    except NotFound:
        return False
    return True


def _overdue(desk: Desk) -> list[str]:
    late = []
    for deadline in cases_clock.of_kind(desk.session, "advance_supplemented", by=desk.today):
        advance = desk.session.get_one(AdvanceAid, deadline.case_id, with_for_update=True)
        if deadline.due_on < desk.today and advance.state == "supplement_due":
            steps.take(desk, advance, "lapse")
            late.append(advance.id)
    return late
