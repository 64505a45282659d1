"""All that the review page of one visit shows, put together from what was read; nothing is read here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import forms
from identity.resident_id import veil
from server.pages.console import facts, household, sheet
from server.pages.console.times import brief, day_of, days_since, written
from server.pages.console.words import NOTHING, SIGNERS, SOURCES, STATES, VERDICTS, word
from server.queries.households import Family
from server.queries.visits import Dossier
from sync.records.terms import FILE_KINDS, VISIT_KINDS

Target = tuple[str, str]  # what a comment is pinned to: its kind, and an answer's path or a photo's SHA-256


@dataclass(frozen=True)
class Draft:
    """What a reviewer has typed and not yet handed in."""

    reason: str
    comments: Mapping[Target, str]


@dataclass(frozen=True)
class Picture:
    """A photo, paper or signature; `is_here` tells whether its bytes have come, `has_preview` whether only a small copy has."""

    anchor: str
    sha256: str
    title: str
    lines: tuple[str, ...]
    size: tuple[int, int] | None
    is_here: bool
    has_preview: bool
    is_image: bool
    is_imported: bool
    revision: int


@dataclass(frozen=True)
class Pin:
    """A comment of an earlier review; `is_answered` tells whether the answer was changed since, None where it stands open."""

    anchor: str
    label: str
    text: str
    who: str
    is_answered: bool | None


@dataclass(frozen=True)
class Event:
    """One step of a visit's way, in the order of time."""

    at: str
    tone: str
    title: str
    who: str
    text: str


@dataclass(frozen=True)
class Case:
    """A visit as the page shows it."""

    visit_id: str
    household_id: str
    revision: int
    state: str
    state_word: str
    kind: str
    head: str
    village: str
    sealed: str
    days: int
    is_form_known: bool
    remarks: str
    facts: list[facts.Fact]
    register: household.Register
    parts: list[sheet.Part]
    pictures: list[Picture]
    signatures: list[Picture]
    events: list[Event]
    pins: Mapping[Target, list[Pin]]
    missing_count: int

    @property
    def pin_list(self) -> list[Pin]:
        """All comments of earlier reviews."""
        return [pin for pins in self.pins.values() for pin in pins]

    @property
    def anchors(self) -> dict[str, str]:
        """Where on the page each photo, recording or paper stands, by its hash."""
        return {picture.sha256: picture.anchor for picture in self.pictures}

    def targets(self) -> set[Target]:
        """Name everything on the page to which a comment can be pinned."""
        answers = {("answer", line.path) for part in self.parts for line in part.lines}
        return answers | {("photo", picture.sha256) for picture in self.pictures}


def put_together(
    dossier: Dossier, family: Family, village: str, form: Mapping[str, Any] | None, *, now: datetime
) -> Case:
    """Shape what was read for the page; `form` is the published record of the visit's form, if there is one."""
    fields = dossier.fields
    people = {member["id"]: str(member.get("name") or "") for member in family.members}
    definition = _definition(form, fields.get("form") or {})
    parts = sheet.parts(
        definition,
        dossier.versions,
        today=day_of(fields.get("sealed_at"), now),
        facts=_object(fields.get("facts")),
        kept=_object(fields.get("kept")),
    )
    pictures = [_photo(at, item, dossier) for at, item in enumerate(dossier.evidence, 1)]
    return Case(
        visit_id=dossier.visit.id,
        household_id=dossier.visit.household_id,
        revision=dossier.revision,
        state=dossier.visit.review_state,
        state_word=word(STATES, dossier.visit.review_state),
        kind=word(VISIT_KINDS, fields.get("kind")),
        head=people.get(str(family.household.head_id), "") or "户主不详",
        village=village,
        sealed=written(fields.get("sealed_at")),
        days=days_since(dossier.visit.sealed_at, now),
        is_form_known=definition is not None,
        remarks=veil(str(fields.get("remarks") or "")),
        facts=facts.of_visit(dossier, people),
        register=household.register(family, today=day_of(now, now)),
        parts=parts,
        pictures=pictures,
        signatures=[_signature(at, item, dossier) for at, item in enumerate(dossier.signatures, 1)],
        events=_events(dossier),
        pins=_pins(dossier, parts, pictures),
        missing_count=len(dossier.blobs_missing),
    )


def _object(value: Any) -> dict[str, Any]:
    """Take what a device sent as an object; anything else counts as nothing."""
    return value if isinstance(value, dict) else {}


