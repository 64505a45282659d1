"""入户调查表: a sealed visit as a sheet, with the words of the very form that the worker filled in."""

from collections.abc import Mapping
from typing import Any

import forms
from identity.resident_id import veil
from server.documents.papers import Answer, Picture, Section, VisitSheet
from server.domain.days import CHINA, day
from server.domain.errors import NotFound
from server.queries import forms as published
from server.queries import households, visits
from server.queries.visits import Dossier
from server.services import looks
from server.services.casework import steps
from server.services.casework.desk import Desk
from server.services.documents import letterheads
from server.services.documents.words import (
    HEAD_UNKNOWN,
    METHODS,
    NO_PICTURE,
    NOT_HERE,
    NOT_SIGNED,
    OUTCOMES,
    SEAL,
    SIGNERS,
)
from sync.canonical import moment
from sync.errors import SyncError
from sync.records.terms import FILE_KINDS, MODES

SILENT = frozenset({"note", "hidden"})


def sheet(desk: Desk, visit_id: str) -> VisitSheet:
    """Put a visit's sheet together; the look at visit and household is noted. Raises NotFound, RelativeBarred."""
    session, vault = desk.session, desk.ledger.vault
    dossier = looks.visit(session, vault, desk.actor, visit_id, now=desk.now)
    steps.refuse_relative(desk, dossier.visit.household_id)
    family = households.family(session, vault, dossier.visit.household_id, visible_to=desk.actor)
    people = {str(one["id"]): str(one.get("name") or "") for one in family.members}
    fields, village = dossier.fields, dossier.visit.bucket
    return VisitSheet(
        head=letterheads.of(desk, village, visit_id),
        household=people.get(str(family.household.head_id)) or HEAD_UNKNOWN,
        address=str(family.fields.get("address") or ""),
        village=visits.area_names(session, [village]).get(village, village),
        mode=MODES.get(str(fields.get("mode")), str(fields.get("mode") or "")),
        visited=f"{_time(fields.get('started_at'))} 至 {_time(fields.get('sealed_at'))}",
        investigators=[str(one.get("name") or "") for one in fields.get("participants") or ()],
        identity=[_identity(one, people) for one in fields.get("identity") or ()],
        sections=_sections(desk, dossier),
        photos=[_photo(one, dossier) for one in dossier.evidence],
        signatures=[_signature(one, dossier) for one in dossier.signatures],
        seal=SEAL.format(**{"content_hash": "", "device_id": "", "number": "", **(fields.get("seal") or {})}),
        revision=dossier.revision,
    )


def _sections(desk: Desk, dossier: Dossier) -> list[Section]:
    """Lay the answers out as the form does; without the form the stored paths stand for the questions."""
    first, last = dossier.versions[0], dossier.answers
    definition = _definition(desk, dossier.fields.get("form") or {})
    if definition is None:
        return [Section("调查内容", [Answer(path, veil(str(value))) for path, value in last.items()])]
    facts = dossier.fields.get("facts") or {}
    on = day(dossier.visit.sealed_at)
    before = {
        question.path: question.display
        for section in forms.layout(definition, first, today=on, facts=facts)
        for question in section.questions
    }
    laid_out = forms.layout(definition, last, today=on, facts=facts)
    return [
        Section(one.label, lines)
        for one in laid_out
        if (lines := [_answer(question, before) for question in one.questions if _is_shown(question)])
    ]


def _definition(desk: Desk, named: Mapping[str, Any]) -> forms.Definition | None:
    """Give the very form that was filled in, or None: another one could put other words to the answers."""
    versions = published.published(desk.session, desk.ledger.vault, form_id=str(named.get("id") or ""))
    if not any((one.version, one.hash) == (named.get("version"), named.get("hash")) for one in versions):
        return None
    try:
        return published.definition(desk.session, desk.ledger.vault, str(named["id"]), str(named["version"]))
    except (NotFound, ValueError):
        return None


def _is_shown(question: forms.ShownQuestion) -> bool:
    return bool(question.type not in SILENT and question.label and question.relevant)


def _answer(question: forms.ShownQuestion, before: Mapping[str, str]) -> Answer:
    was = before.get(question.path, "")
    return Answer(question.label, veil(question.display) or "未填", veil(was) if was != question.display else "")


def _identity(told: Mapping[str, Any], people: Mapping[str, str]) -> str:
    method = METHODS.get(str(told.get("method")), str(told.get("method") or ""))
    outcome = OUTCOMES.get(str(told.get("outcome")), str(told.get("outcome") or ""))
    return f"{people.get(str(told.get('person_id')), '')} {method}: {outcome}".strip()


def _photo(told: Mapping[str, Any], dossier: Dossier) -> Picture:
    kind = str(told.get("kind") or "")
    caption = veil(str(told.get("caption") or "")) or FILE_KINDS.get(kind, kind)
    taken = _time(told.get("taken_at"))
    instead = "" if str(told.get("media_type") or "image/").startswith("image/") else NO_PICTURE
    return _picture(told, dossier, f"{caption} {taken}".strip(), instead)


def _signature(told: Mapping[str, Any], dossier: Dossier) -> Picture:
    caption = f"{SIGNERS.get(str(told.get('role')), '')} {told.get('signer_name') or ''}".strip()
    refused = str(told.get("refused_reason") or "")
    return _picture(told, dossier, caption, NOT_SIGNED.format(refused) if refused else "")


def _picture(told: Mapping[str, Any], dossier: Dossier, caption: str, instead: str) -> Picture:
    sha256 = str(told.get("blob") or "")
    is_missing = not sha256 or sha256 in dossier.blobs_missing
    return Picture(sha256, caption, instead or (NOT_HERE if is_missing else ""))


def _time(text: Any) -> str:
    """Write an instant on the wall clock of 北京; what is none is shown as nothing."""
    try:
        seen = moment(str(text)).astimezone(CHINA)
    except SyncError:
        return ""
    return f"{seen.year}年{seen.month}月{seen.day}日 {seen:%H:%M}"
