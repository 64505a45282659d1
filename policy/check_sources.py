"""Whom a check of means may ask, and what each source may answer, from data/check_sources.toml.

A source is asked only where a clause allows it on that day (`Source.basis`): no basis, no query (政务数据共享条例第二十一条).
Answers are read strictly and kept as the department said them; what they mean for a household is left to people.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from policy.catalogue import Citation, read_citation
from policy.law import Law
from policy.money import parse_yuan
from policy.reader import CaseError, Log, ObjectReader, Read, day, text
from policy.registry import data_folder

LONGEST_TEXT = 200


@dataclass(frozen=True)
class Field:
    """A field of an answer: its Chinese name, its type (or the words it may be), and whether it must be told."""

    name: str
    type: str | tuple[str, ...]
    is_required: bool


@dataclass(frozen=True)
class Kind:
    """A kind of answer, as income or vehicle."""

    code: str
    name: str
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Source:
    """A department, or a kind of institution, that is asked."""

    code: str
    name: str
    department: str
    kinds: tuple[str, ...]
    cites: tuple[Citation, ...]

    def basis(self, law: Law) -> str:
        """Return the clauses that allow asking here and today; empty where none does."""
        return law.cite(self.cites)


@dataclass(frozen=True)
class Item:
    """One thing that a source knows of one person: `value_yuan` as told is `value_fen` here, whole; days in ISO form."""

    person: str
    kind: str
    values: Mapping[str, str | int]


@cache
def sources() -> Mapping[str, Source]:
    """Return every source by its code, in the order of the file."""
    return {
        code: Source(
            code=code,
            name=row["name"],
            department=row["department"],
            kinds=tuple(row["kinds"]),
            cites=tuple(read_citation(text) for text in row["cites"]),
        )
        for code, row in _table()["source"].items()
    }


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind of answer by its code."""
    return {
        code: Kind(code, row["name"], {name: _field(field) for name, field in row["fields"].items()})
        for code, row in _table()["kind"].items()
    }


def word_name(code: str) -> str:
    """Return the Chinese name of a word that a field may be; a code without one stands for itself.

    >>> word_name("deposit"), word_name("营业")
    ('存款', '营业')
    """
    return str(_table()["word"].get(code, code))


def read_items(source: Source, raw: object, persons: Collection[str]) -> tuple[Item, ...]:
    """Read the items of an answer about these persons.

    Raises CaseError with every problem: an unknown person, a kind that the source does not tell, a field that is missing,
    ill-typed or not of its kind. The problems repeat no value.
    """
    log = Log()
    found = ObjectReader({"items": raw}, "", log).objects("items", lambda reader: _item(reader, source, persons))
    if found is None:
        ObjectReader({}, "", log).problem("items", "必须填写, 没有查到时为空列表")
    if log.problems:
        raise CaseError(tuple(log.problems))
    return tuple(item for item in found or () if item)


def _item(reader: ObjectReader, source: Source, persons: Collection[str]) -> Item | None:
    person = reader.required("person", _one_of(persons), "")
    code = reader.required("kind", _one_of(source.kinds), "")
    kind = kinds().get(code)
    if kind is None:
        return None
    values = {name: _read(reader, name, field) for name, field in kind.fields.items()}
    for strange in sorted(set(reader.raw) - {"person", "kind", *kind.fields}):
        reader.problem(strange, "这类结果没有这个栏目")
    told = {_unit(name, kind.fields[name]): value for name, value in values.items() if value is not None}
    return Item(person, code, told)


def _unit(name: str, field: Field) -> str:
    return name.removesuffix("_yuan") + "_fen" if field.type == "yuan" else name


def _read(reader: ObjectReader, name: str, field: Field) -> str | int | None:
    read: Read[str | int | None] = _one_of(field.type) if isinstance(field.type, tuple) else READERS[field.type]
    return reader.required(name, read, None) if field.is_required else reader.optional(name, read, None)


def _one_of(words: Collection[str]) -> Read[Any]:
    def read(raw: object) -> str:
        if raw not in words:
            raise ValueError("不在允许的取值之内")
        return str(raw)

    return read


def _yuan(raw: object) -> int:
    try:
        return parse_yuan(raw)
    except ValueError:
        raise ValueError('应为不小于零、最多两位小数的金额, 写成文字, 如 "780.50"') from None


def _integer(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise ValueError("应为不小于零的整数")
    return raw


def _day(raw: object) -> str:
    found: date = day(raw)
    return found.isoformat()


def _text(raw: object) -> str:
    found = text(raw)
    if len(found) > LONGEST_TEXT:
        raise ValueError("文字太长")
    return found


READERS: Mapping[str, Read[Any]] = {"text": _text, "yuan": _yuan, "day": _day, "integer": _integer}


def _field(row: Mapping[str, Any]) -> Field:
    kind = row["type"]
    return Field(row["name"], tuple(kind) if isinstance(kind, list) else kind, row.get("is_required", True))


@cache
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = tomllib.loads(data_folder("data").joinpath("check_sources.toml").read_text("utf-8"))
    return found
