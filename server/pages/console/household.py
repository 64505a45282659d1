"""The household as the register knows it, for the side of a review: id numbers are masked here, phones are left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from identity.resident_id import age_on, mask, veil
from policy.catalogue import catalogue
from policy.vocabulary import names
from server.pages.console.words import LEVELS, SEPARATOR, word
from server.queries.households import Family
from sync.records.terms import CONDITIONS, LABOUR, RELATIONS, SEXES, TAGS, TENURES


@dataclass(frozen=True)
class Relative:
    """A member of the household in words."""

    name: str
    relation: str
    facts: tuple[str, ...]
    id_number: str


@dataclass(frozen=True)
class Register:
    """What the register says: pairs of a name and its words, and the members, head first."""

    facts: tuple[tuple[str, str], ...]
    members: tuple[Relative, ...]


def register(family: Family, *, today: date) -> Register:
    """Put a household into words."""
    fields = family.fields
    pairs = (
        ("编号", str(fields.get("number") or "")),
        ("住址", str(fields.get("address") or "")),
        ("在享救助", _programmes(fields.get("programmes"))),
        ("住房", dwelling(fields.get("dwelling"))),
        ("情况", _tags(fields.get("tags"))),
        ("备注", veil(str(fields.get("remarks") or ""))),
    )
    return Register(
        tuple((name, text) for name, text in pairs if text), tuple(_relative(one, today) for one in family.members)
    )


def _relative(person: Mapping[str, Any], today: date) -> Relative:
    facts = (
        word(SEXES, person.get("sex")),
        _age(person.get("birth_date"), today),
        word(LABOUR, person.get("labour_capacity")),
        disability(person.get("disability")),
    )
    return Relative(
        str(person.get("name") or ""),
        word(RELATIONS, person.get("relation")),
        tuple(fact for fact in facts if fact),
        mask(str(person.get("id_number") or "")),
    )


def _age(born_on: Any, today: date) -> str:
    try:
        return f"{age_on(date.fromisoformat(str(born_on)), today)} 岁"
    except ValueError:
        return ""


def disability(found: Any) -> str:
    """Put a disability certificate into words."""
    if not isinstance(found, dict) or not found.get("category"):
        return ""
    return word(names("disability"), found["category"]) + word(LEVELS, found.get("level"))


def _programmes(found: Any) -> str:
    known = {programme.code: programme.name for programme in catalogue()}
    codes = [one.get("programme") for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return SEPARATOR.join(word(known, code) for code in codes) or "没有"


def dwelling(found: Any) -> str:
    """Put a dwelling into words."""
    if not isinstance(found, dict):
        return ""
    area = f"{found['area_m2']} 平方米" if found.get("area_m2") else ""
    said = (word(TENURES, found.get("tenure")), area, word(CONDITIONS, found.get("condition")))
    return "，".join(part for part in said if part)


def _tags(found: Any) -> str:
    return SEPARATOR.join(word(TAGS, tag) for tag, is_set in found.items() if is_set) if isinstance(found, dict) else ""
