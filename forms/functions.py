"""The functions a form may call: one table, `FUNCTIONS`. Whatever is not in it is refused when a form is imported.

They follow XPath 1.0 and the ODK XForms specification (https://getodk.github.io/xforms-spec/), over `values`. All are
total: an argument that makes no sense gives an empty value and never an error, so an answer cannot stop a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Protocol

from forms.values import EXACT, MAX_TEXT, Value, as_date, as_number, as_text, as_truth, finite, flat, whole

MAX_PATTERN_TEXT = 200
"""A text longer than this never matches a pattern: with `pattern_fault` it bounds the time of a match."""


class Surroundings(Protocol):
    """What a function may know besides its arguments."""

    @property
    def today(self) -> date: ...
    @property
    def stored(self) -> Value: ...


@dataclass(frozen=True)
class Function:
    """One function: how many arguments it takes (None: any number), and what it does."""

    least: int
    most: int | None
    call: Callable[..., Value]
    needs_surroundings: bool = False


def _selected(values: Value, name: Value) -> bool:
    return as_text(name) in as_text(values).split()


def _choose(condition: Value, then: Value, otherwise: Value) -> Value:
    return then if as_truth(condition) else otherwise


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if as_text(value) != ""), "")


def _once(surroundings: Surroundings, value: Value) -> Value:
    return surroundings.stored if as_text(surroundings.stored) != "" else value


def _regex(text: Value, pattern: Value) -> bool:
    subject = as_text(text)
    return len(subject) <= MAX_PATTERN_TEXT and _compiled(as_text(pattern)).fullmatch(subject) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def pattern_fault(pattern: str) -> str | None:
    """Tell why a pattern is refused, or None.

    Python's matcher backtracks, so a hostile pattern could stop a device. Each quantifier and alternative is counted
    with the number of ways it adds; nothing but `?` may repeat a bracket, and back references are not taken.
    """
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return "语法错误"
    bare = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "x", re.sub(r"\\[^0-9]", "x", pattern))
    if re.search(r"\\[0-9]|\(\?[^:]|\)(?:[*+]|\{)", bare):
        return "括号后不能重复,不能用反向引用"
    many, few = len(re.findall(r"[*+]|\{[0-9]*,[0-9]*\}", bare)), len(re.findall(r"[?|]", bare))
    return "重复或分支太多" if len(pattern) > MAX_PATTERN_TEXT or many * 8 + few > 24 else None


def _round(value: Value, places: Value = Decimal(0)) -> Value:
    number, digits = as_number(value), as_number(places)
    if number is None or digits is None or not -20 <= digits <= 20:
        return None
    return finite(number.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP, context=EXACT))


def _towards(direction: str) -> Callable[[Value], Value]:
    def rounded(value: Value) -> Value:
        number = as_number(value)
        return None if number is None else number.to_integral_value(rounding=direction)

    return rounded


def _int(value: Value) -> Value:
    number = as_number(value)
    return None if number is None else whole(number)


def _pow(base: Value, exponent: Value) -> Value:
    left, right = as_number(base), as_number(exponent)
    return None if left is None or right is None else finite(EXACT.power(left, right))


def _sum(*values: Value) -> Value:
    total = Decimal(0)
    for number in _numbers(values):
        total = EXACT.add(total, number)
    return finite(total)


def _min(*values: Value) -> Value:
    return min(_numbers(values), default=None)


def _max(*values: Value) -> Value:
    return max(_numbers(values), default=None)


def _numbers(values: tuple[Value, ...]) -> list[Decimal]:
    """Return what is a number; empty answers count as not asked, so that a total works while a form is filled in."""
    return [number for number in map(as_number, flat(values)) if number is not None]


def _count(values: Value) -> Value:
    return Decimal(len(values)) if isinstance(values, tuple) else Decimal(as_text(values) != "")


def _concat(*values: Value) -> Value:
    return "".join(map(as_text, flat(values)))[:MAX_TEXT]


def _join(separator: Value, *values: Value) -> Value:
    return as_text(separator).join(text for text in map(as_text, flat(values)) if text)[:MAX_TEXT]


def _substr(text: Value, start: Value, end: Value = None) -> Value:
    begin, stop = as_number(start), as_number(end)
    return None if begin is None else as_text(text)[int(begin) : None if stop is None else int(stop)]


FUNCTIONS: dict[str, Function] = {
    "boolean": Function(1, 1, as_truth),
    "ceiling": Function(1, 1, _towards(ROUND_CEILING)),
    "coalesce": Function(2, None, _coalesce),
    "concat": Function(1, None, _concat),
    "contains": Function(2, 2, lambda text, part: as_text(part) in as_text(text)),
    "count": Function(1, 1, _count),
    "count-non-empty": Function(1, 1, lambda values: Decimal(sum(as_text(value) != "" for value in flat((values,))))),
    "count-selected": Function(1, 1, lambda values: Decimal(len(as_text(values).split()))),
    "date": Function(1, 1, as_date),
    "false": Function(0, 0, lambda: False),
    "floor": Function(1, 1, _towards(ROUND_FLOOR)),
    "if": Function(3, 3, _choose),
    "int": Function(1, 1, _int),
    "join": Function(2, None, _join),
    "max": Function(1, None, _max),
    "min": Function(1, None, _min),
    "not": Function(1, 1, lambda value: not as_truth(value)),
    # The engine is given a day and no clock, so that office and field compute the same: now() is that day.
    "now": Function(0, 0, lambda surroundings: surroundings.today, needs_surroundings=True),
    "number": Function(1, 1, as_number),
    "once": Function(1, 1, _once, needs_surroundings=True),
    "position": Function(1, 1, as_number),  # its argument is `..`, which `expressions` replaces by the place
    "pow": Function(2, 2, _pow),
    "regex": Function(2, 2, _regex),
    "round": Function(1, 2, _round),
    "selected": Function(2, 2, _selected),
    "starts-with": Function(2, 2, lambda text, part: as_text(text).startswith(as_text(part))),
    "string": Function(1, 1, as_text),
    "string-length": Function(1, 1, lambda text: Decimal(len(as_text(text)))),
    "substr": Function(2, 3, _substr),
    "sum": Function(1, None, _sum),
    "today": Function(0, 0, lambda surroundings: surroundings.today, needs_surroundings=True),
    "true": Function(0, 0, lambda: True),
}
