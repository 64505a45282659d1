"""A survey form as an immutable value: its questions, groups, choices and settings, with canonical JSON and a hash.

A definition says what was written in the workbook and nothing about answers. The hash names exactly one definition,
so a draft can stay on the version it began with: a cell that is empty is not written, so that a field which a later
release adds leaves the hash of every published form alone. Reading workbooks is left to `importing`, behaviour to `plan`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

FORMAT = 1
"""The version of the JSON layout. A device refuses a definition whose layout, or any cell of it, it does not know."""

Media = tuple[tuple[str, str], ...]
"""The files beside a caption: the kind (`image`, `big-image`, `audio`, `video`) and the name of the file, sorted."""

Files = tuple[tuple[str, str], ...]
"""The files that a form brings along: their names and the SHA-256 of their bytes, sorted."""

Translations = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""By language, as its columns name it, the captions by column; media are under `media::image` and so on. Sorted."""

OWN_LANGUAGE = ""
"""In a form that is shown in another language, the words of a choice in its own are kept under this name."""


@dataclass(frozen=True)
class Choice:
    """One choice of a list; `columns` are further cells of its row, which a choice filter may ask for."""

    name: str
    label: str
    columns: tuple[tuple[str, str], ...] = ()
    media: Media = ()
    translations: Translations = ()

    @property
    def own_label(self) -> str:
        """The words in the form's own language, which rules compute with whatever language is shown."""
        return dict(dict(self.translations).get(OWN_LANGUAGE, ())).get("label", self.label)


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
    guidance_hint: str = ""
    parameters: str = ""
    media: Media = ()
    translations: Translations = ()


@dataclass(frozen=True)
class Group:
    """Rows that belong together: a section at the top level, or a part that repeats.

    `repeat_count` is an expression that gives how often; without it the worker adds instances.
    """

    name: str
    label: str = ""
    relevant: str = ""
    appearance: str = ""
    repeats: bool = False
    items: tuple[Question | Group, ...] = ()
    repeat_count: str = ""
    media: Media = ()
    translations: Translations = ()


@dataclass(frozen=True)
class Definition:
    """A whole form. Two definitions are equal when their canonical JSON is.

    `language` names the language of the captions where it is not Chinese; `style` is `pages` for one question a page;
    `compulsory_photos` is how many photos, recordings and files the legal basis lets the form demand. `files` are those that
    captions name and that travel with the form; a form that was read without its files has none.
    """

    form_id: str
    version: str
    title: str
    legal_basis: str = ""
    items: tuple[Question | Group, ...] = ()
    choices: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    language: str = ""
    style: str = ""
    compulsory_photos: str = ""
    files: Files = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and (self is other or self.hash == other.hash)

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

    @cached_property
    def choice_labels(self) -> Mapping[str, Mapping[str, str]]:
        """The words of the choices by the name of their list and their own."""
        return {name: {choice.name: choice.label for choice in choices} for name, choices in self.choices}

    @cached_property
    def own_labels(self) -> Mapping[str, Mapping[str, str]]:
        """The same in the form's own language."""
        return {name: {choice.name: choice.own_label for choice in choices} for name, choices in self.choices}

    @cached_property
    def rows(self) -> tuple[Question | Group, ...]:
        """Every question and group, in the order of the form, a group before what it holds."""
        return tuple(_rows(self.items))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages into which something is translated, as their columns name them."""
        choices = [choice for _, listed in self.choices for choice in listed]
        return tuple(sorted({language for one in (*self.rows, *choices) for language, _ in one.translations}))


def _rows(items: tuple[Question | Group, ...]) -> Iterator[Question | Group]:
    for item in items:
        yield item
        if isinstance(item, Group):
            yield from _rows(item.items)


def to_json(definition: Definition) -> str:
    """Write the canonical JSON: sorted keys, no spaces, no numbers, empty cells left out."""
    document = {
        "format": str(FORMAT),
        "form_id": definition.form_id,
        "version": definition.version,
        "title": definition.title,
        "legal_basis": definition.legal_basis,
        "items": [_document(item) for item in definition.items],
        "choices": [[name, [_document(choice) for choice in choices]] for name, choices in definition.choices],
        **{name: text for name in _LATER if (text := getattr(definition, name))},
        **({"files": dict(definition.files)} if definition.files else {}),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Definition:
    """Read what `to_json` wrote. Raises ValueError when the text is anything else."""
    try:
        return _definition(json.loads(text))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a form definition") from error


_FIRST = ("form_id", "version", "title", "legal_basis")
_LATER = ("language", "style", "compulsory_photos")
"""Settings that came after forms were published; they are written only where they say something."""

_ALWAYS = {"name", "type"}


def _definition(document: dict[str, Any]) -> Definition:
    if document["format"] != str(FORMAT):
        raise ValueError("form definition of an unknown format")
    if strange := document.keys() - {*_FIRST, *_LATER, "format", "items", "choices", "files"}:
        raise TypeError(f"unknown settings: {len(strange)}")
    return Definition(
        **{name: _text(document[name]) for name in _FIRST},
        items=tuple(_item(item) for item in document["items"]),
        choices=tuple(
            (_text(name), tuple(_choice(choice) for choice in choices)) for name, choices in document["choices"]
        ),
        **{name: _text(document.get(name, "")) for name in _LATER},
        files=_pairs(document.get("files", {})),
    )


def _document(one: Question | Group | Choice) -> dict[str, Any]:
    always = {"name", "label"} if isinstance(one, Choice) else _ALWAYS
    document: dict[str, Any] = {}
    for field in fields(one):
        value = getattr(one, field.name)
        if value or field.name in always:
            document[field.name] = value
    for name in {"columns", "media"} & document.keys():
        document[name] = dict(document[name])
    if "translations" in document:
        document["translations"] = {language: dict(cells) for language, cells in one.translations}
    if isinstance(one, Group):
        document["items"] = [_document(inner) for inner in one.items]
    return document


def _item(document: dict[str, Any]) -> Question | Group:
    tables, cells = _tables(document)
    if "items" not in cells:
        return Question(**_texts(cells), **tables)
    inner = tuple(_item(item) for item in cells.pop("items"))
    repeats = cells.pop("repeats", False) is True
    return Group(**_texts(cells), repeats=repeats, items=inner, **tables)


def _choice(document: dict[str, Any]) -> Choice:
    tables, cells = _tables(document)
    columns = _pairs(cells.pop("columns", {}))
    return Choice(**_texts(cells), columns=columns, **tables)


def _tables(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part the cells that are tables from the others."""
    cells = dict(document)
    media, translations = _pairs(cells.pop("media", {})), cells.pop("translations", {})
    spoken = tuple(sorted((_text(language), _pairs(captions)) for language, captions in translations.items()))
    return {"media": media, "translations": spoken}, cells


def _texts(cells: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in cells.items()}


def _pairs(table: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((_text(key), _text(value)) for key, value in table.items()))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a form definition holds only strings")
    return value
