"""Who decides, and by which day: one function for each rule, every number a dated parameter with its clause.

A period runs in 工作日, 天 or 月, as the unit of its key in keys.toml says; the first day is not counted. Whoever stores a
due day stores `provisional` too, and asks again when the holiday table comes. Every function raises ParameterNotSet
where the region has still to set the number, and returns None where no document sets a period for the programme.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from policy.calendar import DueDay, HolidayCalendar, add_days, add_months, add_working_days
from policy.catalogue import catalogue
from policy.law import Law
from policy.parameters import Parameter

_ADD: Mapping[str, Callable[[date, int, HolidayCalendar], DueDay]] = {
    "工作日": add_working_days,
    "天": add_days,
    "月": add_months,
}
_OWN_LEVEL = {"dibao": "decision_level.dibao", "tekun": "decision_level.tekun"}


@dataclass(frozen=True)
class Level:
    """Who decides: "township" or "county", and the parameter that says so."""

    level: str
    parameter: Parameter


@dataclass(frozen=True)
class Deadline:
    """The last day of a period, and the parameter that sets its length."""

    due: DueDay
    parameter: Parameter


def deciding_level(law: Law, programme: str, *, amount_fen: int | None = None) -> Level:
    """Return who decides a programme in the region; temporary aid is shared out by amount (文件004 二(三)).

    A programme without a level of its own follows its parent, and then the region. Temporary aid whose amount is not
    known yet, or for which the region has set no limit, goes to the county.
    """
    limit = law.find("temp.township_limit") if programme.startswith("temporary_") else None
    if limit is not None:
        is_small = amount_fen is not None and amount_fen <= limit.read(int)
        return Level("township" if is_small else "county", limit)
    key = _OWN_LEVEL.get(programme) or _OWN_LEVEL.get(_parent(programme))
    found = (law.find(key) if key else None) or law.get("decision_level")
    return Level(found.read(str), found)


def start_investigation(law: Law, accepted_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when the investigation starts after acceptance (57号文 第十五条)."""
    return None if programme == "tekun" else _due(law, "deadline.start_investigation", accepted_on, calendar)


def start_check(law: Law, requested_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when the county starts the check that the township asked for (57号文 第十七条)."""
    return _due(law, "deadline.start_check", requested_on, calendar)


def township_opinion(law: Law, accepted_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when the township gives its opinion after acceptance: set for 特困 (特困办法 第十三条)."""
    return _due(law, "tekun.township_days", accepted_on, calendar) if programme == "tekun" else None


def renewed_opinion(law: Law, objected_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when an objection has led to a new opinion: set for 特困 (特困办法 第十五条)."""
    return _due(law, "tekun.renewed_opinion_days", objected_on, calendar) if programme == "tekun" else None


def notice_period(law: Law, posted_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline:
    """Return the last day on which a notice hangs; the day of posting is not counted (57号文 第十九条)."""
    return _due(law, "tekun.notice_days" if programme == "tekun" else "notice.days", posted_on, calendar)


def county_opinion(law: Law, received_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when the county confirms or not, after it received the papers (57号文 第二十条; 特困办法 第十六条)."""
    return _due(law, "tekun.county_days" if programme == "tekun" else "deadline.county_opinion", received_on, calendar)


def decision(
    law: Law, accepted_on: date, calendar: HolidayCalendar, *, programme: str, is_special: bool = False
) -> Deadline | None:
    """Return by when the whole procedure is done (57号文 第二十二条; 2022年通知 四(一); 刚性支出办法 第八条).

    Where the township decides, the shorter of the two periods binds. `is_special` is the extension, for a reason that the
    law lists: an objection, a household away from its register, a remote filing, a difficult check.
    """
    if programme == "tekun":
        return None
    if programme == "rigid_expenditure":
        return _due(law, "rigid.decision_days_special" if is_special else "rigid.decision_days", accepted_on, calendar)
    if is_special:
        return _due(law, "deadline.decision_days_special", accepted_on, calendar)
    periods = [_due(law, "deadline.decision_days", accepted_on, calendar)]
    if deciding_level(law, programme).level == "township" and law.find("deadline.decision_days_delegated"):
        periods.append(_due(law, "deadline.decision_days_delegated", accepted_on, calendar))
    return min(periods, key=lambda found: found.due.on)


def refusal_notice(law: Law, decided_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when a refusal is told in writing (57号文 第二十一条; 特困办法 第十八条)."""
    key = "tekun.refusal_notice_days" if programme == "tekun" else "deadline.refusal_notice"
    return _due(law, key, decided_on, calendar)


def recheck(
    law: Law, checked_on: date, calendar: HolidayCalendar, *, programme: str, is_unstable: bool = False
) -> Deadline | None:
    """Return by when a household in receipt is checked again (57号文 第三十一条).

    `is_unstable`: its income is not regular, or a member is able to work.
    """
    return _due(law, "recheck.months_unstable" if is_unstable else "recheck.months", checked_on, calendar)


def death_processed(law: Law, died_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when the changes after a member's death are done (2022年通知 一(三))."""
    return _due(law, "death.process_months", died_on, calendar)


def self_care_reassessed(law: Law, reported_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when a changed self-care is assessed again (特困办法 第二十三条)."""
    return _due(law, "tekun.reassess_days", reported_on, calendar)


def status_expires(law: Law, confirmed_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return how long a status may last at most: set for 刚性支出困难家庭 (刚性支出办法 第十条)."""
    return _due(law, "rigid.valid_max_months", confirmed_on, calendar) if programme == "rigid_expenditure" else None


def advance_supplemented(law: Law, paid_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when the papers of an advance payment are complete (社会救助法 第五十条; the region sets the days)."""
    return _due(law, "advance.supplement_days", paid_on, calendar)


def complaint_answered(law: Law, received_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when a complaint is answered; the region sets the days."""
    return _due(law, "complaint.days", received_on, calendar)


def data_corrected(law: Law, doubted_on: date, calendar: HolidayCalendar) -> Deadline:
    """Return by when a department has looked into data of its own that was put in doubt (政务数据共享条例第二十六条)."""
    return _due(law, "gov_data.correction_days", doubted_on, calendar)


def referral_answered(law: Law, sent_on: date, calendar: HolidayCalendar, *, programme: str) -> Deadline | None:
    """Return by when another department answers a referral; the region sets the days."""
    return _due(law, "referral.days", sent_on, calendar)


DEADLINES: Mapping[str, Callable[..., Deadline | None]] = {
    period.__name__: period
    for period in (
        start_investigation,
        start_check,
        township_opinion,
        renewed_opinion,
        notice_period,
        county_opinion,
        decision,
        refusal_notice,
        recheck,
        death_processed,
        self_care_reassessed,
        status_expires,
        advance_supplemented,
        complaint_answered,
        referral_answered,
    )
}


def _due(law: Law, key: str, start: date, calendar: HolidayCalendar) -> Deadline:
    length = law.get(key)
    return Deadline(_ADD[length.unit](start, length.read(int), calendar), length)


def _parent(programme: str) -> str:
    return next((found.parent or "" for found in catalogue() if found.code == programme), "")
