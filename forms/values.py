"""What a form computes with: text, exact decimal numbers, dates, truth, and lists from repeats; and their conversions.

The conversions follow XPath 1.0 with two differences that money and offline work ask for. Numbers are decimals of 28
digits, never binary floats; and "not a number" is `None`, which is false in every comparison and empty as an answer.
A date counts as days since 1970-01-01, as in the ODK XForms specification; a moment (`datetime`, the clock on the wall)
counts its hours as part of the day. Every function here is total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_FLOOR, Context, Decimal

Value = str | Decimal | bool | date | None | tuple["Value", ...]

EXACT = Context(prec=28, traps=[])
"""28 digits hold every sum of money; no operation raises, an impossible one gives a NaN that `finite` removes."""

MAX_TEXT = 10_000
"""A computed text is cut here, so that texts built from texts cannot grow without bound."""

_EPOCH = date(1970, 1, 1)
_NUMBER = re.compile(r"\s*-?(?:[0-9]{1,24}(?:\.[0-9]{0,24})?|\.[0-9]{1,24})\s*", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]{1,6})?(?:Z|[+-][0-9:]{5})?"
)
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]{1,6})?(?:Z|[+-][0-9:]{5})?")
_DAY_SECONDS = 86_400
_LARGEST_EXPONENT = 24


def finite(number: Decimal) -> Decimal | None:
    """Return the number, or None when it is not one or larger than anything a form can mean.

    >>> finite(Decimal("NaN")) is None, finite(Decimal("1e30")) is None
    (True, True)
    """
    if not number.is_finite() or number.adjusted() > _LARGEST_EXPONENT:
        return None
    return Decimal(0) if number.adjusted() < -_LARGEST_EXPONENT else number


def as_number(value: Value) -> Decimal | None:
    """Convert as XPath's number() does; dates and texts that are dates count as days."""
    value = first(value)
    if isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, datetime):
        seconds = value.hour * 3_600 + value.minute * 60 + value.second
        return EXACT.add(Decimal((value.date() - _EPOCH).days), EXACT.divide(Decimal(seconds), Decimal(_DAY_SECONDS)))
    if isinstance(value, date):
        return Decimal((value - _EPOCH).days)
    if value and _NUMBER.fullmatch(value):
        return Decimal(value.strip())
    day = as_moment(value) if value and "T" in value else as_date(value)
    return None if day is None else as_number(day)


def as_text(value: Value) -> str:
    """Convert as XPath's string() does; an empty value gives an empty text.

    >>> as_text(Decimal("1200.50")), as_text(Decimal("3E+2")), as_text(None)
    ('1200.5', '300', '')
    """
    value = first(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    return value.isoformat() if isinstance(value, date) else value[:MAX_TEXT]


def as_truth(value: Value) -> bool:
    """Convert as XPath's boolean() does: numbers are true unless zero, texts unless empty, lists unless empty."""
    if isinstance(value, tuple):
        return bool(value)
    if isinstance(value, date):
        return True
    return bool(value)


def as_date(value: Value) -> date | None:
    """Convert an ISO text, a moment, or a number of days since 1970-01-01, to a date; None when it is none of them."""
    value = first(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str):
            found = _DATE.match(value)
            return date(*map(int, found.groups())) if found else None
        return _EPOCH + timedelta(days=int(value)) if isinstance(value, Decimal) else None
    except (ValueError, OverflowError):
        return None


def as_moment(value: Value) -> datetime | None:
    """Convert an ISO text, a date (its midnight), or a number of days, to a moment; None when it is none of them.

    A time zone that other programs write is read over: a form means the clock on the wall.
    """
    value = first(value)
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and (found := _MOMENT.fullmatch(value)):
            return datetime.fromisoformat(f"{found[1]}T{found[2]}")
        if isinstance(value, Decimal):
            days = whole(value) if value >= 0 else value.to_integral_value(rounding=ROUND_FLOOR)
            seconds = EXACT.multiply(EXACT.subtract(value, days), Decimal(_DAY_SECONDS)).to_integral_value()
            return datetime.combine(_EPOCH, time.min) + timedelta(days=int(days), seconds=int(seconds))
    except (ValueError, OverflowError):
        return None
    day = as_date(value)
    return None if day is None else datetime.combine(day, time.min)


def day_fraction(text: str) -> Decimal | None:
    """Return the part of the day that has passed at a time of the clock, or None.

    >>> day_fraction("12:00"), day_fraction("24:00") is None
    (Decimal('0.5'), True)
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return EXACT.divide(Decimal(hours * 3_600 + minutes * 60 + seconds), Decimal(_DAY_SECONDS))


def number_text(number: Decimal) -> str:
    """Write a number without exponent and without zeros at the end."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def whole(number: Decimal) -> Decimal:
    """Cut the fraction off, towards zero."""
    return number.quantize(Decimal(1), rounding=ROUND_DOWN, context=EXACT)


def first(value: Value) -> str | Decimal | bool | date | None:
    """Return the value itself, or the first of a list, as XPath does where one value is wanted."""
    while isinstance(value, tuple):
        value = value[0] if value else None
    return value


def flat(values: Iterable[Value]) -> list[Value]:
    """Return the single values of a mixture of values and lists."""
    found: list[Value] = []
    for value in values:
        found.extend(flat(value) if isinstance(value, tuple) else (value,))
    return found
