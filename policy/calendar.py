"""Working days and due days, over the holiday tables that the State Council announces year by year.

A year without a table is not guessed silently: the answer counts plain Monday to Friday there and says `provisional`.
Which deadline runs, and from when, is left to the caller.
"""

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from policy.registry import data_folder, toml_files

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class HolidayCalendar:
    """The announced years: days off, and weekend days worked instead (调休)."""

    years: frozenset[int]
    holidays: frozenset[date]
    workdays: frozenset[date]


@dataclass(frozen=True)
class DueDay:
    """The last day of a period. `provisional` when it rests on a year whose holidays are not announced yet."""

    on: date
    provisional: bool


@cache
def load_calendar() -> HolidayCalendar:
    """Return the packaged holiday tables, read once."""
    tables = [
        tomllib.loads(content.decode("utf-8"))
        for name, content in toml_files(data_folder("data"))
        if name.startswith("holidays-")
    ]
    return HolidayCalendar(
        years=frozenset(table["year"] for table in tables),
        holidays=frozenset(day for table in tables for day in table["holidays"]),
        workdays=frozenset(day for table in tables for day in table["workdays"]),
    )


def is_announced(day: date, calendar: HolidayCalendar) -> bool:
    """Say whether the tables settle this day.

    The last week of December may still be moved by the next year's table, as the one for 2019 did with 2018-12-29.
    """
    is_last_week = (day.month, day.day) > (12, 24)
    return day.year in calendar.years and (not is_last_week or day.year + 1 in calendar.years)


def is_working_day(day: date, calendar: HolidayCalendar) -> bool:
    """Say whether offices work on this day; for a year without a table, Monday to Friday."""
    return day in calendar.workdays or (day.weekday() < 5 and day not in calendar.holidays)


def add_working_days(start: date, count: int, calendar: HolidayCalendar) -> DueDay:
    """Return the working day on which a period of `count` working days ends.

    The first day is not counted (民法典第二百零一条). Raises ValueError unless count is at least 1.
    """
    if count < 1:
        raise ValueError(f"工作日数应不小于 1: {count}")
    day, provisional = start, False
    while count:
        day += _DAY
        count -= is_working_day(day, calendar)
        provisional = provisional or not is_announced(day, calendar)
    return DueDay(day, provisional)


def add_days(start: date, count: int, calendar: HolidayCalendar) -> DueDay:
    """Return the day on which a period of `count` calendar days ends, the first day not counted.

    An end on a day off runs to the next working day (民法典第二百零三条). Raises ValueError unless count is at least 1.
    """
    if count < 1:
        raise ValueError(f"天数应不小于 1: {count}")
    return _on_working_day(start + count * _DAY, calendar)


def add_months(start: date, count: int, calendar: HolidayCalendar) -> DueDay:
    """Return the day on which a period of `count` months ends: the same day of the last month, or its last day.

    民法典第二百零二条、第二百零三条. Raises ValueError unless count is at least 1.
    """
    if count < 1:
        raise ValueError(f"月数应不小于 1: {count}")
    years, month = divmod(start.month - 1 + count, 12)
    year, month = start.year + years, month + 1
    return _on_working_day(date(year, month, min(start.day, monthrange(year, month)[1])), calendar)


def _on_working_day(day: date, calendar: HolidayCalendar) -> DueDay:
    provisional = not is_announced(day, calendar)
    while not is_working_day(day, calendar):
        day += _DAY
        provisional = provisional or not is_announced(day, calendar)
    return DueDay(day, provisional)
