"""Values beside each other, in words: what stands and what is offered, or what was and what came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from identity.resident_id import veil
from server.pages.console.household import disability, dwelling
from server.pages.console.words import NOTHING, SEPARATOR, word
from sync.records.labels import label
from sync.records.terms import CAUSES, LABOUR, RELATIONS, SEXES, TAGS

CODES: Mapping[str, Mapping[str, str]] = {
    "sex": SEXES,
    "relation": RELATIONS,
    "labour_capacity": LABOUR,
    "tags": TAGS,
    "poverty_cause": CAUSES,
}
PERSONS = frozenset({"head_id", "person_id"})


@dataclass(frozen=True)
class Cell:
    """A field with its values side by side."""

    name: str
    texts: tuple[str, ...]


def cell(field: str, *values: Any, people: Mapping[str | None, str]) -> Cell:
    """Put a field's values into words; `people` names the persons that a value may point to."""
    return Cell(label(field), tuple(_text(field, value, people) for value in values))


def _text(field: str, value: Any, people: Mapping[str | None, str]) -> str:
    if value is None or value == "" or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if field in PERSONS:
        return people.get(value) or str(value)
    if field == "dwelling":
        return dwelling(value) or NOTHING
    if field == "disability":
        return disability(value) or NOTHING
    if isinstance(value, dict):
        codes = CODES.get(field, {})
        return SEPARATOR.join(word(codes, name) for name, is_set in value.items() if is_set) or NOTHING
    return veil(word(CODES.get(field, {}), value))
