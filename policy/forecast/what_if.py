"""Compares the rules as they are with the rules as they might be, over many households: who gains, who loses, what it costs."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy.catalogue import catalogue
from policy.forecast.population import YES, Whole, population_of
from policy.forecast.twin import Forecast, forecast
from policy.money import yuan_text
from policy.parameters import Parameters
from policy.texts import FORECAST_NOTICE


def compare(
    cases: Iterable[Mapping[str, Any]], *, on: date, region: str, now: Parameters, then: Parameters
) -> dict[str, Any]:
    """Return counts and monthly sums of each programme under both, as JSON-ready data.

    Raises CaseError, CannotForecast, ParameterNotSet and TooLarge as `population_of` and `forecast` do.
    """
    population = population_of(cases, on=on, region=region, parameters=then)
    before, after = (forecast(population, on=on, region=region, parameters=rules) for rules in (now, then))
    return {
        "on": on.isoformat(),
        "region": region,
        "rules": now.version,
        "notice": FORECAST_NOTICE,
        "households": len(population.people),
        "programmes": [
            _programme(code, old, new) for (code, *old), (_, *new) in zip(_of(before), _of(after), strict=True)
        ],
    }


def _of(found: Forecast) -> tuple[tuple[str, NDArray[np.int8], Whole], ...]:
    nothing = np.zeros_like(found.dibao_fen)
    return (
        ("dibao", found.dibao, found.dibao_fen),
        ("low_income_edge", found.edge, nothing),
        ("dibao_single_person", found.single, found.single_fen),
    )


def _programme(code: str, before: list[Any], after: list[Any]) -> dict[str, Any]:
    had, has = before[0] == YES, after[0] == YES
    return {
        "programme": code,
        "name": next(programme.name for programme in catalogue() if programme.code == code),
        "now": int(had.sum()),
        "then": int(has.sum()),
        "gained": int((has & ~had).sum()),
        "lost": int((had & ~has).sum()),
        "now_yuan": yuan_text(int(before[1].sum())),
        "then_yuan": yuan_text(int(after[1].sum())),
    }
