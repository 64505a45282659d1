"""Functions of parts that repeat."""

from __future__ import annotations

from decimal import Decimal

from forms.functions.function import Function, Functions
from forms.values import Value, as_text, flat


def _count(values: Value) -> Value:
    return Decimal(len(values)) if isinstance(values, tuple) else Decimal(as_text(values) != "")


def _count_non_empty(values: Value) -> Value:
    return Decimal(sum(as_text(value) != "" for value in flat((values,))))


REPEATS: Functions = {
    "count": Function(1, 1, _count),
    "count-non-empty": Function(1, 1, _count_non_empty),
}
