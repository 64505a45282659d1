"""What is added to a sealed visit later: an amendment of its own, with its own seal, after a return or by itself.

The visit stays as it was; the amendment holds only what is new. Sealing is left to `sealing`.
"""

from typing import Any

from field_client import drafts, overlay
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
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


def form_and_answers(store: Store, draft: Draft) -> tuple[dict[str, str], dict[str, Any]]:
    """Give a draft's form, and the answers as they stand with it: an amendment's are laid over those before it."""
    if not draft.is_amendment:
        return draft.document["form"], draft.document["answers"]
    laid = answers_before(store, draft) | draft.document["answers"]
    return _visit(store, draft).fields["form"], {path: answer for path, answer in laid.items() if answer is not None}


def answers_before(store: Store, draft: Draft) -> dict[str, Any]:
    """Give a visit's answers as they stood before an amendment: as sealed, and amended since."""
    laid = dict(_visit(store, draft).fields["answers"])
    for amendment in sealed(store, draft.visit_id):
        laid |= amendment.fields["answers"]
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
