"""Visits as lists and pages show them: where each stands, in words that rest on what the office acknowledged.

One visit at a time; lists of them are kept ready by `standings`.
"""

import json
from collections.abc import Mapping
from typing import Any

from field_client import amendments, drafts, households, lease, messages, overlay, receipts
from field_client.clock import CHINA
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.settings import Device
from field_client.store import Store
from sync.canonical import moment
from sync.visit_shape import blob_hashes


def line(store: Store, device: Device, visit_id: str) -> tuple[dict[str, Any], list[str]] | None:
    """Give a visit in one line of a list, without its household's words, and the files that it names.

    None for what is neither a draft nor sealed by this device.
    """
    draft = drafts.find(store, visit_id)
    if draft and not draft.is_amendment:
        return _draft_line(store, draft), blob_hashes(draft.document)
    visit = _sealed(store, visit_id)
    if visit is None or not amendments.is_own(visit, device):
        return None
    return _sealed_line(store, device, visit), _hashes(store, visit)


def named(store: Store, line: dict[str, Any]) -> dict[str, Any]:
    """Add the household's words to a line, as they are now."""
    household = overlay.one(store, "household", line["household_id"])
    brief = households.brief(store, household) if household else {}
    return line | {
        "household_number": brief.get("number", ""),
        "head": brief.get("head", ""),
        "address": brief.get("address", ""),
    }


def of_household(store: Store, device: Device, household_id: str) -> list[dict[str, Any]]:
    """List the sealed visits to a household, whoever made them, the newest first."""
    sealed = overlay.all_of(store, "visit", household_id=household_id)
    lines = [named(store, _sealed_line(store, device, visit)) for visit in sealed]
    return sorted(lines, key=lambda line: (line["started_at"], line["id"]), reverse=True)


def show(store: Store, device: Device, visit_id: str) -> dict[str, Any]:
    """Give all of a visit: its line, its document, its amendments, its photos' progress, what the reviewer pinned.

    Raises FieldError("visit.unknown", "lease.over") when it is no draft and the lease is over.
    """
    draft = drafts.find(store, visit_id)
    if draft and not draft.is_amendment:
        line = named(store, _draft_line(store, draft))
        return line | {"document": draft.document, "photos": _photos(store, [draft.document])}
    if draft is None:
        lease.require(store)
    visit_id = draft.visit_id if draft else visit_id
    visit = _sealed(store, visit_id)
    if visit is None:
        raise FieldError("visit.unknown")
    sealed = amendments.sealed(store, visit_id)
    review = amendments.last_review(store, visit_id)
    return named(store, _sealed_line(store, device, visit)) | {
        "document": dict(visit.fields),
        "amendments": [{"id": one.id, **one.fields} for one in sealed],
        "amendment_draft": draft.document if draft else None,
        "photos": _photos(store, [visit.fields, *(one.fields for one in sealed), *([draft.document] if draft else [])]),
        "review": {"id": review.id, **review.fields} if review else None,
        "comments": amendments.comments(store, visit_id),
    }


def _sealed(store: Store, visit_id: str) -> Seen | None:
    """Find a sealed visit; one that the office refused is in no row, but must not vanish."""
    visit = overlay.one(store, "visit", visit_id)
    if visit is not None:
        return visit
    refused = store.rows(
        "SELECT bucket, fields FROM outbox WHERE type = 'visit' AND id = ? AND outcome = 'refused'", visit_id
    )
    return Seen("visit", visit_id, refused[0]["bucket"], json.loads(refused[0]["fields"])) if refused else None


def _draft_line(store: Store, draft: Draft) -> dict[str, Any]:
    document = draft.document
    return {
        "id": draft.id,
        "household_id": document["household_id"],
        "kind": document["kind"],
        "started_at": document["started_at"],
        "updated_at": draft.updated_at,
        "sealed_at": "",
        "state": "draft",
        "state_text": messages.STATES["draft"],
        "reason": "",
        "is_returned": False,
        "invalid_count": _invalid_count(store, draft),
        "blobs_total": len(blob_hashes(document)),
        "blobs_sent": 0,
    }


