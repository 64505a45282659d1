"""Visits as lists and pages show them: where each stands, in words that rest on what the office acknowledged."""

import json
from collections.abc import Mapping
from typing import Any

from field_client import amendments, drafts, households, lease, messages, overlay, receipts
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.settings import Device
from field_client.store import Store
from sync.visit_shape import blob_hashes


def all_visits(store: Store, device: Device, *, returned_only: bool = False) -> list[dict[str, Any]]:
    """List the drafts and the visits that this device sealed, the newest first; or only those that were returned."""
    lines = [_draft_line(store, draft) for draft in drafts.all_drafts(store) if not draft.is_amendment]
    lines += [_sealed_line(store, device, visit) for visit in _own_visits(store, device)]
    chosen = [line for line in lines if line["is_returned"]] if returned_only else lines
    return sorted(chosen, key=lambda line: (line["started_at"], line["id"]), reverse=True)


def show(store: Store, device: Device, visit_id: str) -> dict[str, Any]:
    """Give all of a visit: its line, its document, its amendments, its photos' progress, what the reviewer pinned.

    Raises FieldError("visit.unknown", "lease.over") when it is no draft and the lease is over.
    """
    draft = drafts.find(store, visit_id)
    if draft and not draft.is_amendment:
        return _draft_line(store, draft) | {"document": draft.document, "photos": _photos(store, [draft.document])}
    if draft is None:
        lease.require(store)
    visit_id = draft.visit_id if draft else visit_id
    visit = next((one for one in _own_visits(store, device) if one.id == visit_id), None)
    visit = visit or overlay.one(store, "visit", visit_id)
    if visit is None:
        raise FieldError("visit.unknown")
    sealed = amendments.sealed(store, visit_id)
    review = amendments.last_review(store, visit_id)
    return _sealed_line(store, device, visit) | {
        "document": dict(visit.fields),
        "amendments": [{"id": one.id, **one.fields} for one in sealed],
        "amendment_draft": draft.document if draft else None,
        "photos": _photos(store, [visit.fields, *(one.fields for one in sealed), *([draft.document] if draft else [])]),
        "review": {"id": review.id, **review.fields} if review else None,
        "comments": amendments.comments(store, visit_id),
    }


def _own_visits(store: Store, device: Device) -> list[Seen]:
    """List the sealed visits of this device; one that the office refused is in no row, but must not vanish."""
    seen = [visit for visit in overlay.all_of(store, "visit") if amendments.is_own(visit, device)]
    known = {visit.id for visit in seen}
    refused = store.rows("SELECT id, bucket, fields FROM outbox WHERE type = 'visit' AND outcome = 'refused'")
    lost = [
        Seen("visit", one["id"], one["bucket"], json.loads(one["fields"])) for one in refused if one["id"] not in known
    ]
    return seen + lost


def _draft_line(store: Store, draft: Draft) -> dict[str, Any]:
    document = draft.document
    return {
        "id": draft.id,
        **_household(store, document["household_id"]),
        "kind": document["kind"],
        "started_at": document["started_at"],
        "updated_at": draft.updated_at,
        "sealed_at": "",
        "state": "draft",
        "state_text": messages.STATES["draft"],
        "reason": "",
        "is_returned": False,
        "blobs_total": len(blob_hashes(document)),
        "blobs_sent": 0,
    }


def _sealed_line(store: Store, device: Device, visit: Seen) -> dict[str, Any]:
    sealed = amendments.sealed(store, visit.id)
    hashes = list(dict.fromkeys(sha for one in [visit, *sealed] for sha in blob_hashes(one.fields)))
    blobs = _blob_rows(store, hashes)
    waiting = {row["sha256"] for row in blobs if row["state"] != "sent"}
    sent = len(hashes) - len(waiting)
    state, reason = _state(store, device, visit, sealed, waiting, blobs)
    return {
        "id": visit.id,
        **_household(store, str(visit.fields.get("household_id"))),
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
    store: Store,
    device: Device,
    visit: Seen,
    sealed: list[Seen],
    waiting: set[str],
    blobs: list[dict[str, Any]],
) -> tuple[str, str]:
    """Say where a sealed visit stands, and why where something is wrong."""
    ids = [visit.id, *_amendment_ids(store, visit.id)]
    trouble = _trouble(store, ids)
    if trouble:
        return "trouble", trouble
    draft = drafts.find(store, visit.id)
    if draft:
        return "amending", ""
    if any(one.pending for one in [visit, *sealed]):
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
            "SELECT result FROM outbox WHERE id = ? AND outcome = 'refused' ORDER BY n DESC LIMIT 1", id
        )
        if result:
            problem: Mapping[str, Any] = json.loads(result).get("problem") or {}
            words = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
            return "：".join(words) or messages.text("outcome.refused")
    return ""


def _household(store: Store, household_id: str) -> dict[str, Any]:
    household = overlay.one(store, "household", household_id)
    line = households.brief(store, household) if household else {}
    return {
        "household_id": household_id,
        "household_number": line.get("number", ""),
        "head": line.get("head", ""),
        "address": line.get("address", ""),
    }


def _blob_rows(store: Store, hashes: list[str]) -> list[dict[str, Any]]:
    return store.rows(
        "SELECT sha256, kind, size, state, offset, resumed, tries, reason FROM blobs"
        " WHERE sha256 IN (SELECT value FROM json_each(?)) ORDER BY rowid",
        json.dumps(hashes),
    )


def _photos(store: Store, documents: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return _blob_rows(store, [sha for document in documents for sha in blob_hashes(document)])
