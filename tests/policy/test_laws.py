"""Laws over all programmes together, over places and over time: what a household may rely on, whatever its case."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.assessment import assess
from policy.money import yuan_text
from policy.parameters import Parameters, load_parameters
from policy.registry import Document, Entry
from tests.policy.test_assessment import ASSUMED, households, monthly, replaced, results

ON = date(2026, 7, 1)
PAID = ("dibao", "dibao_single_person")
BANDS = {"dibao.payment_mode": "band", "dibao.bands": {"1/3": "1", "2/3": "1/2", "1": "1/5"}}


def answers(household: dict[str, Any], *, on: date = ON, region: str = "340705", **more: Any) -> dict[str, Any]:
    case = {"household": household, "parameters": {**ASSUMED, **more.get("assumed", {})}}
    found = assess(case, on=on, region=region, parameters=more.get("parameters") or load_parameters())
    return {result["programme"]: result for result in found["results"]}


def richer(household: dict[str, Any], fen: int) -> dict[str, Any]:
    first = household["members"][0]
    income = {"kind": "other", "yuan_per_month": yuan_text(fen)}
    return replaced(household, {**first, "incomes": [*first["incomes"], income]})


@given(household=households(), more=st.integers(1, 100_000))
def test_all_aid_together_rises_with_income_by_no_more_than_the_documented_step(
    household: dict[str, Any], more: int
) -> None:
    """docs/policy.md: at the standard a severely disabled member may file alone for a share of it, and nothing else rises.

    最低生活保障审核确认办法 第八条.
    """
    before, after = results(household), results(richer(household, more))
    step = Decimal(780) * Decimal(4) / 5 * len(after["dibao_single_person"]["members"])
    gained = sum(monthly(after[code]) for code in PAID) - sum(monthly(before[code]) for code in PAID)
    assert gained <= step
    if before["dibao"]["outcome"] != "eligible" or after["dibao"]["outcome"] == "eligible":
        assert gained <= 0


@given(household=households(), more=st.integers(1, 100_000))
def test_more_income_never_pays_more_in_bands_either(household: dict[str, Any], more: int) -> None:
    """57号文 第二十三条."""
    before, after = (answers(one, assumed=BANDS)["dibao"] for one in (household, richer(household, more)))
    assert monthly(after) <= monthly(before)


@given(household=households(), more=st.integers(1, 100_000))
def test_more_income_never_opens_dibao_or_the_way_from_edge_back(household: dict[str, Any], more: int) -> None:
    """57号文 第八条第二款."""
    before, after = results(household), results(richer(household, more))
    order = {"eligible": 0, "not_eligible": 1}
    assert order[before["dibao"]["outcome"]] <= order[after["dibao"]["outcome"]]
    if before["dibao"]["outcome"] == "not_eligible" and before["low_income_edge"]["outcome"] == "not_eligible":
        assert after["low_income_edge"]["outcome"] == "not_eligible"


@given(household=households())
def test_one_more_mouth_without_income_never_lowers_the_aid(household: dict[str, Any]) -> None:
    """社会救助暂行办法 第十二条."""
    larger = {**household, "members": [*household["members"], {"id": "child", "incomes": []}]}
    assert monthly(results(larger)["dibao"]) >= monthly(results(household)["dibao"])


@given(household=households(), lower=st.integers(1, 100_000), rise=st.integers(0, 50_000))
def test_a_higher_standard_never_lowers_anybodys_dibao(household: dict[str, Any], lower: int, rise: int) -> None:
    low, high = (
        answers(household, assumed={"dibao.standard": yuan_text(fen)})["dibao"] for fen in (lower, lower + rise)
    )
    assert monthly(low) <= monthly(high)


@given(household=households(), county=st.sampled_from(["340705", "430981", "530102", "650102", "110105"]))
def test_a_village_is_judged_as_its_county(household: dict[str, Any], county: str) -> None:
    """Parameters are inherited; what a case says of itself is not changed by how long its code is."""
    told = ("outcome", "monthly_yuan", "members", "missing")  # a sentence may name the place that was asked for
    found = [
        {code: [result[name] for name in told] for code, result in answers(household, region=place).items()}
        for place in (county, county + "102", county + "102201")
    ]
    assert found[0] == found[1] == found[2]


def set_by_county(*values: tuple[date, int]) -> Parameters:
    """What the county set, each from a day on."""
    entries = [
        Entry(
            key="dibao.standard",
            region="340705",
            area=None,
            value=fen,
            valid_from=start,
            valid_to=None,
            from_basis="",
            document=Document("regional", "340705", "标准通知", "", start, "", "full"),
            clause="一",
            note="",
        )
        for start, fen in values
    ]
    return load_parameters().extended(entries)


@given(
    household=households(),
    first=st.integers(1, 100_000),
    second=st.integers(1, 100_000),
    days=st.integers(0, 180),
)
def test_an_amendment_leaves_every_day_before_it_as_it_was(
    household: dict[str, Any], first: int, second: int, days: int
) -> None:
    """The past is recomputed by the law of that day, to the fen and to the word."""
    start = date(2026, 7, 1)
    old, new = set_by_county((date(2025, 1, 1), first)), set_by_county((date(2025, 1, 1), first), (start, second))
    before, after = start - timedelta(days=1 + days), start + timedelta(days=days)

    def judged(on: date, parameters: Parameters) -> Any:
        plain = {**household, "members": [{**one, "birth_date": "1970-01-01"} for one in household["members"]]}
        case = {"household": plain, "parameters": {"single_person.ratio": "4/5"}}
        return assess(case, on=on, region="340705", parameters=parameters)["results"]

    assert judged(before, old) == judged(before, new)
    standards = [reason for reason in judged(after, new)[0]["reasons"] if reason["parameter"] == "dibao.standard"]
    assert yuan_text(second) in {reason["threshold"] for reason in standards}
    assert old.version != new.version


@pytest.mark.parametrize(
    ("fen", "dibao", "edge"),
    [
        (233_999, "0.01", False),
        (234_000, "0.00", True),
        (234_001, "0.00", True),
        (350_999, "0.00", True),
        (351_000, "0.00", False),
        (351_001, "0.00", False),
    ],
)
def test_a_household_of_three_at_each_line(fen: int, dibao: str, edge: bool) -> None:
    """At the standard of 780.00 and at exactly one and a half times, a fen to either side, on the household's total."""
    members = [{"id": str(n), "incomes": []} for n in range(2)]
    members.append({"id": "2", "incomes": [{"kind": "wage", "yuan_per_month": yuan_text(fen)}]})
    found = results({"area": "urban", "property_ok": True, "members": members})
    assert found["dibao"]["monthly_yuan"] == dibao
    assert (found["low_income_edge"]["outcome"] == "eligible") is edge


@given(rate=st.fractions(0, 2), fen=st.integers(0, 10**6))
def test_a_supplement_is_rounded_with_the_whole_and_not_by_itself(rate: Fraction, fen: int) -> None:
    """One rounding: three members of class A at a third of a fen each make a fen, not none."""
    members = [{"id": str(n), "dibao_class": "A", "incomes": []} for n in range(3)]
    household = {"area": "urban", "property_ok": True, "members": members}
    text = f"{rate.numerator}/{rate.denominator}"
    found = answers(household, assumed={"dibao.standard": yuan_text(max(1, fen)), "supplement.class_a": text})
    exact = 3 * max(1, fen) * (1 + rate)
    assert abs(Fraction(found["dibao"]["monthly_yuan"]) * 100 - exact) <= Fraction(1, 2)
