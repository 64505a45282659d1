"""Every record type of the registry: its fields take what they should, refuse what they should, and nothing biometric."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.canonical import dumps, loads
from sync.records import REGISTRY, Field, Kind, Merge, RecordType, fields, problems
from sync.records.fields import DOCUMENT_LIMIT_BYTES
from tests.sync.values import JSON, values_of

EVERY_FIELD = [
    pytest.param(record_type, name, id=f"{record_type.name}.{name}")
    for record_type in REGISTRY.values()
    for name in record_type.fields
]
EVERY_KIND = {kind.name: kind for kind in vars(fields).values() if isinstance(kind, Kind)}
# A face template is a list of 64 to 512 numbers, a photo is bytes: no kind of field takes either.
BIOMETRIC = ("face", "template", "embedding", "vector", "descriptor", "distance", "landmark", "fingerprint", "iris",
             "voice", "biometric", "similarity", "score")  # fmt: skip
ODD: dict[str, list[Any]] = {
    "id": ["", "a b", "../etc", "a\n", "x" * 65, 5, "名"],
    "area code": ["", "43098", "4309811010011", "43098a", "４３０９８１", 430981],
    "sha256": ["", "0" * 63, "A" * 64, "g" * 64, "0" * 64 + "\n"],
    "short text": ["x" * 65, 5, "a\0b", ["a"]],
    "text": ["x" * 4001, 5, "a\0b", {}],
    "integer": [True, 1 << 53, -(1 << 53), "5", 1.0],
    "name": ["", "Name", "1st", "a b", "a\0", "a" * 65, "名", "a\n", 5],
    "boolean": [0, 1, "true"],
    "date": ["20260701", "2026-W27-3", "2026-02-30", "2026-7-1", "2026-07-01T00:00:00", "", 20260701],
    "instant": ["2026-07-01T00:00:00Z", "2026-07-01T00:00:00.000+08:00Z", "now", "", 5],
    "document": ["text", 5, {"a": 0.5}, [0.1] * 128, {"a": b"photo"}, {"a": "x" * DOCUMENT_LIMIT_BYTES}],
    "object": [[], [{}], "text", {"a": 0.5}, {"a": "x" * DOCUMENT_LIMIT_BYTES}],
    "objects": [{}, "text", [1], [{}, "a"], [{"a": 0.5}], [[]]],
    "set": [[], ["a"], {"a": 1}, {"a": "yes"}, {"a": None}],
}


@pytest.mark.parametrize(("record_type", "name"), EVERY_FIELD)
@settings(max_examples=8)  # A kind is used by many fields.
@given(data=st.data())
def test_a_field_takes_the_values_of_its_kind_and_they_travel(record_type: RecordType, name: str, data: st.DataObject):
    value = data.draw(values_of(record_type.fields[name]))
    assert problems(record_type, {name: value}, creating=False) == []
    assert loads(dumps(value)) == value


@pytest.mark.parametrize(("kind", "odd"), [(kind, odd) for kind, many in ODD.items() for odd in many], ids=lambda _: "")
def test_a_kind_refuses_what_is_odd(kind: str, odd: Any):
    assert not EVERY_KIND[kind].holds(odd)


def test_every_kind_has_its_odd_values():
    assert set(ODD) == set(EVERY_KIND)


@settings(max_examples=40)
@given(value=JSON | st.floats() | st.binary() | st.lists(st.floats()))
@pytest.mark.parametrize("kind", EVERY_KIND.values(), ids=EVERY_KIND)
def test_a_kind_answers_for_any_value_and_what_it_takes_can_be_written(kind: Kind, value: Any):
    if kind.holds(value):
        dumps(value)


@pytest.mark.parametrize(("record_type", "name"), EVERY_FIELD)
def test_no_field_is_named_for_or_takes_anything_biometric(record_type: RecordType, name: str):
    assert not any(word in name for word in BIOMETRIC)
    kind = record_type.fields[name].kind
    assert not kind.holds([0.12] * 128)
    assert not kind.holds(b"\xff\xd8\xff")


@pytest.mark.parametrize("record_type", REGISTRY.values(), ids=REGISTRY)
def test_required_fields_are_asked_for_on_creation_only(record_type: RecordType):
    required = sorted(name for name, field in record_type.fields.items() if field.required)
    assert problems(record_type, {}, creating=True) == required
    assert problems(record_type, {}, creating=False) == []


@pytest.mark.parametrize("record_type", REGISTRY.values(), ids=REGISTRY)
def test_what_no_device_may_write_is_the_offices_own(record_type: RecordType):
    if not record_type.device_may:
        assert {field.merge for field in record_type.fields.values()} == {Merge.SERVER_OWNED}
    assert "delete" not in record_type.device_may


def test_id_numbers_and_phones_are_secret_wherever_they_are():
    secret = {(t.name, name) for t in REGISTRY.values() for name in t.fields if "phone" in name or "id_number" in name}
    assert secret == {(t.name, name) for t in REGISTRY.values() for name in t.secrets}


def test_a_field_of_a_newer_release_is_kept_and_merges_as_the_most_careful_class():
    household = REGISTRY["household"]
    assert problems(household, {"broadband": {"any": "thing"}}, creating=False) == []
    assert household.merge_class("broadband") is Merge.CONTESTED


@pytest.mark.parametrize("name", ["", "*", "!bucket", "phone!superseded", "tags/低保", "a b", "x" * 65, "Phone", "a\n"])
def test_a_name_that_no_release_could_give_a_field_is_refused(name: str):
    assert problems(REGISTRY["household"], {name: 1}, creating=False) == [name]


def test_secrets_follow_from_the_fields():
    made = RecordType("t", fields.Home.USER, {"a": Field(fields.WORD, Merge.LAST_WRITER, secret=True)})
    assert made.secrets == {"a"}
