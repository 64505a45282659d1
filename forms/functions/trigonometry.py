"""Angles in radians, by series over decimals: the C library's results differ between devices in their last digit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal

from forms.functions.function import Function, Functions
from forms.values import Value, as_number

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
FINE = Context(prec=50, traps=[])
_PLACES = Decimal(1).scaleb(-20)
_LARGEST = Decimal(10) ** 15
_HALVINGS = 4


def sin(angle: Decimal) -> Decimal:
    turn = FINE.remainder_near(angle, FINE.multiply(PI, 2))
    return _series(turn, lambda n: Decimal(-(2 * n) * (2 * n + 1)), turn)


def cos(angle: Decimal) -> Decimal:
    return sin(FINE.add(angle, FINE.divide(PI, 2)))


def _series(first: Decimal, divisor: Callable[[int], Decimal], angle: Decimal) -> Decimal:
    """Add up terms, each the one before by the square of the angle and a divisor, until they change nothing."""
    square, term, total = FINE.multiply(angle, angle), first, first
    for number in range(1, 60):
        term = FINE.divide(FINE.multiply(term, square), divisor(number))
        total = FINE.add(total, term)
    return total


def _atan(number: Decimal) -> Decimal:
    """Halve the angle a few times, so that the series ends soon, and double it again."""
    for _ in range(_HALVINGS):
        root = FINE.sqrt(FINE.add(1, FINE.multiply(number, number)))
        number = FINE.divide(number, FINE.add(1, root))
    square, power, total = FINE.multiply(number, number), number, number
    for odd in range(3, 120, 2):
        power = -FINE.multiply(power, square)
        total = FINE.add(total, FINE.divide(power, odd))
    return FINE.multiply(total, 2**_HALVINGS)


def _atan2(y: Decimal, x: Decimal) -> Decimal:
    if x == 0:
        return FINE.multiply(FINE.divide(PI, 2), (y > 0) - (y < 0))
    angle = _atan(FINE.divide(y, x))
    if x > 0:
        return angle
    return FINE.add(angle, PI) if y >= 0 else FINE.subtract(angle, PI)


def _asin(number: Decimal) -> Decimal | None:
    if abs(number) > 1:
        return None
    return _atan2(number, FINE.sqrt(FINE.subtract(1, FINE.multiply(number, number))))


def acos(number: Decimal) -> Decimal | None:
    angle = _asin(number)
    return None if angle is None else FINE.subtract(FINE.divide(PI, 2), angle)


def _tan(angle: Decimal) -> Decimal | None:
    below = cos(angle)
    return FINE.divide(sin(angle), below) if below.quantize(_PLACES) else None


def _of(operation: Callable[..., Decimal | None]) -> Callable[..., Value]:
    """Make a function of numbers, to 20 places; it is empty where an argument is no number or absurdly large."""

    def applied(*values: Value) -> Value:
        numbers = [number for number in map(as_number, values) if number is not None and abs(number) < _LARGEST]
        result = operation(*numbers) if len(numbers) == len(values) else None
        return None if result is None else FINE.quantize(result, _PLACES).normalize()

    return applied


TRIGONOMETRY: Functions = {
    "acos": Function(1, 1, _of(acos)),
    "asin": Function(1, 1, _of(_asin)),
    "atan": Function(1, 1, _of(_atan)),
    "atan2": Function(2, 2, _of(_atan2)),
    "cos": Function(1, 1, _of(cos)),
    "pi": Function(0, 0, lambda: PI.quantize(_PLACES)),
    "sin": Function(1, 1, _of(sin)),
    "tan": Function(1, 1, _of(_tan)),
}
