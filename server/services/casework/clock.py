"""The statutory clock: periods begin with a step and end with another. How long each is, is a dated parameter of `policy`.

A day that rests on a year without a holiday table is provisional, and computed again when the table comes. What a period
stood still is added at its end, working day for working day.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

from policy.calendar import DueDay, HolidayCalendar, add_working_days, is_working_day
from policy.procedure.deadlines import DEADLINES
from server.models.cases_clock import Deadline, Pause
from server.queries import cases_clock
from server.services.casework.desk import Desk, Rules

ENDS: Mapping[str, frozenset[str]] = {
    "start_investigation": frozenset({"start", "decide_urgently"}),
    "start_check": frozenset({"send_check", "answer_check", "decide_urgently"}),
    "township_opinion": frozenset({"give_opinion", "accept_check"}),
    "renewed_opinion": frozenset({"give_opinion"}),
    "notice_period": frozenset({"close_notice", "object", "stop"}),
    "county_opinion": frozenset({"confirm", "refuse", "return"}),
    "decision": frozenset({"confirm", "refuse"}),
    "refusal_notice": frozenset({"serve"}),
    "recheck": frozenset({"begin_recheck", "report_change", "record_death"}),
    "status_expires": frozenset({"stop", "exit"}),
    "death_processed": frozenset({"find_unchanged", "decide", "stop"}),
    "advance_supplemented": frozenset({"supplement"}),
}
"""Which events of a case end a period."""

STANDS_STILL = frozenset({"start_check", "township_opinion", "renewed_opinion", "county_opinion", "decision"})
"""The office's own periods, which a pause makes longer; what is owed to the applicant or hangs in public runs on."""


class Standing(StrEnum):
    """How a period stands on a day."""

    DONE = "done"
    PAUSED = "paused"
    RUNNING = "running"
    WARNED = "warned"
    OVERDUE = "overdue"


def begin(
    desk: Desk,
    *,
    machine: str,
    case_id: str,
    area_code: str,
    programme: str,
    kinds: Iterable[str],
    start_on: date,
    is_unstable: bool = False,
) -> None:
    """Start periods of a case; a kind that the programme does not know, or whose number nobody has to set, starts none."""
    for kind in kinds:
        deadline = Deadline(
            id=desk.new_id(),
            machine=machine,
            case_id=case_id,
            area_code=area_code,
            programme=programme,
            kind=kind,
            start_on=start_on,
            is_unstable=is_unstable,
        )
        if compute(desk.rules, deadline, ()):
            desk.session.add(deadline)
    desk.session.flush()


def end(desk: Desk, machine: str, case_id: str, event: str, *, is_final: bool = False) -> None:
    """End the periods that an event ends; at the end of a case, all of them."""
    for one in cases_clock.running(desk.session, machine, case_id):
        if is_final or event in ENDS[one.kind]:
            one.done_on = desk.today


def compute(rules: Rules, deadline: Deadline, pauses: Iterable[Pause]) -> bool:
    """Set a period's last day by the law of the day on which it began; tells whether there is such a period here."""
    law = rules.law(deadline.area_code, deadline.start_on)
    special = {"is_special": True} if deadline.extended_for else {}
    special |= {"is_unstable": True} if deadline.kind == "recheck" and deadline.is_unstable else {}
    found = DEADLINES[deadline.kind](law, deadline.start_on, rules.calendar, programme=deadline.programme, **special)
    if found is None:
        return False
    due = _later(found.due, deadline, pauses, rules.calendar)
    deadline.due_on, deadline.is_provisional = due.on, due.provisional
    deadline.clause = found.parameter.citation
    return True


def recompute(desk: Desk, deadline_id: str) -> bool:
    """Compute a running period again that rests on a holiday table to come; tells whether its last day moved."""
    deadline = desk.session.get_one(Deadline, deadline_id, with_for_update=True)
    before = deadline.due_on
    compute(desk.rules, deadline, cases_clock.pauses(desk.session, deadline.case_id))
    return deadline.due_on != before


def standing(deadline: Deadline, rules: Rules, *, today: date, warn_days: int, is_paused: bool) -> Standing:
    """Tell how a period stands; it warns that many working days ahead."""
    if deadline.done_on is not None:
        return Standing.DONE
    if is_paused and deadline.kind in STANDS_STILL:
        return Standing.PAUSED
    if today > deadline.due_on:
        return Standing.OVERDUE
    warns = deadline.due_on <= add_working_days(today, warn_days, rules.calendar).on
    return Standing.WARNED if warns else Standing.RUNNING


def _later(due: DueDay, deadline: Deadline, pauses: Iterable[Pause], calendar: HolidayCalendar) -> DueDay:
    """Move a last day on by the working days on which the office waited for somebody else."""
    if deadline.kind not in STANDS_STILL:
        return due
    still = sum(_working_days(one, deadline.start_on, calendar) for one in pauses)
    if not still:
        return due
    later = add_working_days(due.on, still, calendar)
    return DueDay(later.on, due.provisional or later.provisional)


def _working_days(pause: Pause, start_on: date, calendar: HolidayCalendar) -> int:
    """Count the working days of an ended pause, from the day after it began to the day on which it ended."""
    if pause.to_on is None:
        return 0
    first = max(pause.from_on, start_on)
    days = (first + timedelta(days=n) for n in range(1, (pause.to_on - first).days + 1))
    return sum(is_working_day(day, calendar) for day in days)
