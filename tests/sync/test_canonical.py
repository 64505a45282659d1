"""One value, one byte form; and no bytes that mean two values."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sync import canonical
from sync.canonical import again, dumps, instant, loads, moment
from sync.errors import Malformed, NotCanonical, SyncError
from tests.sync.values import JSON, MOMENT


@given(JSON)
def test_a_value_comes_back_as_it_was(value: Any):
    assert dumps(loads(dumps(value))) == dumps(value)
    assert loads(dumps(value)) == value


@settings(max_examples=30)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, min_size=2), st.randoms())
def test_the_order_in_which_keys_were_put_in_does_not_show(value: dict[str, Any], random: Any):
    pairs = list(value.items())
    random.shuffle(pairs)
    assert dumps(dict(pairs)) == dumps(value)


@given(JSON, JSON)
def test_two_values_have_the_same_bytes_only_when_they_are_the_same(one: Any, other: Any):
    assert (dumps(one) == dumps(other)) == (repr(loads(dumps(one))) == repr(loads(dumps(other))))


@pytest.mark.parametrize("value", [1.0, {"a": [0.5]}, float("nan"), {1: 2}, {"a": b"bytes"}, "\ud800", {"\udfff": 1}])
def test_what_has_no_single_byte_form_is_refused(value: Any):
    with pytest.raises(NotCanonical):
        dumps(value)


@pytest.mark.parametrize(
    "data",
    [b"1.0", b"[1e2]", b"NaN", b"Infinity", b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b"", b"{", b"\xff", b"1 2"],
)
def test_floats_doubled_keys_and_broken_json_are_refused(data: bytes):
    with pytest.raises(Malformed):
        loads(data)


@pytest.mark.parametrize("data", [rb'"\ud800"', rb'{"\udfff":1}', rb'["\ud800\ud800"]'])
def test_half_a_character_is_refused_on_reading_because_it_could_never_be_written_again(data: bytes):
    with pytest.raises(Malformed):
        loads(data)


def test_a_character_beyond_the_first_plane_is_no_half_character():
    assert loads(rb'"\ud83d\ude00"') == "😀"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [200, 900, 5000, 200_000])
def test_what_is_nested_too_deeply_is_refused_whatever_the_stack(opening: bytes, depth: int):
    closing = b"]" if opening == b"[" else b"}"
    with pytest.raises(Malformed):
        loads(opening * depth + b"1" + closing * depth)


def test_a_deep_value_is_refused_on_writing_too():
    value: Any = 1
    for _ in range(5000):
        value = [value]
    with pytest.raises(NotCanonical):
        dumps(value)


@given(st.binary(max_size=40))
@example(b"[" * 100_000)
@example(b"9" * 5000)
def test_no_bytes_make_the_reader_fail_in_another_way(data: bytes):
    try:
        value = loads(data)
    except SyncError:
        return
    assert loads(dumps(value)) == value


@given(value=JSON)
@example(value={"a": [1 << 70, {"b": "户"}]})
def test_what_was_read_is_written_again_in_its_one_form(value: Any):
    assert again(loads(json.dumps(value).encode())) == dumps(value)


@given(MOMENT)
def test_an_instant_comes_back_to_the_millisecond(at: datetime):
    assert moment(instant(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@pytest.mark.parametrize("year", [1, 33, 999, 1970, 9999])
def test_every_year_has_four_digits(year: int):
    at = datetime(year, 6, 1, tzinfo=UTC)
    assert moment(instant(at)) == at


@given(MOMENT, st.integers(-14 * 60, 14 * 60))
def test_the_time_zone_in_which_a_moment_was_told_does_not_show(at: datetime, minutes: int):
    assert instant(at.astimezone(timezone(timedelta(minutes=minutes)))) == instant(at)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01T08:30:00.000+08:00Z",
        "2026-07-01T08:30:00+08:00",
        "2026-07-01T08:30:00Z",
        "2026-07-01T08:30:00.123456Z",
        "2026-07-01Z",
        "20260701T083000.000Z",
        "2026-W27-3T08:30:00.000Z",
        "2026-07-01 08:30:00.000Z",
        "2026-02-30T08:30:00.000Z",
        "２０２６-07-01T08:30:00.000Z",
        "",
        "Z",
    ],
)
def test_only_the_one_form_of_an_instant_is_read(text: str):
    with pytest.raises(Malformed):
        moment(text)


def by_the_standard_library(monkeypatch: pytest.MonkeyPatch, deed: Any, value: Any) -> Any:
    """What a deed gives, or the kind of its refusal, where orjson is not installed."""
    with monkeypatch.context() as patch:
        patch.setattr(canonical, "quick", None)
        return outcome(deed, value)


def outcome(deed: Any, value: Any) -> Any:
    try:
        return deed(value)
    except SyncError as error:
        return type(error)


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=3)
    | st.dates()
    | st.uuids(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON | ODD)
@example(value="".join(map(chr, [*range(0x100), 0x2028, 0x2029, 0xFFFF, 0x10000, 0x10FFFF])))
@example(value={chr(0xFFFF): 1, chr(0x10000): 2, "é": 3, "Z": 4, "a": 5})
@example(value=[1 << 53, -(1 << 63), 1 << 64, 1 << 200])
def test_with_and_without_orjson_a_value_has_the_same_bytes_or_the_same_refusal(value: Any, monkeypatch: Any):
    assert outcome(dumps, value) == by_the_standard_library(monkeypatch, dumps, value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=30) | JSON.map(dumps) | JSON.map(lambda value: json.dumps(value, indent=1).encode()))
@example(data=b'{"a":1,"a":1}')
@example(data=b"[1.5]")
@example(data=b"[-0]")
@example(data=b"18446744073709551616")
@example(data=b'"\\u00e9"')
@example(data=b" 1")
def test_with_and_without_orjson_bytes_mean_the_same_or_are_refused_alike(data: bytes, monkeypatch: Any):
    found, expected = outcome(loads, data), by_the_standard_library(monkeypatch, loads, data)
    assert repr(found) == repr(expected)
