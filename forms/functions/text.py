"""Functions of texts, as XPath 1.0 and the ODK XForms specification have them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from forms.functions.function import Function, Functions
from forms.values import MAX_TEXT, Value, as_number, as_text, flat


def _concat(*values: Value) -> Value:
    return "".join(map(as_text, flat(values)))[:MAX_TEXT]


def _join(separator: Value, *values: Value) -> Value:
    return as_text(separator).join(text for text in map(as_text, flat(values)) if text)[:MAX_TEXT]


def _substr(text: Value, start: Value, end: Value = None) -> Value:
    """ODK's substr: places count from 0, the end is left out, a negative place counts from the end."""
    begin, stop = as_number(start), as_number(end)
    return None if begin is None else as_text(text)[int(begin) : None if stop is None else int(stop)]


def _substring(text: Value, start: Value, length: Value = None) -> Value:
    """XPath's substring: places count from 1, and both numbers are rounded."""
    first, count = as_number(start), as_number(length)
    if first is None:
        return ""
    begin = int(first.to_integral_value(rounding=ROUND_HALF_UP))
    if length is None:
        return as_text(text)[max(0, begin - 1) :]
    if count is None:
        return ""
    end = begin + int(count.to_integral_value(rounding=ROUND_HALF_UP))
    return as_text(text)[max(0, begin - 1) : max(0, end - 1)]


def _before(text: Value, mark: Value) -> Value:
    head, found, _ = as_text(text).partition(as_text(mark)) if as_text(mark) else ("", "", "")
    return head if found else ""


def _after(text: Value, mark: Value) -> Value:
    return as_text(text).partition(as_text(mark))[2] if as_text(mark) else as_text(text)


def _translate(text: Value, old: Value, new: Value) -> Value:
    """Put each character of `new` for the one of `old` at its place; those without partner are dropped."""
    letters, others = as_text(old), as_text(new)
    table: dict[int, str | None] = {}
    for place, letter in enumerate(letters):
        table.setdefault(ord(letter), others[place] if place < len(others) else None)
    return as_text(text).translate(table)


TEXT: Functions = {
    "concat": Function(1, None, _concat),
    "contains": Function(2, 2, lambda text, part: as_text(part) in as_text(text)),
    "ends-with": Function(2, 2, lambda text, part: as_text(text).endswith(as_text(part))),
    "join": Function(2, None, _join),
    "normalize-space": Function(1, 1, lambda text: " ".join(as_text(text).split())),
    "starts-with": Function(2, 2, lambda text, part: as_text(text).startswith(as_text(part))),
    "string": Function(1, 1, as_text),
    "string-length": Function(1, 1, lambda text: Decimal(len(as_text(text)))),
    "substr": Function(2, 3, _substr),
    "substring": Function(2, 3, _substring),
    "substring-after": Function(2, 2, _after),
    "substring-before": Function(2, 2, _before),
    "translate": Function(3, 3, _translate),
}
