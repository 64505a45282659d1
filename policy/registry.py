"""Reads the packaged data files: documents, parameter keys and the dated values of each region.

Whatever is wrong in them (unknown key, missing clause, doubled date) stops the load with the file and the key named:
a wrong number must not wait for a household to meet it. Looking values up is left to `policy.parameters`.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

Bands = tuple[tuple[Fraction, Fraction], ...]
Value = (
    int | bool | str | Fraction | tuple[str, ...] | tuple[Fraction, ...] | dict[str, int] | dict[str, Fraction] | Bands
)
NATIONAL = "00"
AREAS = ("urban", "rural")


class PolicyDataError(Exception):
    """A packaged policy file breaks its own rules; the message names the file and the entry."""


@dataclass(frozen=True)
class Document:
    """A law, measure or local document that numbers and rules are taken from; `region` is "" for the whole country."""

    code: str
    region: str
    title: str
    number: str
    in_force_on: date
    date_basis: str
    read: str


@dataclass(frozen=True)
class Key:
    """A parameter that exists: what it is called, what kind of value it takes, and who sets it."""

    key: str
    name: str
    kind: str
    unit: str
    is_set_by_region: bool


@dataclass(frozen=True)
class Entry:
    """One value of one key in one region (and area) from a day on, with the clause that says so."""

    key: str
    region: str
    area: str | None
    value: Value
    valid_from: date
    valid_to: date | None
    from_basis: str
    document: Document
    clause: str
    note: str


@dataclass(frozen=True)
class Registry:
    """Everything read, plus a version: equal versions mean equal rules."""

    documents: Mapping[str, Document]
    keys: Mapping[str, Key]
    entries: tuple[Entry, ...]
    version: str


def data_folder(name: str) -> Traversable:
    """Return a folder of packaged data: "data", "programmes" …"""
    return files("policy").joinpath(name)


def toml_files(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each TOML file in a folder, in the order of their names."""
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            yield item.name, item.read_bytes()


@cache
def load_documents() -> Mapping[str, Document]:
    """Return the documents that may be cited, by code."""
    table = tomllib.loads(data_folder("data").joinpath("documents.toml").read_text("utf-8"))
    return {
        code: Document(
            code=code,
            region=row.get("region", ""),
            title=row["title"],
            number=row.get("number", ""),
            in_force_on=row["in_force_on"],
            date_basis=row.get("date_basis", ""),
            read=row["read"],
        )
        for code, row in table.items()
    }


@cache
def load_keys() -> Mapping[str, Key]:
    """Return every parameter key that exists."""
    table = tomllib.loads(data_folder("data").joinpath("keys.toml").read_text("utf-8"))
    return {
        key: Key(key, row["name"], row["kind"], row["unit"], row.get("set_by") == "region")
        for key, row in table.items()
    }


def parse_value(kind: str, raw: object) -> Value:
    """Return a raw TOML or JSON value as the exact value of its kind, or raise ValueError.

    >>> parse_value("ratio", "3/2")
    Fraction(3, 2)
    """
    match kind, raw:
        case "flag", bool():
            return raw
        case (("integer" | "money"), int()) if not isinstance(raw, bool) and raw >= 0:
            return raw
        case "ratio", _:
            return _ratio(raw)
        case "ratios", dict() if raw:
            return {code: _ratio(ratio) for code, ratio in raw.items()}
        case "schedule", list() if raw:
            return tuple(_ratio(ratio) for ratio in raw)
        case "bands", dict() if raw:
            return _bands(raw)
        case "code", str() if raw:
            return raw
        case "codes", list() if all(isinstance(item, str) for item in raw):
            return tuple(raw)
        case "levels", dict() if all(isinstance(level, int) for level in raw.values()):
            return dict(raw)
    raise ValueError(raw)


def _ratio(raw: object) -> Fraction:
    if not isinstance(raw, str) or (ratio := Fraction(raw)) < 0:
        raise ValueError(raw)
    return ratio


def _bands(raw: dict[str, object]) -> Bands:
    """Read upper limit = amount, both as shares of the standard: up to the standard itself, and never more for more income."""
    bands = tuple(sorted((_ratio(limit), _ratio(amount)) for limit, amount in raw.items()))
    amounts = [amount for _, amount in bands]
    if bands[-1][0] < 1 or amounts != sorted(amounts, reverse=True):
        raise ValueError(raw)
    return bands


def load_registry(*, sample: bool) -> Registry:
    """Read all parameter files; with `sample`, also the invented figures of the demonstration county (示例).

    Raises PolicyDataError when an entry is incomplete, unknown, ill-typed or doubled.
    """
    folders = ["regions", "sample"] if sample else ["regions"]
    sources = [source for folder in folders for source in toml_files(data_folder("data").joinpath(folder))]
    entries = tuple(entry for name, content in sources for entry in entries_of(name, content))
    refuse_doubles(entries)
    folders_of_rules = ("data", "programmes", "procedure/machines")
    rules = sources + [file for folder in folders_of_rules for file in toml_files(data_folder(folder))]
    digest = hashlib.sha256(b"\0".join(content for _, content in rules))
    return Registry(load_documents(), load_keys(), entries, digest.hexdigest()[:12])


def entries_of(name: str, content: bytes) -> Iterator[Entry]:
    """Yield the entries of one parameter file; raises PolicyDataError naming the file and the key."""
    file = tomllib.loads(content.decode("utf-8"))
    for group in file["group"]:
        for row in group["values"]:
            try:
                yield _entry(file["code"], group, row)
            except (KeyError, ValueError, ZeroDivisionError) as error:
                raise PolicyDataError(f"{name}: {row.get('key', '?')}: {error!r}") from error


def _entry(region: str, group: Mapping[str, Any], row: Mapping[str, Any]) -> Entry:
    document = load_documents()[group["source"]]
    valid_from, valid_to = row.get("from", document.in_force_on), row.get("to")
    if valid_to is not None and valid_to < valid_from:
        raise ValueError("to is before from")
    if row.get("area", AREAS[0]) not in AREAS:
        raise ValueError("area")
    return Entry(
        key=row["key"],
        region=region,
        area=row.get("area"),
        value=parse_value(load_keys()[row["key"]].kind, row["value"]),
        valid_from=valid_from,
        valid_to=valid_to,
        from_basis=row.get("from_basis", document.date_basis),
        document=document,
        clause=row["clause"],
        note=row.get("note", ""),
    )


def refuse_doubles(entries: tuple[Entry, ...]) -> None:
    """Raise PolicyDataError when two values of a key in a place start on the same day: neither could win."""
    seen: set[tuple[object, ...]] = set()
    for entry in entries:
        place = (entry.key, entry.region, entry.area, entry.valid_from)
        if place in seen:
            raise PolicyDataError(f"{entry.region}: {entry.key}: two values from {entry.valid_from}")
        seen.add(place)