def _invalid_count(store: Store, draft: Draft) -> int | None:
    """Count the answers that the form does not take, as it stood when the draft was saved; None where it cannot be read."""
    saved_on = moment(draft.updated_at).astimezone(CHINA).date()
    try:
        sections = amendments.filling(store, draft, saved_on).sections()
    except FieldError:
        return None
    return sum(section.invalid_count for section in sections if section.relevant)


def _hashes(store: Store, visit: Seen) -> list[str]:
    """Name the files of a visit and of its amendments, each once."""
    documents = [visit, *amendments.sealed(store, visit.id)]
    return list(dict.fromkeys(sha for one in documents for sha in blob_hashes(one.fields)))


def _sealed_line(store: Store, device: Device, visit: Seen) -> dict[str, Any]:
    hashes = _hashes(store, visit)
    blobs = _blob_rows(store, hashes)
    waiting = {row["sha256"] for row in blobs if row["state"] != "sent"}
    sent = len(hashes) - len(waiting)
    state, reason = _state(store, device, visit, waiting, blobs)
    return {
        "id": visit.id,
        "household_id": str(visit.fields.get("household_id")),
        "kind": visit.fields.get("kind") or "",
        "started_at": visit.fields.get("started_at") or "",
        "updated_at": visit.fields.get("sealed_at") or "",
        "sealed_at": visit.fields.get("sealed_at") or "",
        "state": state,
        "state_text": messages.STATES[state].format(sent=sent, total=len(hashes)),
        "reason": reason,
        "is_returned": amendments.is_returned(store, visit.id),
        "blobs_total": len(hashes),
        "blobs_sent": sent,
    }


def _state(
    store: Store, device: Device, visit: Seen, waiting: set[str], blobs: list[dict[str, Any]]
) -> tuple[str, str]:
    """Say where a sealed visit stands, and why where something is wrong."""
    ids = [visit.id, *_amendment_ids(store, visit.id)]
    trouble = _trouble(store, ids)
    if trouble:
        return "trouble", trouble
    draft = drafts.find(store, visit.id)
    if draft:
        return "amending", ""
    if any(one.pending for one in [visit, *amendments.sealed(store, visit.id)]):
        return "waiting", ""
    aside = next((row["reason"] for row in blobs if row["state"] == "waiting" and row["reason"]), "")
    if aside:
        return "trouble", messages.text(aside)
    if waiting:
        return "uploading", ""
    if amendments.is_returned(store, visit.id):
        review = amendments.last_review(store, visit.id)
        return "returned", str(review.fields.get("reason") or "") if review else ""
    if visit.fields.get("review_state") == "approved":
        return "approved", ""
    receipt = receipts.newest(store, visit.id)
    current = amendments.revision(store, visit.id)
    is_receipted = receipt and receipt.fields.get("revision") == current and receipts.holds(receipt, device)
    return ("receipted" if is_receipted else "received"), ""


def _amendment_ids(store: Store, visit_id: str) -> list[str]:
    rows = store.rows(
        "SELECT id FROM outbox WHERE type = 'amendment' AND json_extract(fields, '$.visit_id') = ?", visit_id
    )
    return [row["id"] for row in rows]


def _trouble(store: Store, ids: list[str]) -> str:
    for id in ids:
        result = store.value(
            "SELECT result FROM outbox WHERE type IN ('visit', 'amendment') AND id = ? AND outcome = 'refused'"
            " ORDER BY n DESC LIMIT 1",
            id,
        )
        if result:
            problem: Mapping[str, Any] = json.loads(result).get("problem") or {}
            words = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
            return "：".join(words) or messages.text("outcome.refused")
    return ""


def _blob_rows(store: Store, hashes: list[str]) -> list[dict[str, Any]]:
    return store.rows(
        "SELECT sha256, kind, size, state, offset, resumed, tries, reason FROM blobs"
        " WHERE sha256 IN (SELECT value FROM json_each(?)) ORDER BY rowid",
        json.dumps(hashes),
    )


def _photos(store: Store, documents: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return _blob_rows(store, [sha for document in documents for sha in blob_hashes(document)])
