"""What is added to a sealed visit later: an amendment of its own, with its own seal, after a return or by itself.

The visit stays as it was; the amendment holds only what is new. Sealing is left to `sealing`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from field_client import drafts, overlay, survey
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.filling import Filling
from field_client.overlay import Seen
from field_client.settings import Device
from field_client.store import Store

FIRST_REVISION = 1  # The sealed visit itself; each amendment is one more.
RETURNED = "returned"


def open_draft(store: Store, clock: Clock, device: Device, visit_id: str) -> Draft:
    """Open an amendment of a visit of ours, or give the one that is open; the pinned comments are in `comments`.

    Raises FieldError("visit.not_sealed", "visit.unknown", "visit.not_own").
    """
    found = drafts.find(store, visit_id)
    if found and found.is_amendment:
        return found
    if found:
        raise FieldError("visit.not_sealed")
    visit = overlay.one(store, "visit", visit_id)
    if visit is None:
        raise FieldError("visit.unknown")
    if not is_own(visit, device):
        raise FieldError("visit.not_own")
    document = {
        "visit_id": visit_id,
        "household_id": visit.fields["household_id"],
        "participants": visit.fields["participants"],
        "revision": revision(store, visit_id) + 1,
        "reason": "",
        "answers": {},
        "evidence": [],
        "signatures": [],
    }
    draft = Draft(drafts.fresh_id(clock), visit_id, visit.bucket, document)
    drafts.save(store, clock, draft)
    return draft


def fields(draft: Draft) -> dict[str, Any]:
    """Give what an amendment's record holds of its draft."""
    named = ("visit_id", "revision", "reason", "answers", "evidence", "signatures")
    return {name: draft.document[name] for name in named}


def filling(store: Store, draft: Draft, today: date, language: str = "") -> Filling:
    """Give a draft's form with the answers as they stand: an amendment's are laid over those before it."""
    visit = _visit(store, draft).fields if draft.is_amendment else draft.document
    laid = answers_of(store, draft.visit_id) | draft.document["answers"] if draft.is_amendment else visit["answers"]
    answers = {path: answer for path, answer in laid.items() if answer is not None}
    definition = survey.definition(store, visit["form"])
    return Filling(definition, answers, today, visit.get("facts") or {}, language, draft.id)


def keep(store: Store, draft: Draft, answers: Mapping[str, Any]) -> None:
    """Put answers into a draft's document: all of them, or for an amendment what differs from before, None where withdrawn."""
    if not draft.is_amendment:
        draft.document["answers"] = dict(answers)
        return
    draft.document["answers"] = differing(answers_of(store, draft.visit_id), answers)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Give every answer that is not as before, None where there is none now."""
    return {path: after.get(path) for path in sorted({*before, *after}) if before.get(path) != after.get(path)}


def answers_of(store: Store, visit_id: str) -> dict[str, Any]:
    """Give a sealed visit's answers: as sealed, and amended since. Raises FieldError("visit.unknown")."""
    visit = overlay.one(store, "visit", visit_id)
    if visit is None:
        raise FieldError("visit.unknown")
    laid = dict(visit.fields.get("answers") or {})  # What another release wrote, or was refused, may have none.
    for amendment in sealed(store, visit_id):
        laid |= amendment.fields.get("answers") or {}
    return {path: answer for path, answer in laid.items() if answer is not None}


def _visit(store: Store, draft: Draft) -> Seen:
    visit = overlay.one(store, "visit", draft.visit_id)
    if visit is None:
        raise FieldError("visit.unknown")
    return visit


def sealed(store: Store, visit_id: str) -> list[Seen]:
    """List a visit's sealed amendments in order."""
    found = overlay.all_of(store, "amendment", visit_id=visit_id)
    return sorted(found, key=lambda one: one.fields.get("revision", 0))


def revision(store: Store, visit_id: str) -> int:
    """Give the newest revision of a visit."""
    return max(FIRST_REVISION, *(int(one.fields.get("revision", 0)) for one in sealed(store, visit_id)), 0)


def last_review(store: Store, visit_id: str) -> Seen | None:
    """Give the newest review of a visit."""
    found = overlay.all_of(store, "review", visit_id=visit_id)
    return max(
        found, key=lambda one: (one.fields.get("revision", 0), one.fields.get("decided_at", ""), one.id), default=None
    )


def is_returned(store: Store, visit_id: str) -> bool:
    """Tell whether a return waits for an answer: the newest revision was returned."""
    review = last_review(store, visit_id)
    return bool(
        review
        and review.fields.get("verdict") == RETURNED
        and review.fields.get("revision", FIRST_REVISION) >= revision(store, visit_id)
    )


def comments(store: Store, visit_id: str) -> list[dict[str, Any]]:
    """Give what the reviewer pinned with the last return."""
    review = last_review(store, visit_id)
    return list(review.fields.get("comments") or []) if review and review.fields.get("verdict") == RETURNED else []


def is_own(visit: Seen, device: Device) -> bool:
    """Tell whether this device sealed a visit."""
    return bool((visit.fields.get("seal") or {}).get("device_id") == device.device_id)
