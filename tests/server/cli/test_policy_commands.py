"""flask policy: the input and output that the issue fixes, through the real command line; and what-if over a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.server.cli.test_commands import run
from tests.server.databases import BARE

SELF_CARE = {"eat": True, "dress": True, "bed": False, "toilet": False, "walk": False, "bathe": False}
EVERY_FIELD = {
    "household": {
        "area": "rural",
        "members": [
            {
                "id": "a",
                "birth_date": "1950-08-01",
                "incomes": [],
                "employed": False,
                "disability": {"category": "physical", "level": 2},
                "serious_illness": True,
                "self_care": SELF_CARE,
                "dibao_class": "A",
                "in_school": "none",
                "support_obligors": [],
            },
            {
                "id": "b",
                "birth_date": "1980-01-01",
                "incomes": [{"kind": "wage", "yuan_per_month": 1000.5}],
                "employed": True,
                "employment_cost_yuan": "200.50",
                "deductions": [{"kind": "illness", "yuan_per_month": "100"}],
                "dibao_class": "C",
            },
        ],
        "property_ok": True,
        "rigid_expense_yuan_12m": "12000",
    },
    "parameters": {
        "dibao.standard": "500.00",
        "tekun.basic_standard": "650.00",
        "tekun.care_standard.total": "800.00",
        "single_person.ratio": "4/5",
    },
}


def assess(app: Flask, tmp_path: Path, case: Any, *more: str) -> Any:
    file = tmp_path / "case.json"
    file.write_text(case if isinstance(case, str) else json.dumps(case), encoding="utf-8")
    return run(app, "policy", "assess", str(file), *more)


def answer(app: Flask, tmp_path: Path, case: Any, *more: str) -> Any:
    found = assess(app, tmp_path, case, "--on", "2026-07-01", "--region", "430981", "--json", *more)
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


def test_every_field_of_the_input_is_understood(app: Flask, tmp_path: Path):
    assert answer(app, tmp_path, EVERY_FIELD)["ignored"] == []


def test_the_output_has_the_fields_that_others_read(app: Flask, tmp_path: Path):
    results = answer(app, tmp_path, EVERY_FIELD)["results"]
    assert [result["programme"] for result in results] == [
        "dibao",
        "low_income_edge",
        "dibao_single_person",
        "tekun",
        "rigid_expenditure",
    ]
    for result in results:
        assert {"programme", "outcome", "monthly_yuan", "members", "reasons"} <= set(result)
        assert result["outcome"] in ("eligible", "not_eligible", "missing_facts")
        for reason in result["reasons"]:
            assert {"text", "value", "threshold", "parameter", "clause"} <= set(reason)
    dibao, tekun = results[0], results[3]
    assert (dibao["outcome"], dibao["monthly_yuan"], dibao["members"]) == ("eligible", "300.00", ["a", "b"])
    assert (tekun["monthly_yuan"], tekun["members"], tekun["by_member"][0]["self_care"]) == ("1450.00", ["a"], "total")


@pytest.mark.parametrize(
    ("income", "outcome", "yuan"),
    [("779.99", "eligible", "0.01"), ("780.00", "not_eligible", "0.00"), ("0", "eligible", "780.00")],
)
def test_a_fen_decides(app: Flask, tmp_path: Path, income: str, outcome: str, yuan: str):
    member = {"id": "a", "incomes": [{"kind": "wage", "yuan_per_month": income}]}
    household = {"area": "urban", "property_ok": True, "members": [member]}
    found = answer(app, tmp_path, {"household": household, "parameters": {"dibao.standard": "780.00"}})
    assert (found["results"][0]["outcome"], found["results"][0]["monthly_yuan"]) == (outcome, yuan)


@pytest.mark.parametrize(("income", "outcome"), [("1169.99", "eligible"), ("1170.00", "not_eligible")])
def test_exactly_one_and_a_half_times_is_no_edge(app: Flask, tmp_path: Path, income: str, outcome: str):
    """57号文 第八条第二款."""
    member = {"id": "a", "incomes": [{"kind": "wage", "yuan_per_month": income}]}
    household = {"area": "urban", "property_ok": True, "members": [member]}
    found = answer(app, tmp_path, {"household": household, "parameters": {"dibao.standard": "780.00"}})
    assert found["results"][1]["outcome"] == outcome


def test_people_read_sentences_and_that_it_is_no_decision(app: Flask, tmp_path: Path):
    found = assess(app, tmp_path, EVERY_FIELD, "--on", "2026-07-01")
    assert "最低生活保障: 符合, 每月 300.00 元" in found.stdout
    assert "不是决定" in found.stdout


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("{", "不是 JSON 文件: 第 1 行"),
        ({}, "household: 必须填写"),
        ({"household": {"members": [{"id": "a", "birth_date": "昨天"}]}}, "members[0].birth_date: 应为日期"),
        ({"household": {"members": [{"id": "a"}]}, "parameters": {"x.y": 1}}, "parameters.x.y: 没有这个参数"),
    ],
)
def test_a_file_that_is_no_case_is_refused_with_its_places(app: Flask, tmp_path: Path, case: Any, told: str):
    found = assess(app, tmp_path, case)
    assert (found.exit_code, found.stdout) == (1, "")
    assert told in found.stderr


def test_a_malformed_region_is_refused(app: Flask, tmp_path: Path):
    found = assess(app, tmp_path, EVERY_FIELD, "--region", "沅江")
    assert (found.exit_code, "地区代码" in found.stderr) == (1, True)


def test_the_rules_can_be_tried_before_there_is_a_database(make_server: Any, tmp_path: Path):
    assert answer(make_server(like=BARE), tmp_path, EVERY_FIELD)["results"]


def household(income: str, area: str = "urban") -> dict[str, Any]:
    member = {"id": "a", "incomes": [{"kind": "wage", "yuan_per_month": income}]}
    return {"household": {"area": area, "property_ok": True, "members": [member]}}


def forecast(app: Flask, tmp_path: Path, lines: list[Any], *more: str) -> Any:
    file = tmp_path / "households.jsonl"
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    return run(app, "policy", "forecast", str(file), "--on", "2026-07-01", "--sample", *more)


def test_a_new_standard_is_played_over_many_households(app: Flask, tmp_path: Path):
    """The sample's urban standard is 800.00."""
    lines = [household("0"), household("799.99"), household("800.00"), household("0", "rural"), ""]
    found = forecast(app, tmp_path, lines, "--set", "dibao.standard@urban=810.00", "--json")
    assert found.exit_code == 0, found.stderr
    result = json.loads(found.stdout)
    assert result["households"] == 4
    assert {name: result["programmes"][0][name] for name in ("now", "then", "gained", "lost")} == {
        "now": 3,
        "then": 4,
        "gained": 1,
        "lost": 0,
    }
    assert (result["programmes"][0]["now_yuan"], result["programmes"][0]["then_yuan"]) == ("1420.01", "1450.01")
    assert "正在测算" in found.stderr


