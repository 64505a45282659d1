"""Levels and days come from dated parameters, by the law of the day and the place."""

from datetime import date
from typing import Any

import pytest

from policy.law import Law
from policy.parameters import ParameterNotSet, load_parameters
from policy.procedure import deadlines
from policy.procedure.deadlines import DEADLINES, Deadline, deciding_level, decision, recheck
from tests.policy.procedure.facts import CALENDAR, SAMPLE, law

MONDAY = date(2026, 7, 6)


def due(
    name: str, programme: str = "dibao", start: date = MONDAY, where: Law | None = None, **more: Any
) -> Deadline | None:
    return DEADLINES[name](where or law(), start, CALENDAR, programme=programme, **more)


PERIODS = [
    ("start_investigation", "dibao", date(2026, 7, 9), "第十五条"),
    ("start_check", "dibao", date(2026, 7, 9), "第十七条"),
    ("township_opinion", "tekun", date(2026, 7, 27), "第十三条"),
    ("renewed_opinion", "tekun", date(2026, 7, 27), "第十五条第二款"),
    ("notice_period", "dibao", date(2026, 7, 13), "第十九条"),
    ("county_opinion", "dibao", date(2026, 7, 20), "第二十条"),
    ("county_opinion", "tekun", date(2026, 7, 27), "第十六条"),
    ("decision", "dibao", date(2026, 8, 10), "二(七)"),
    ("decision", "rigid_expenditure", date(2026, 8, 17), "第八条"),
    ("refusal_notice", "dibao", date(2026, 7, 9), "第二十一条"),
    ("refusal_notice", "tekun", date(2026, 7, 9), "第十八条"),
    ("recheck", "dibao", date(2027, 7, 6), "第三十一条第二款"),
    ("death_processed", "dibao", date(2026, 10, 8), "一(三)"),
    ("self_care_reassessed", "tekun", date(2026, 7, 20), "第二十三条"),
    ("status_expires", "rigid_expenditure", date(2027, 7, 6), "第十条"),
    ("advance_supplemented", "temporary_emergency", date(2026, 7, 20), "示例"),
    ("complaint_answered", "", date(2026, 7, 27), "示例"),
    ("referral_answered", "", date(2026, 7, 20), "示例"),
]


@pytest.mark.parametrize(("name", "programme", "on", "clause"), PERIODS)
def test_a_period_from_monday_ends_as_its_clause_says(name: str, programme: str, on: date, clause: str) -> None:
    found = due(name, programme)
    assert found is not None
    assert (found.due.on, found.parameter.clause) == (on, clause)


def test_every_period_is_tested_above() -> None:
    assert {name for name, *_ in PERIODS} == set(DEADLINES)


@pytest.mark.parametrize(
    ("name", "programme"),
    [
        ("township_opinion", "dibao"),
        ("renewed_opinion", "dibao"),
        ("start_investigation", "tekun"),
        ("decision", "tekun"),
        ("status_expires", "dibao"),
    ],
)
def test_a_period_that_no_document_sets_for_a_programme_is_none(name: str, programme: str) -> None:
    assert due(name, programme) is None


@pytest.mark.parametrize(
    ("region", "level", "days"),
    [("430981", "county", 25), ("430981", "township", 20), ("110105", "county", 30), ("110105", "township", 20)],
)
def test_a_decision_takes_the_days_of_the_region_and_the_level(region: str, level: str, days: int) -> None:
    """文件000 二(七): 25; 2022年通知 四(一): 30, and 20 where the township decides. The shorter binds."""
    where = law(region=region, parameters=SAMPLE.with_overrides({"decision_level.dibao": level}))
    found = decision(where, MONDAY, CALENDAR, programme="dibao")
    assert found is not None and found.parameter.value == days


def test_a_special_case_may_take_forty_five_days() -> None:
    """57号文 第二十二条; 2022年通知 四(一)."""
    found = decision(law(), MONDAY, CALENDAR, programme="dibao", is_special=True)
    assert found is not None and found.parameter.value == 45
    rigid = decision(law(), MONDAY, CALENDAR, programme="rigid_expenditure", is_special=True)
    assert rigid is not None and rigid.parameter.clause == "第八条"


def test_before_october_2022_a_delegated_township_had_thirty_days() -> None:
    """The twenty days are of the 2022 notice; the past is judged by the law of its day."""
    parameters = load_parameters().with_overrides({"decision_level.dibao": "township"})
    where = Law(parameters, "110105", date(2022, 10, 19), "urban")
    found = decision(where, date(2026, 7, 6), CALENDAR, programme="dibao")
    assert found is not None and found.parameter.value == 30


def test_a_household_with_unstable_income_is_checked_every_half_year() -> None:
    """57号文 第三十一条第二款."""
    found = recheck(law(), MONDAY, CALENDAR, programme="dibao", is_unstable=True)
    assert found is not None and found.due.on == date(2027, 1, 6)


def test_a_period_into_a_year_without_a_table_is_provisional() -> None:
    found = due("recheck")
    assert found is not None and found.due.provisional


def test_a_number_of_days_that_the_region_has_not_set_is_named() -> None:
    with pytest.raises(ParameterNotSet, match=r"complaint\.days"):
        due("complaint_answered", where=law(parameters=load_parameters()))


def test_the_county_decides_unless_the_region_gave_it_to_the_township() -> None:
    """57号文 第二条; 社会救助法 第四十四条."""
    found = deciding_level(law(parameters=load_parameters()), "dibao")
    assert (found.level, found.parameter.clause) == ("county", "第四十四条")


def test_a_single_person_is_decided_where_dibao_is() -> None:
    delegated = law(parameters=SAMPLE.with_overrides({"decision_level.dibao": "township"}))
    assert deciding_level(delegated, "dibao_single_person").level == "township"
    assert deciding_level(delegated, "tekun").level == "county"


@pytest.mark.parametrize(("fen", "level"), [(200_000, "township"), (200_001, "county"), (None, "county")])
def test_temporary_aid_is_shared_out_by_amount(fen: int | None, level: str) -> None:
    """文件004 二(三)."""
    assert deciding_level(law(), "temporary_expenditure", amount_fen=fen).level == level


def test_without_a_township_limit_temporary_aid_goes_to_the_county() -> None:
    where = law(parameters=load_parameters())
    assert deciding_level(where, "temporary_emergency", amount_fen=1).level == "county"


def test_every_rule_has_one_function() -> None:
    assert all(getattr(deadlines, name) is period for name, period in DEADLINES.items())
