"""The programmes of assistance as data: what exists, who is in charge, what is asked, and how it is assessed.

A programme is a file in programmes/. Those with an [assessment] name criteria and an amount rule of the kernel, each
with the clauses it rests on; the rest are catalogue entries for intake and referral.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from policy.registry import Document, data_folder, load_documents, toml_files
from policy.vocabulary import names


@dataclass(frozen=True)
class Citation:
    """A clause of a document."""

    document: Document
    clause: str

    def __str__(self) -> str:
        return f"《{self.document.title}》{self.clause}"


@dataclass(frozen=True)
class CriterionUse:
    """A criterion of the kernel, by name, with the clauses on which this programme asks for it."""

    criterion: str
    cites: tuple[Citation, ...]


@dataclass(frozen=True)
class Assessment:
    """How the kernel assesses a programme; `order` because some programmes presuppose the answer to others."""

    order: int
    household: tuple[CriterionUse, ...]
    person: tuple[CriterionUse, ...]
    amount: str | None
    amount_cites: tuple[Citation, ...]


@dataclass(frozen=True)
class Programme:
    """A programme of assistance. Materials by sharing are never asked of the applicant (社会救助法第六十二条).

    `next` are the programmes to look at when this one is refused or ends, best first.
    """

    code: str
    name: str
    layer: str
    parent: str | None
    beneficiary: str
    active_from: date
    active_to: date | None
    department: str
    supporting: tuple[str, ...]
    applied_at: str
    decided_by: str
    materials: tuple[str, ...]
    materials_by_sharing: tuple[str, ...]
    deadlines: tuple[str, ...]
    next: tuple[str, ...]
    cites: tuple[Citation, ...]
    assessment: Assessment | None

    def is_active(self, on: date) -> bool:
        """Say whether the programme exists on a day; `active_to` is its last."""
        return self.active_from <= on and (self.active_to is None or on <= self.active_to)


@cache
def catalogue() -> tuple[Programme, ...]:
    """Return every programme, ordered by code."""
    files = toml_files(data_folder("programmes"))
    return tuple(_programme(tomllib.loads(content.decode("utf-8"))) for _, content in files)


@dataclass(frozen=True)
class Branch:
    """A programme of the tree and those that belong to it."""

    programme: Programme
    children: tuple["Branch", ...]


def programme_tree(on: date) -> Mapping[str, tuple[Branch, ...]]:
    """Return the programmes of a day by layer: basic, special and emergency aid, and social forces beside them (文件000 序)."""
    active = [programme for programme in catalogue() if programme.is_active(on)]

    def branches(parent: str | None, layer: str) -> tuple[Branch, ...]:
        found = [programme for programme in active if (programme.parent, programme.layer) == (parent, layer)]
        return tuple(Branch(programme, branches(programme.code, layer)) for programme in found)

    return {layer: branches(None, layer) for layer in names("layer")}


@cache
def assessed_programmes() -> tuple[tuple[Programme, Assessment], ...]:
    """Return the programmes that the kernel assesses, in the order in which they build on each other."""
    found = [(programme, programme.assessment) for programme in catalogue() if programme.assessment]
    return tuple(sorted(found, key=lambda pair: pair[1].order))


def read_citation(text: str) -> Citation:
    """Read "document clause", the form in which data files cite; raises KeyError for an unknown document."""
    code, clause = text.split(" ", 1)
    return Citation(load_documents()[code], clause)


def _programme(row: Mapping[str, Any]) -> Programme:
    return Programme(
        code=row["code"],
        name=row["name"],
        layer=row["layer"],
        parent=row.get("parent"),
        beneficiary=row["beneficiary"],
        active_from=row["active_from"],
        active_to=row.get("active_to"),
        department=row["department"],
        supporting=tuple(row["supporting"]),
        applied_at=row["applied_at"],
        decided_by=row["decided_by"],
        materials=tuple(row["materials"]),
        materials_by_sharing=tuple(row["materials_by_sharing"]),
        deadlines=tuple(row["deadlines"]),
        next=tuple(row.get("next", ())),
        cites=_citations(row["cites"]),
        assessment=_assessment(row["assessment"]) if "assessment" in row else None,
    )


def _assessment(row: Mapping[str, Any]) -> Assessment:
    return Assessment(
        order=row["order"],
        household=_uses(row.get("household", [])),
        person=_uses(row.get("person", [])),
        amount=row.get("amount"),
        amount_cites=_citations(row.get("amount_cites", [])),
    )


def _uses(rows: list[Mapping[str, Any]]) -> tuple[CriterionUse, ...]:
    return tuple(CriterionUse(row["criterion"], _citations(row["cites"])) for row in rows)


def _citations(texts: list[str]) -> tuple[Citation, ...]:
    return tuple(read_citation(text) for text in texts)
