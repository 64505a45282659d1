"""Functions of days and times. A day counts as days since 1970-01-01, as the ODK XForms specification has it.

Times are those of the clock on the wall; a form of a county knows one time zone.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from forms.functions.function import Function, Functions, Surroundings
from forms.values import Value, as_date, as_moment, as_number, as_text, day_fraction

WEEKDAYS = "一二三四五六日"


def _decimal_time(value: Value) -> Value:
    """Return the part of the day that has passed: 0.5 at noon."""
    text = as_text(value)
    return day_fraction(text.partition("T")[2] or text)


def _format(value: Value, pattern: Value) -> Value:
    """Write a day or a moment: %Y %y %m %n %b %d %e %a %H %h %M %S %3, as ODK has them, in Chinese words."""
    moment = as_moment(value)
    if moment is None:
        return ""
    return re.sub(r"%(.)", lambda found: _part(moment, found[1]), as_text(pattern))


def _part(moment: datetime, letter: str) -> str:
    parts = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "b": f"{moment.month}月",
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "a": f"周{WEEKDAYS[moment.weekday()]}",
        "H": f"{moment.hour:02}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "3": "000",
        "%": "%",
    }
    return parts.get(letter, "")


def _today(surroundings: Surroundings) -> date:
    return surroundings.today


DATES: Functions = {
    "date": Function(1, 1, as_date),
    "date-time": Function(1, 1, as_moment),
    "decimal-date-time": Function(1, 1, lambda value: as_number(as_moment(value))),
    "decimal-time": Function(1, 1, _decimal_time),
    "format-date": Function(2, 2, _format),
    "format-date-time": Function(2, 2, _format),
    # The engine is given a day and no clock, so that office and field compute the same: now() is that day.
    "now": Function(0, 0, _today, needs_surroundings=True),
    "today": Function(0, 0, _today, needs_surroundings=True),
}
