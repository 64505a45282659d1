"""Functions of choices and of yes and no."""

from __future__ import annotations

from decimal import Decimal

from forms.functions.function import Function, Functions, Surroundings
from forms.values import Value, as_number, as_text, as_truth, first


def _selected(values: Value, name: Value) -> bool:
    return as_text(name) in as_text(values).split()


def _selected_at(values: Value, place: Value) -> Value:
    """Return the choice at a place that counts from 0, or nothing."""
    names, number = as_text(values).split(), as_number(place)
    whole = number is not None and number == number.to_integral_value() and 0 <= number < len(names)
    return names[int(number)] if whole and number is not None else ""


def _choose(condition: Value, then: Value, otherwise: Value) -> Value:
    return then if as_truth(condition) else otherwise


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if as_text(value) != ""), "")


def _once(surroundings: Surroundings, value: Value) -> Value:
    return surroundings.stored if as_text(surroundings.stored) != "" else value


def _from_string(value: Value) -> bool:
    value = first(value)
    return value is True or as_text(value).strip().lower() in {"true", "1"}


def _checklist(least: Value, most: Value, *items: Value) -> Value:
    """Say whether so many are true; -1 leaves a bound open."""
    return _within(Decimal(sum(_is_ticked(item) for item in items)), least, most)


def _weighted_checklist(least: Value, most: Value, *items: Value) -> Value:
    """Say whether the weights of those that are true, given in pairs, add up to so much; -1 leaves a bound open."""
    ticked = [as_number(weight) for item, weight in zip(items[::2], items[1::2], strict=False) if _is_ticked(item)]
    return _within(sum((weight for weight in ticked if weight is not None), Decimal(0)), least, most)


def _is_ticked(item: Value) -> bool:
    """An answer yes counts as true, and so does the choice 1, as forms have them."""
    item = first(item)
    return as_text(item).strip().lower() in {"true", "yes", "1"} if isinstance(item, str) else as_truth(item)


def _within(count: Decimal, least: Value, most: Value) -> bool:
    low, high = as_number(least), as_number(most)
    return low is not None and high is not None and (low == -1 or count >= low) and (high == -1 or count <= high)


CHOICES: Functions = {
    "boolean": Function(1, 1, as_truth),
    "boolean-from-string": Function(1, 1, _from_string),
    "checklist": Function(3, None, _checklist),
    "coalesce": Function(2, None, _coalesce),
    "count-selected": Function(1, 1, lambda values: Decimal(len(as_text(values).split()))),
    "false": Function(0, 0, lambda: False),
    "if": Function(3, 3, _choose),
    "not": Function(1, 1, lambda value: not as_truth(value)),
    "once": Function(1, 1, _once, needs_surroundings=True),
    "selected": Function(2, 2, _selected),
    "selected-at": Function(2, 2, _selected_at),
    "true": Function(0, 0, lambda: True),
    "weighted-checklist": Function(4, None, _weighted_checklist),
}
