"""A survey form as an immutable value: its questions, groups, choices and settings, with canonical JSON and a hash.

A definition says what was written in the workbook and nothing about answers. The hash names exactly one definition,
so a draft can stay on the version it began with. Reading workbooks is left to `importing`, behaviour to `plan`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

FORMAT = 1
"""The version of the JSON layout. A device refuses a definition whose layout it does not know."""


@dataclass(frozen=True)
class Choice:
    """One choice of a list; `columns` are further cells of its row, which a choice filter may ask for."""

    name: str
    label: str
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Question:
    """One row that asks, shows or computes something; expressions are kept as their author wrote them."""

    name: str
    type: str
    label: str = ""
    hint: str = ""
    required: str = ""
    required_message: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_message: str = ""
    calculation: str = ""
    default: str = ""
    appearance: str = ""
    readonly: str = ""
    choices: str = ""
    choice_filter: str = ""


@dataclass(frozen=True)
class Group:
    """Rows that belong together: a section at the top level, or a part that repeats."""

    name: str
    label: str = ""
    relevant: str = ""
    appearance: str = ""
    repeats: bool = False
    items: tuple[Question | Group, ...] = ()


@dataclass(frozen=True)
class Definition:
    """A whole form. Two definitions are equal when their canonical JSON is."""

    form_id: str
    version: str
    title: str
    legal_basis: str = ""
    items: tuple[Question | Group, ...] = ()
    choices: tuple[tuple[str, tuple[Choice, ...]], ...] = ()

    def __hash__(self) -> int:
        return hash(self.hash)

    @cached_property
    def hash(self) -> str:
        """The sha256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(to_json(self).encode("utf-8")).hexdigest()

    @cached_property
    def choice_lists(self) -> Mapping[str, tuple[Choice, ...]]:
        """The choices by the name of their list."""
        return dict(self.choices)

    @cached_property
    def choice_names(self) -> Mapping[str, frozenset[str]]:
        """The names of the choices by the name of their list."""
        return {name: frozenset(choice.name for choice in choices) for name, choices in self.choices}


def to_json(definition: Definition) -> str:
    """Write the canonical JSON: sorted keys, no spaces, only strings, booleans and lists, empty cells left out."""
    document = {
        "format": str(FORMAT),
        "form_id": definition.form_id,
        "version": definition.version,
        "title": definition.title,
        "legal_basis": definition.legal_basis,
        "items": [_item_document(item) for item in definition.items],
        "choices": [[name, [_choice_document(choice) for choice in choices]] for name, choices in definition.choices],
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Definition:
    """Read what `to_json` wrote. Raises ValueError when the text is anything else."""
    try:
        return _definition(json.loads(text))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a form definition") from error


def _definition(document: dict[str, Any]) -> Definition:
    if document["format"] != str(FORMAT):
        raise ValueError("form definition of an unknown format")
    return Definition(
        **{name: _text(document[name]) for name in ("form_id", "version", "title", "legal_basis")},
        items=tuple(_item(item) for item in document["items"]),
        choices=tuple(
            (_text(name), tuple(_choice(choice) for choice in choices)) for name, choices in document["choices"]
        ),
    )


def _item_document(item: Question | Group) -> dict[str, Any]:
    cells = {field.name: getattr(item, field.name) for field in fields(item) if field.name != "items"}
    document = {name: value for name, value in cells.items() if value or name in {"name", "type"}}
    if isinstance(item, Group):
        document["items"] = [_item_document(inner) for inner in item.items]
    return document


def _item(document: dict[str, Any]) -> Question | Group:
    cells = dict(document)
    if "items" not in cells:
        return Question(**{name: _text(value) for name, value in cells.items()})
    inner = tuple(_item(item) for item in cells.pop("items"))
    repeats = cells.pop("repeats", False) is True
    return Group(**{name: _text(value) for name, value in cells.items()}, repeats=repeats, items=inner)


def _choice_document(choice: Choice) -> dict[str, Any]:
    document: dict[str, Any] = {"name": choice.name, "label": choice.label}
    return {**document, "columns": dict(choice.columns)} if choice.columns else document


def _choice(document: dict[str, Any]) -> Choice:
    columns = tuple(sorted((_text(key), _text(value)) for key, value in document.get("columns", {}).items()))
    return Choice(_text(document["name"]), _text(document["label"]), columns)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a form definition holds only strings")
    return value
