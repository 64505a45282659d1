"""Every assessed programme carries its cases in cases/*.toml: the facts, the clause that decides, what is expected."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy.assessment import assess
from policy.catalogue import assessed_programmes
from policy.parameters import load_parameters

CASES = Path(__file__).parent / "cases"


def load_cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        file = tomllib.loads(path.read_text("utf-8"))
        for case in file["case"]:
            found.append(pytest.param(file["programme"], case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize(("programme", "case"), load_cases())
def test_a_case_comes_out_as_its_clause_says(programme: str, case: dict[str, Any]) -> None:
    answer = assess(
        {"household": case["household"], "parameters": case.get("parameters", {})},
        on=case.get("on", date(2026, 7, 1)),
        region=case.get("region", "430981102"),
        parameters=load_parameters(),
    )
    result = next(result for result in answer["results"] if result["programme"] == programme)
    expected = dict(case["expect"])
    if level := expected.pop("self_care", None):
        assert result["by_member"][0]["self_care"] == level
    assert {key: result[key] for key in expected} == expected
    assert answer["ignored"] == []
    if "clause" in case:
        assert any(case["clause"] in (reason["clause"] or "") for reason in result["reasons"])


def test_every_assessed_programme_has_cases_of_each_outcome() -> None:
    seen: dict[str, set[str]] = {}
    for path in CASES.glob("*.toml"):
        file = tomllib.loads(path.read_text("utf-8"))
        seen[file["programme"]] = {case["expect"]["outcome"] for case in file["case"]}
    assert set(seen) == {programme.code for programme, _ in assessed_programmes()}
    for outcomes in seen.values():
        assert {"eligible", "not_eligible"} <= outcomes


def test_every_clause_of_a_programme_in_use_is_cited_by_a_case() -> None:
    """Each criterion and amount rests on clauses; for each rule at least one case names one of them."""
    for programme, rules in assessed_programmes():
        cited = [
            case["clause"]
            for case in tomllib.loads((CASES / f"{programme.code}.toml").read_text("utf-8"))["case"]
            if "clause" in case
        ]
        for use in (*rules.household, *rules.person):
            assert any(cite.clause.split("(")[0] in clause for cite in use.cites for clause in cited), use.criterion
