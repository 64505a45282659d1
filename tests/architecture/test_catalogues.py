"""What is written once and told in two places agrees: refusals, settings, record types and their tables."""

import dataclasses
import re
from pathlib import Path

import pytest

from server.api.problems import STATUS
from server.domain import errors
from server.domain.errors import DomainError
from server.domain.permissions import APPLICANT, DEEDS, ROLES
from server.models.index import INDEX
from server.services.index import DERIVED
from server.settings import Settings
from sync.records import REGISTRY

ROOT = Path(__file__).parents[2]
REFUSALS = {
    name: one
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, DomainError) and one is not DomainError
}
TABLE_ROW = re.compile(
    r"^\| `(?P<code>[a-z_.]+)` \| (?P<kind>[a-z_]+) (?P<status>\d{3}) \| (?P<title>[^|]+) \| (?P<next>[^|]+) \|$"
)


def documented() -> dict[str, re.Match[str]]:
    """Read the table of docs/errors.md."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    found = [match for line in text.splitlines() if (match := TABLE_ROW.match(line))]
    codes = [match["code"] for match in found]
    assert len(codes) == len(set(codes))
    return {match["code"]: match for match in found}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_every_refusal_has_its_line_in_the_documentation(refusal: type[DomainError]):
    line = documented()[refusal.code]
    assert line["kind"] == refusal.kind.value
    assert int(line["status"]) == STATUS[refusal.kind]
    assert line["title"] == refusal.title
    assert line["next"].strip()


def test_the_documentation_lists_no_refusal_that_is_gone():
    assert set(documented()) == {one.code for one in REFUSALS.values()}


def test_a_code_means_one_thing():
    codes = [one.code for one in REFUSALS.values()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", code) for code in codes)


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_what_it_is_about(refusal: type[DomainError]):
    assert (refusal.__doc__ or "").strip()
    assert "kind" in vars(refusal)


def test_every_setting_is_in_the_example_with_its_default_and_nothing_else_is():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    shown = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(shown) == {f"ZSB_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    for field in dataclasses.fields(Settings):
        if field.default is not dataclasses.MISSING:
            assert shown[f"ZSB_{field.name.upper()}"] == str(field.default)


@pytest.mark.parametrize("name", INDEX)
def test_every_column_of_an_index_table_is_a_field_of_its_record_type(name: str):
    columns = {column.name for column in INDEX[name].__table__.columns} - {"id", "bucket"}
    derived = {column for column in columns if name in DERIVED and column not in REGISTRY[name].fields}
    assert columns - derived <= set(REGISTRY[name].fields)
    assert derived == ({"id_number_hash"} if name == "person" else set())


@pytest.mark.parametrize("name", INDEX)
def test_what_an_index_table_must_have_a_record_always_has(name: str):
    """A device may leave out what is not required: a column that insisted on it would stop the device's outbox."""
    fields = REGISTRY[name].fields
    for column in INDEX[name].__table__.columns:
        if column.name in fields and not column.nullable and REGISTRY[name].device_may & {"create"}:
            office_sets = {"visit": {"review_state", "verdict"}, "lead": {"review_state", "verdict"}}.get(name, set())
            assert fields[column.name].required or column.name in office_sets, column.name


def test_no_secret_is_a_column():
    for name, table in INDEX.items():
        assert not REGISTRY[name].secrets & {column.name for column in table.__table__.columns}


def test_every_deed_is_for_known_roles():
    assert all(roles <= {APPLICANT, *ROLES} for roles in DEEDS.values())


def test_who_decides_never_does_so_without_seeing():
    assert DEEDS["visit.review"] <= DEEDS["case.read"]
    assert DEEDS["visit.record"] <= DEEDS["record.sync"]
    assert "admin" not in DEEDS["case.read"]
