"""Arithmetic and comparison of the values in an expression, as XPath 1.0 has them, with exact decimals."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from forms.values import EXACT, Value, as_number, as_text, as_truth, finite

COMPARISONS: dict[str, Callable[..., bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(symbol: str, left: Value, right: Value) -> bool:
    """Compare two values; a list compares true when any of its members does, as XPath says of node sets."""
    if isinstance(left, tuple):
        return any(compare(symbol, member, right) for member in left)
    if isinstance(right, tuple):
        return any(compare(symbol, left, member) for member in right)
    if symbol in {"=", "!="}:
        return _equal(left, right) is (symbol == "=")
    first, second = as_number(left), as_number(right)
    return first is not None and second is not None and COMPARISONS[symbol](first, second)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return as_truth(left) == as_truth(right)
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        number = as_number(left)
        return number is not None and number == as_number(right)
    if isinstance(left, date) and isinstance(right, date):
        return as_number(left) == as_number(right)
    return as_text(left) == as_text(right)


def negative(value: Value) -> Value:
    """Return the number with its sign turned."""
    number = as_number(value)
    return None if number is None else -number


def _arithmetic(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def exact(left: Value, right: Value) -> Value:
        first, second = as_number(left), as_number(right)
        return None if first is None or second is None else finite(operation(first, second))

    return exact


ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": _arithmetic(EXACT.add),
    "-": _arithmetic(EXACT.subtract),
    "*": _arithmetic(EXACT.multiply),
    "div": _arithmetic(EXACT.divide),
    "mod": _arithmetic(EXACT.remainder),
}