def _definition(form: Mapping[str, Any] | None, named: Mapping[str, Any]) -> forms.Definition | None:
    """Give the very form that the worker filled in, or None: another one could put other words to the answers."""
    if form is None or form["hash"] != named.get("hash"):
        return None
    return forms.from_json(json.dumps(form["definition"]))


def _photo(at: int, item: Mapping[str, Any], dossier: Dossier) -> Picture:
    source = word(SOURCES, item.get("source"))
    taken = f"{brief(str(item.get('taken_at') or ''))} {source}".strip()
    caption = veil(str(item.get("caption") or ""))
    lines = tuple(line for line in (caption, taken) if line)
    is_imported = item.get("source") == "imported"
    return _picture(f"photo-{at}", item, dossier, word(FILE_KINDS, item.get("kind")), lines, is_imported)


def _signature(at: int, item: Mapping[str, Any], dossier: Dossier) -> Picture:
    title = f"{word(SIGNERS, item.get('role'))} {item.get('signer_name') or ''}".strip()
    refused = str(item.get("refused_reason") or "")
    lines = (f"没有签字：{refused}",) if refused else (brief(str(item.get("at") or "")),)
    return _picture(f"signature-{at}", item, dossier, title, lines, False)


def _picture(
    anchor: str, item: Mapping[str, Any], dossier: Dossier, title: str, lines: tuple[str, ...], is_imported: bool
) -> Picture:
    sha256 = str(item.get("blob") or "")
    width, height = item.get("width"), item.get("height")
    size = (width, height) if isinstance(width, int) and isinstance(height, int) else None
    return Picture(
        anchor,
        sha256,
        title,
        lines,
        size,
        is_here=bool(sha256) and sha256 not in dossier.blobs_missing,
        has_preview=sha256 in dossier.previews,
        is_image=str(item.get("media_type") or "image/").startswith("image/"),
        is_imported=is_imported,
        revision=int(item["revision"]),
    )


def _events(dossier: Dossier) -> list[Event]:
    """Tell a visit's way from the seal on; instants have one written form, so their order is that of time."""
    fields = dossier.fields
    names = "、".join(str(one.get("name") or "") for one in fields.get("participants") or ())
    events = [(str(fields.get("sealed_at")), "plain", "现场签封", names, "")]
    for one in dossier.amendments:
        title = f"补正（第 {one['revision']} 版）"
        events.append((str(one.get("sealed_at")), "plain", title, "", veil(str(one.get("reason") or ""))))
    for one in dossier.receipts:
        title = f"存证回执（第 {one['revision']} 版）"
        events.append((str(one.get("issued_at")), "good", title, "", f"{len(one.get('blobs') or ())} 份照片和签名"))
    tones = {"approved": "good", "returned": "warn", "refused": "bad"}
    for one in dossier.reviews:
        verdict = str(one.get("verdict"))
        who, reason = str(one.get("reviewer_name") or ""), str(one.get("reason") or "")
        events.append((str(one.get("decided_at")), tones.get(verdict, "plain"), word(VERDICTS, verdict), who, reason))
    return [Event(brief(at), tone, title, who, text) for at, tone, title, who, text in sorted(events)]


def _pins(dossier: Dossier, parts: list[sheet.Part], pictures: list[Picture]) -> dict[Target, list[Pin]]:
    """Put the comments of earlier reviews to what they are about, and tell which answers were changed since."""
    lines = {line.path: line for part in parts for line in part.lines}
    photos = {picture.sha256: picture for picture in pictures}
    versions, found = dossier.versions, dict[Target, list[Pin]]()
    for review in dossier.reviews:
        seen = versions[min(int(review["revision"]), len(versions)) - 1]
        for comment in review.get("comments") or ():
            kind, ref = str(comment["target"]["kind"]), str(comment["target"]["ref"])
            anchor, label, answered = "", "整体", None
            if kind == "answer":
                anchor, label = (lines[ref].anchor, lines[ref].label) if ref in lines else ("", ref)
                is_newer = len(versions) > int(review["revision"])
                answered = versions[-1].get(ref) != seen.get(ref) if is_newer else None
            elif kind == "photo" and ref in photos:
                anchor, label = photos[ref].anchor, f"照片：{photos[ref].title}"
            pin = Pin(anchor, label or NOTHING, str(comment["text"]), str(review.get("reviewer_name") or ""), answered)
            found.setdefault((kind, ref), []).append(pin)
    return found
