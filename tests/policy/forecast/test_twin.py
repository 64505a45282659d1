"""The twin says what the kernel says, household by household, to the fen: whatever the household and the numbers."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.assessment import assess
from policy.forecast.population import AREAS, NO, OPEN, YES, CannotForecast, Population, population_of
from policy.forecast.twin import TooLarge, forecast
from policy.money import parse_yuan, yuan_text
from policy.parameters import ParameterNotSet, Parameters, load_parameters
from tests.policy.test_assessment import households, members

ON = date(2026, 7, 1)
REGIONS = st.sampled_from(["340705", "430981", "530102"])
SHARES = st.sampled_from(["0", "1/10", "1/3", "3/7"])
OUTCOME = {"eligible": YES, "not_eligible": NO, "missing_facts": OPEN}


@st.composite
def any_households(draw: st.DrawFn) -> dict[str, Any]:
    """A household of either area, of known or unknown property, some of its income by the year, some filed alone."""
    household = {
        **draw(households()),
        "area": draw(st.sampled_from(AREAS)),
        "property_ok": draw(st.sampled_from([True, True, False, None])),
    }
    if draw(st.booleans()):
        first = household["members"][0]
        yearly = {"kind": "business", "yuan_per_year": yuan_text(draw(st.integers(0, 2_000_000)))}
        household["members"][0] = {**first, "incomes": [*first["incomes"], yearly]}
    if draw(st.integers(0, 4)) == 0:
        ground = draw(st.sampled_from([{"ground": "jobless_severe_disability"}, {"ground": "clergy"}]))
        household |= {"members": [{"id": "m0", **draw(members())}], "filed_alone": ground}
    return household


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    """What a county may set or think of setting."""
    assumed: dict[str, Any] = {
        "dibao.standard": yuan_text(draw(st.integers(1, 150_000))),
        "dibao.standard@rural": yuan_text(draw(st.integers(1, 150_000))),
        "single_person.ratio": draw(SHARES),
        "edge.multiple": draw(st.sampled_from(["3/2", "4/3", "2"])),
    }
    for feature in ("elder", "minor", "severe_disability", "serious_illness"):
        if draw(st.booleans()):
            assumed[f"supplement.{feature}"] = draw(SHARES)
    if draw(st.booleans()):
        assumed |= {"dibao.payment_mode": "band", "dibao.bands": {"1/3": "1", "2/3": "2/3", "1": "1/7"}}
    return assumed


def both(cases: list[dict[str, Any]], parameters: Parameters, region: str) -> tuple[list[Any], list[Any]]:
    """What kernel and twin say of each household: answers and fen of dibao, edge and single persons."""
    known = population_of(cases, on=ON, region=region, parameters=parameters)
    twin = forecast(known, on=ON, region=region, parameters=parameters)
    columns = (twin.dibao, twin.dibao_fen, twin.edge, twin.single, twin.single_fen)
    return [_kernel(case, parameters, region) for case in cases], [
        list(map(int, row)) for row in zip(*columns, strict=True)
    ]


def _kernel(case: dict[str, Any], parameters: Parameters, region: str) -> list[int]:
    answer = assess(case, on=ON, region=region, parameters=parameters)
    found = {result["programme"]: result for result in answer["results"]}
    dibao, edge, single = (found[code] for code in ("dibao", "low_income_edge", "dibao_single_person"))
    fen = [parse_yuan(one["monthly_yuan"] or "0.00") for one in (dibao, single)]
    return [OUTCOME[dibao["outcome"]], fen[0], OUTCOME[edge["outcome"]], OUTCOME[single["outcome"]], fen[1]]


@given(found=st.lists(any_households(), min_size=1, max_size=5), assumed=numbers(), region=REGIONS)
def test_the_twin_agrees_with_the_kernel_to_the_fen(
    found: list[dict[str, Any]], assumed: dict[str, Any], region: str
) -> None:
    kernel, twin = both([{"household": one} for one in found], load_parameters().with_overrides(assumed), region)
    assert twin == kernel


@given(standard=st.integers(2, 150_000), people=st.integers(1, 7), off=st.integers(-2, 2))
def test_they_agree_at_every_line(standard: int, people: int, off: int) -> None:
    """At the standard, a fen to either side, and the same at one and a half times."""
    parameters = load_parameters().with_overrides({"dibao.standard": yuan_text(standard), "single_person.ratio": "1"})
    incomes = [standard * people + off, standard * people * 3 // 2 + off]
    cases = [{"household": _household(people, max(0, income))} for income in incomes]
    kernel, twin = both(cases, parameters, "430981")
    assert twin == kernel


def _household(people: int, fen: int) -> dict[str, Any]:
    rest = [{"id": str(n), "incomes": []} for n in range(1, people)]
    first = {"id": "0", "serious_illness": True, "incomes": [{"kind": "other", "yuan_per_month": yuan_text(fen)}]}
    return {"area": "urban", "property_ok": True, "members": [first, *rest]}


def test_a_new_standard_is_seen_at_once() -> None:
    parameters = load_parameters().with_overrides({"dibao.standard": "780.00"})
    known = population_of([{"household": _household(2, 160_000)}], on=ON, region="430981", parameters=parameters)
    before = forecast(known, on=ON, region="430981", parameters=parameters.with_overrides({"single_person.ratio": "1"}))
    after = forecast(known, on=ON, region="430981", parameters=parameters.with_overrides({"dibao.standard": "820.00"}))
    assert (before.dibao[0], before.dibao_fen[0], before.edge[0]) == (NO, 0, YES)
    assert (after.dibao[0], after.dibao_fen[0], after.edge[0]) == (YES, 4_000, NO)


def test_a_household_without_what_a_forecast_needs_is_named_by_its_place() -> None:
    parameters = load_parameters()
    whole = {"household": _household(1, 0)}
    bare = {"household": {"area": "urban", "members": [{"id": "a"}]}}
    with pytest.raises(CannotForecast, match=r"第 2 户: 缺少 household\.members\[0\]\.incomes"):
        population_of([whole, bare], on=ON, region="430981", parameters=parameters)


def test_a_number_that_the_region_has_not_set_stops_the_forecast() -> None:
    parameters = load_parameters()
    known = population_of([{"household": _household(1, 0)}], on=ON, region="430981", parameters=parameters)
    with pytest.raises(ParameterNotSet, match=r"dibao\.standard"):
        forecast(known, on=ON, region="430981", parameters=parameters)


def test_what_does_not_fit_whole_numbers_is_refused_and_not_wrapped_around() -> None:
    parameters = load_parameters().with_overrides({"dibao.standard": "780.00", "single_person.ratio": "1"})
    known = population_of([{"household": _household(1, 0)}], on=ON, region="430981", parameters=parameters)
    huge = Population(**{**vars(known), "net": np.array([2**61], np.int64)})
    with pytest.raises(TooLarge):
        forecast(huge, on=ON, region="430981", parameters=parameters)


def test_nobody_is_forecast_for_nobody() -> None:
    parameters = load_parameters()
    known = population_of([], on=ON, region="430981", parameters=parameters)
    assert forecast(known, on=ON, region="430981", parameters=parameters).dibao.size == 0
