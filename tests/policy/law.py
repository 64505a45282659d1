"""The law of a day for a test: the sample county's invented numbers where a rule needs one that no document gives."""

from datetime import date

from policy.law import Law
from policy.parameters import load_parameters

SAMPLE = load_parameters(sample=True)


def law(region: str = "430981102", on: date = date(2026, 7, 15), area: str | None = "rural", **assumed: object) -> Law:
    """Return the law; `assumed` replaces values, with "__" for the dot in a key."""
    values = {key.replace("__", "."): value for key, value in assumed.items()}
    return Law(SAMPLE.with_overrides(values), region, on, area)


def real_law(region: str = "430981102", on: date = date(2026, 7, 15), area: str | None = "rural") -> Law:
    """Return the law without the sample's numbers."""
    return Law(load_parameters(), region, on, area)