def test_the_forecast_says_that_nothing_was_changed(app: Flask, tmp_path: Path):
    found = forecast(app, tmp_path, [household("0")], "--set", "dibao.standard=810.00")
    assert "没有改动任何标准" in found.stdout


@pytest.mark.parametrize(
    ("lines", "change", "told"),
    [
        ([household("0")], "no.such_key=1", "没有参数 no.such_key"),
        ([household("0")], "dibao.standard", "KEY=VALUE"),
        ([household("0"), "{"], "dibao.standard=1", "第 2 行不是 JSON"),
        ([{"household": {"area": "urban", "members": [{"id": "a"}]}}], "dibao.standard=1", "第 1 户: 缺少"),
    ],
)
def test_a_forecast_that_cannot_be_is_refused_with_a_sentence(
    app: Flask, tmp_path: Path, lines: list[Any], change: str, told: str
):
    found = forecast(app, tmp_path, lines, "--set", change)
    assert (found.exit_code, found.stdout, told in found.stderr) == (1, "", True)


def as_read(app: Flask, *command: str) -> Any:
    found = run(app, "policy", *command, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


TEMPORARY = ("temporary", "--people", "3", "--kind", "illness", "--degree", "heavy", "--months", "2")


def test_temporary_aid_is_suggested_with_level_and_whether_it_may_be_paid_first(app: Flask):
    """文件004 二(三)."""
    found = as_read(app, *TEMPORARY, "--sample", "--on", "2026-07-01")
    assert (found["yuan"], found["level"], found["may_pay_in_advance"]) == ("5580.00", "county", False)
    assert any("二(三)" in (reason["clause"] or "") for reason in found["reasons"])
    small = ("temporary", "--people", "1", "--kind", "other", "--degree", "light", "--months", "1")
    assert as_read(app, *small, "--sample", "--on", "2026-07-01")["level"] == "township"


def test_a_number_that_the_region_has_not_set_is_told_with_the_next_step(app: Flask):
    found = run(app, "policy", *TEMPORARY, "--region", "530102")
    assert (found.exit_code, found.stdout) == (1, "")
    assert "flask parameters missing" in found.stderr


def test_a_taper_is_listed_month_by_month(app: Flask):
    command = ("taper", "--months", "4", "--monthly", "312.51", "--decided", "2026-11-20", "--sample")
    found = as_read(app, *command)
    assert [(one["month"], one["yuan"]) for one in found][2:] == [("2027-02", "312.51"), ("2027-03", "156.26")]
    refused = run(app, "policy", "taper", "--months", "13", "--monthly", "1", "--sample")
    assert (refused.exit_code, "1 到 12 个月" in refused.stderr) == (1, True)


def test_medical_aid_and_premium_are_suggested(app: Flask):
    command = ("medical", "--status", "dibao", "--self-paid", "12000", "--aided", "49000", "--sample")
    assert as_read(app, *command)["yuan"] == "1000.00"
    tongling = ("medical", "--status", "dibao", "--self-paid", "1", "--premium", "380", "--region", "340705")
    assert "medical.class_one" in run(app, "policy", *tongling).stderr


def test_the_months_of_the_price_subsidy_are_told(app: Flask):
    found = as_read(app, "prices", "2026-01:3.5:0", "2026-02:3.49:5.99")
    assert [one["holds"] for one in found] == [True, False]
    assert run(app, "policy", "prices", "January").exit_code == 1


def test_the_programmes_of_a_day_are_listed_as_a_tree(app: Flask):
    """文件000 序."""
    found = as_read(app, "programmes", "--on", "2026-07-01")
    assert [layer["layer"] for layer in found] == ["basic", "special", "emergency", "social"]
    assert found[0]["programmes"][0]["clauses"]
    assert "最低生活保障 (dibao): 民政" in run(app, "policy", "programmes").stdout


def test_the_steps_of_a_procedure_are_listed_with_who_and_clause(app: Flask):
    found = as_read(app, "steps", "application")
    opinion = next(row for row in found if (row["from"], row["event"]) == ("investigating", "give_opinion"))
    assert "《最低生活保障审核确认办法》第十六条" in opinion["guards"]["visit_accepted"]
    assert "已受理 —启动调查→ 调查核对中" in run(app, "policy", "steps", "application").stdout
