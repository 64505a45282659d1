"""Functions of numbers: exact decimals of 28 digits, the same on every device."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from forms.functions.function import Function, Functions
from forms.values import EXACT, Value, as_number, finite, flat, whole


def _round(value: Value, places: Value = Decimal(0)) -> Value:
    number, digits = as_number(value), as_number(places)
    if number is None or digits is None or not -20 <= digits <= 20:
        return None
    return finite(number.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP, context=EXACT))


def _towards(direction: str) -> Callable[[Value], Value]:
    return _of_one(lambda number: number.to_integral_value(rounding=direction))


def _of_one(operation: Callable[[Decimal], Decimal]) -> Callable[[Value], Value]:
    """Make a function of one number; where it has no result, it is empty."""

    def applied(value: Value) -> Value:
        number = as_number(value)
        return None if number is None else finite(operation(number))

    return applied


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


NUMBERS: Functions = {
    "abs": Function(1, 1, _of_one(EXACT.abs)),
    "ceiling": Function(1, 1, _towards(ROUND_CEILING)),
    "exp": Function(1, 1, _of_one(EXACT.exp)),
    "exp10": Function(1, 1, _of_one(lambda number: EXACT.power(Decimal(10), number))),
    "floor": Function(1, 1, _towards(ROUND_FLOOR)),
    "int": Function(1, 1, _of_one(whole)),
    "log": Function(1, 1, _of_one(EXACT.ln)),
    "log10": Function(1, 1, _of_one(EXACT.log10)),
    "max": Function(1, None, _max),
    "min": Function(1, None, _min),
    "number": Function(1, 1, as_number),
    "pow": Function(2, 2, _pow),
    "round": Function(1, 2, _round),
    "sqrt": Function(1, 1, _of_one(EXACT.sqrt)),
    "sum": Function(1, None, _sum),
}
