"""The packaged data keep their own rules, and a broken file stops the load."""

import ast
import re
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import policy
from policy import property as estate
from policy import registry, supplements
from policy.aids import medical
from policy.amounts import CARE_STANDARDS
from policy.catalogue import catalogue
from policy.checks import standards
from policy.parameters import load_parameters
from policy.procedure.machines import load_machines
from policy.registry import PolicyDataError, load_documents, load_keys, load_registry, parse_value

ROOM = Path(policy.__file__).parent
DOTTED = re.compile(r"[a-z_]+(\.[a-z_]+)+")
EVERYTHING = load_registry(sample=True)


@pytest.mark.parametrize(
    "entry", EVERYTHING.entries, ids=lambda entry: f"{entry.region} {entry.key} {entry.valid_from}"
)
def test_every_value_has_its_source_clause_and_start(entry: registry.Entry) -> None:
    assert entry.document.title
    assert entry.clause
    assert entry.valid_from >= entry.document.in_force_on or entry.from_basis


def test_a_document_without_a_date_of_its_own_states_what_was_assumed() -> None:
    for code in ("yuanjiang_measures", "tongling_opinions", "xinjiang_opinions"):
        assert "正文无日期" in load_documents()[code].date_basis


def test_every_document_is_cited_by_a_value_a_programme_or_a_procedure() -> None:
    cited = {entry.document.code for entry in EVERYTHING.entries}
    cited |= {cite.document.code for programme in catalogue() for cite in programme.cites}
    ways = [way for machine in load_machines().values() for way in machine.transitions]
    rests_on = [*ways, *(requirement for way in ways for requirement in way.requires)]
    cited |= {cite.document.code for rests in rests_on for cite in rests.cites}
    assert cited == set(load_documents())


def test_only_the_sample_document_gives_the_numbers_that_regions_must_set() -> None:
    must_set = {key for key, found in load_keys().items() if found.is_set_by_region}
    assert {entry.document.code for entry in EVERYTHING.entries if entry.key in must_set} == {"sample"}


def test_every_key_is_given_by_a_document_or_must_be_set_by_the_region() -> None:
    given = {entry.key for entry in load_registry(sample=False).entries}
    must_set = {key for key, found in load_keys().items() if found.is_set_by_region}
    assert given | must_set == set(load_keys())
    assert not given & must_set


def test_every_key_that_the_code_asks_for_exists() -> None:
    questions = [
        node.args[0]
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "find")
    ]
    asked = {
        node.value
        for question in questions
        for node in ast.walk(question)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value)
    }
    asked |= {*CARE_STANDARDS.values(), *supplements.CLASSES.values(), *supplements.FEATURES.values()}
    asked |= {
        *medical.CLASSES.values(),
        *medical.RATES.values(),
        *standards.GUARDS,
        *estate.WORTH.values(),
        *estate.COUNTED.values(),
    }
    assert {"dibao.standard", "income.basic_pension_exempt", "selfcare.total_min"} <= asked
    assert asked <= set(load_keys())


def test_the_rules_import_nothing_but_the_standard_library_and_the_forecast_numpy() -> None:
    allowed = {*sys.stdlib_module_names, "policy"} - {"sqlite3", "socket", "urllib", "http", "subprocess", "random"}
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            more = {"numpy"} if path.parent.name == "forecast" else set()
            assert {name.split(".")[0] for name in names} <= allowed | more, path.name


def test_the_rules_read_no_clock() -> None:
    for path in ROOM.rglob("*.py"):
        assert not re.search(r"\b(today|now|utcnow)\(", path.read_text("utf-8")), path.name


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("integer", True),
        ("integer", -1),
        ("integer", "3"),
        ("money", 7.5),
        ("ratio", 1.5),
        ("ratio", "a half"),
        ("ratio", "-1"),
        ("flag", 1),
        ("code", ""),
        ("codes", "hukou"),
        ("levels", {"mental": "3"}),
        ("unheard of", 1),
    ],
)
def test_a_value_that_is_not_exact_or_of_another_kind_is_refused(kind: str, raw: object) -> None:
    with pytest.raises(ValueError):
        parse_value(kind, raw)


@pytest.mark.parametrize(
    "values",
    [
        '{ key = "no.such_key", value = 1, clause = "x" }',
        '{ key = "notice.days", value = 7 }',
        '{ key = "notice.days", value = "7", clause = "x" }',
        '{ key = "notice.days", value = 7, clause = "x", from = 2025-01-02, to = 2025-01-01 }',
        '{ key = "notice.days", value = 7, clause = "x", area = "suburb" }',
    ],
    ids=["unknown key", "no clause", "wrong kind", "ends before it starts", "unknown area"],
)
def test_a_broken_entry_stops_the_load_and_names_the_key(values: str) -> None:
    content = f'code = "00"\n[[group]]\nsource = "dibao_measures"\nvalues = [{values}]\n'
    with pytest.raises(PolicyDataError, match=r"broken.toml: (no.such_key|notice.days)"):
        list(registry.entries_of("broken.toml", content.encode()))


def test_two_values_from_the_same_day_are_refused() -> None:
    twice = EVERYTHING.entries[:1] * 2
    with pytest.raises(PolicyDataError, match="two values"):
        registry.refuse_doubles(twice)


def test_the_sample_standards_keep_the_guards_of_the_documents() -> None:
    """文件000 二(十): rural at least 75 % of urban."""
    parameters, on = load_parameters(sample=True), date(2026, 7, 1)
    urban, rural = (parameters.value("dibao.standard", region="430981", on=on, area=area) for area in registry.AREAS)
    guard = parameters.value("dibao.rural_ratio_min", region="430981", on=on)
    assert rural.read(int) >= urban.read(int) * guard.read(Fraction)
