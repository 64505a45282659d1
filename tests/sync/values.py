"""Strategies for what travels: JSON without floats, and values of every kind that a field may hold."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from sync.canonical import instant
from sync.clock import Corrected
from sync.records import Field

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
WHOLE = st.integers(-(1 << 53) + 1, (1 << 53) - 1)
SCALAR = st.none() | st.booleans() | WHOLE | TEXT
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=3)
MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
INSTANT = MOMENT.map(instant)
ITEMS = st.dictionaries(st.sampled_from(["低保", "特困", "残疾", "孤儿"]), st.booleans(), max_size=4)
TIME = st.builds(Corrected, st.integers(0, 60), st.integers(0, 20))

# By the name of the kind: a new kind needs its line here, and every law then holds for the fields that use it.
OF_KIND: Mapping[str, st.SearchStrategy[Any]] = {
    "id": st.from_regex(r"[0-9A-Za-z._@:-]{1,64}", fullmatch=True),
    "area code": st.from_regex(r"[0-9]{6}([0-9]{3}([0-9]{3})?)?", fullmatch=True).filter(str.isascii),
    "sha256": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "short text": PLAIN_TEXT,
    "text": PLAIN_TEXT,
    "integer": WHOLE,
    "boolean": st.booleans(),
    "date": st.dates().map(lambda day: day.isoformat()),
    "instant": INSTANT,
    "document": OBJECT | st.lists(JSON, max_size=3),
    "object": OBJECT,
    "objects": st.lists(OBJECT, max_size=3),
    "set": ITEMS,
}


def values_of(field: Field) -> st.SearchStrategy[Any]:
    """Make values that a field may hold."""
    return st.sampled_from(field.steps) if field.steps else OF_KIND[field.kind.name]
