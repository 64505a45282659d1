"""Reading a case: every problem at once, with its path, and nothing personal in the message."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from policy.assessment import assess
from policy.case import Disability, Income, parse_case
from policy.parameters import load_parameters
from policy.reader import CaseError


def problems(case: object) -> dict[str, str]:
    with pytest.raises(CaseError) as caught:
        parse_case(case)
    return {problem.path: problem.text for problem in caught.value.problems}


def with_member(**fields: Any) -> dict[str, Any]:
    return {"household": {"members": [{"id": "a", **fields}]}}


def test_a_whole_member_is_read() -> None:
    case = parse_case(
        with_member(
            birth_date="1950-08-01",
            incomes=[{"kind": "工资性", "yuan_per_month": "10.50"}, {"kind": "lottery", "yuan_per_month": Decimal(3)}],
            disability={"category": "视力", "level": 1},
            in_school="primary_school",
            self_care={"吃饭": True},
        )
    )
    member = case.household.members[0]
    assert member.birth_date == date(1950, 8, 1)
    assert member.incomes == (Income("wage", Fraction(1050)), Income("lottery", Fraction(300)))
    assert member.disabilities == (Disability("visual", 1),)
    assert (member.school, member.self_care) == ("compulsory", {"eat": True})


@pytest.mark.parametrize("case", [None, [], "text", 3], ids=repr)
def test_what_is_no_object_is_refused(case: object) -> None:
    assert problems(case)["(全文)"] == "应为对象"


def test_a_household_needs_members() -> None:
    assert problems({}) == {"household": "必须填写"}
    assert problems({"household": {"members": []}}) == {"household.members": "至少应有一名成员"}


def test_a_list_is_a_list() -> None:
    assert problems(with_member(incomes={})) == {"household.members[0].incomes": "应为列表"}


def test_every_problem_is_told_at_once() -> None:
    found = problems(
        {
            "household": {
                "area": "suburb",
                "property_ok": "yes",
                "members": [
                    {
                        "incomes": [{"kind": "wage", "yuan_per_month": 10.5}],
                        "disability": {"category": "x", "level": 5},
                    },
                    {"id": "b", "birth_date": "1950-13-01", "deductions": [{"kind": "car", "yuan_per_month": "-1"}]},
                ],
            }
        }
    )
    assert set(found) == {
        "household.area",
        "household.property_ok",
        "household.members[0].id",
        "household.members[0].incomes[0].yuan_per_month",
        "household.members[0].disability.category",
        "household.members[0].disability.level",
        "household.members[1].birth_date",
        "household.members[1].deductions[0].kind",
        "household.members[1].deductions[0].yuan_per_month",
    }


def test_a_refusal_repeats_no_personal_value() -> None:
    secret = "31419900101"
    found = problems(with_member(birth_date=secret, incomes=[{"kind": "wage", "yuan_per_month": secret + "x"}]))
    assert len(found) == 2
    assert secret not in str(found)


def test_a_member_is_told_of_once() -> None:
    twice = {"household": {"members": [{"id": "a"}, {"id": "a"}]}}
    assert problems(twice) == {"household.members": "成员 id 重复"}


def test_somebody_has_to_count() -> None:
    assert problems(with_member(excluded="prison")) == {"household.members": "没有计入的共同生活成员"}


def test_nobody_is_left_out_without_a_reason_in_the_law() -> None:
    """民发〔2021〕57号 第七条; 文件004 二(一): the whole household."""
    assert "household.members[0].excluded" in problems(with_member(excluded="moved_out"))
    case = {"household": {"members": [{"id": "a"}, {"id": "b", "excluded": "provincial_rule"}]}}
    with pytest.raises(CaseError, match=r"household\.members\[1\]\.excluded"):
        assess(case, on=date(2026, 7, 1), region="430981", parameters=load_parameters())


def test_nobody_is_born_after_the_day_of_the_assessment() -> None:
    with pytest.raises(CaseError, match="出生日期晚于测算日期"):
        assess(with_member(birth_date="2026-07-02"), on=date(2026, 7, 1), region="430981", parameters=load_parameters())


def test_employment_cost_belongs_to_employment() -> None:
    assert problems(with_member(employed=False, employment_cost_yuan="100")) == {
        "household.members[0].employment_cost_yuan": "未就业的成员不应有就业成本"
    }


def test_income_is_given_by_the_month_or_by_the_year() -> None:
    yearly = parse_case(with_member(incomes=[{"kind": "business", "yuan_per_year": "1000.00"}]))
    assert yearly.household.members[0].incomes == (Income("business", Fraction(100000, 12)),)
    both = with_member(incomes=[{"kind": "business", "yuan_per_year": "1", "yuan_per_month": "1"}])
    assert list(problems(both)) == ["household.members[0].incomes[0].yuan_per_month"]
    neither = with_member(incomes=[{"kind": "business"}])
    assert problems(neither) == {"household.members[0].incomes[0].yuan_per_month": "必须填写"}


def test_fields_that_are_not_understood_are_listed_and_not_used() -> None:
    case = parse_case({"household": {"members": [{"id": "a", "shoe_size": 43}], "roof": "tiles"}, "comment": "x"})
    assert set(case.ignored) == {"household.members[0].shoe_size", "household.roof", "comment"}


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"no.such": "1"}, "parameters.no.such"),
        ({"dibao.standard": "a lot"}, "parameters.dibao.standard"),
        ({"edge.multiple": 1.5}, "parameters.edge.multiple"),
        ({"edge.multiple": "1/0"}, "parameters.edge.multiple"),
    ],
)
def test_assumed_parameters_are_checked_too(parameters: dict[str, Any], path: str) -> None:
    with pytest.raises(CaseError) as caught:
        assess(
            {**with_member(), "parameters": parameters},
            on=date(2026, 7, 1),
            region="430981",
            parameters=load_parameters(),
        )
    assert [problem.path for problem in caught.value.problems] == [path]


def test_a_sum_that_is_not_that_of_its_parts_is_refused() -> None:
    household = {
        "members": [{"id": "a"}],
        "rigid_expense_yuan_12m": "1",
        "rigid_expenses": [{"kind": "living", "yuan": "2"}],
    }
    with pytest.raises(CaseError) as caught:
        parse_case({"household": household})
    assert [problem.path for problem in caught.value.problems] == ["household.rigid_expense_yuan_12m"]
    parts = {**household, "rigid_expense_yuan_12m": "2"}
    assert parse_case({"household": parts}).household.rigid_expense == 200
