"""What falls due by itself: rechecks, tapers that run out, papers of advances that did not come, new holiday tables.

Run every day by the office's machine, in the name of the system; a second run on the same day does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from server.domain.errors import DomainError, NotFound
from server.domain.permissions import Actor, Grant
from server.models.cases import Application
from server.models.cases_advance import AdvanceAid
from server.models.cases_after import Entitlement
from server.queries import cases_after, cases_clock
from server.services.casework import adjustments, assigning, clock, rechecks, steps
from server.services.casework.desk import Desk

SYSTEM = Actor("system", "系统", (Grant("system", ""),))


Play = Callable[[Callable[[Desk], Any]], Any]
"""Runs a deed of the system in a transaction of its own, and gives what it gives."""


@dataclass
class Round:
    """What one run did: ids of entitlements and advances, how many last days moved, and what could not be done and why."""

    rechecks: list[str] = field(default_factory=list)
    without_worker: list[str] = field(default_factory=list)
    tapers_ended: list[str] = field(default_factory=list)
    advances_overdue: list[str] = field(default_factory=list)
    deadlines_moved: int = 0
    not_done: list[dict[str, str]] = field(default_factory=list)


def run(play: Play) -> Round:
    """Do what is due today, each thing by itself: a region that lacks a number keeps no other from what is due to it."""
    done = Round()
    for deadline_id in play(lambda desk: [one.id for one in cases_clock.provisional(desk.session)]):
        done.deadlines_moved += _tried(play, done, deadline_id, clock.recompute) is True
    for entitlement_id in play(_due_rechecks):
        is_sent = _tried(play, done, entitlement_id, _begin_recheck)
        if is_sent is not None:
            done.rechecks.append(entitlement_id)
        if is_sent is False:
            done.without_worker.append(entitlement_id)
    for entitlement_id in play(lambda desk: [one.id for one in cases_after.tapers_over(desk.session, on=desk.today)]):
        if _tried(play, done, entitlement_id, _end_taper):
            done.tapers_ended.append(entitlement_id)
    for advance_id in play(_late_advances):
        if _tried(play, done, advance_id, _lapse):
            done.advances_overdue.append(advance_id)
    return done


def _tried(play: Play, done: Round, name: str, deed: Callable[[Desk, str], bool]) -> bool | None:
    """Do a deed for what is named; gives what it gives, or None when it was refused, which is noted."""
    try:
        return bool(play(lambda desk: deed(desk, name)))
    except DomainError as refusal:
        done.not_done.append({"id": name, "code": refusal.code, "reason": refusal.detail})
        return None


def _due_rechecks(desk: Desk) -> list[str]:
    found = [one.case_id for one in cases_clock.of_kind(desk.session, "recheck", by=desk.today)]
    return [one for one in found if desk.session.get_one(Entitlement, one).state == "active"]


def _begin_recheck(desk: Desk, entitlement_id: str) -> bool:
    """Begin a recheck; tells whether somebody could be sent."""
    entitlement = desk.session.get_one(Entitlement, entitlement_id, with_for_update=True)
    rechecks.open_round(desk, entitlement, "begin_recheck", rechecks.PERIOD)
    return _send_handler(desk, entitlement)


def _send_handler(desk: Desk, entitlement: Entitlement) -> bool:
    """Send who handled the application; somebody who has left the place since is not sent."""
    handler = desk.session.get_one(Application, entitlement.application_id).handler_id
    try:
        assigning.assign(desk, entitlement, purpose="recheck", assignee_id=handler or "")
    except NotFound:
        return False
    return True


def _end_taper(desk: Desk, entitlement_id: str) -> bool:
    adjustments.end_taper(desk, desk.session.get_one(Entitlement, entitlement_id, with_for_update=True))
    return True


def _late_advances(desk: Desk) -> list[str]:
    late = cases_clock.of_kind(desk.session, "advance_supplemented", by=desk.today)
    return [one.case_id for one in late if one.due_on < desk.today]


def _lapse(desk: Desk, advance_id: str) -> bool:
    advance = desk.session.get_one(AdvanceAid, advance_id, with_for_update=True)
    if advance.state != "supplement_due":
        return False
    steps.take(desk, advance, "lapse")
    return True
