"""Leads: a report of somebody in need arrives, is given to somebody who looks into it, and its result goes back.

The reporter and whoever is sent read the handling on their devices, for it is part of the record (社会救助法 art. 39).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.adapters.blobs import BlobStore
from server.domain.errors import InputInvalid, NotAllowed, NotFound, ReasonMissing, Stale, StepNotAllowed
from server.domain.permissions import Actor, may
from server.models.blob import Blob
from server.models.device import Device
from server.queries import leads, visits
from server.services import audit
from server.services.changes import Ledger
from server.services.photos import Photo
from server.services.staged import office
from server.services.visits import note_blobs, seal_verdict
from sync.canonical import instant

FILED, DISPATCHED, CLOSED = leads.STATES
FIRST_REVISION = 1
LONGEST = 2000  # characters of a note or a result


def arrive(
    ledger: Ledger, device: Device, lead_id: str, fields: Mapping[str, Any], *, in_order: bool | None
) -> dict[str, Any]:
    """Take a lead in. Gives the office's fields for it; one whose seal does not hold is kept, and told so."""
    note_blobs(ledger, lead_id, FIRST_REVISION, fields)
    return {"review_state": FILED, "verdict": seal_verdict(device, fields, in_order)}


def look(ledger: Ledger, actor: Actor, lead_id: str, *, now: datetime) -> leads.Report:
    """Read a lead whole; the look is logged. Raises NotFound also when it lies outside of the actor's area."""
    found = leads.report(ledger.session, ledger.vault, lead_id, visible_to=actor)
    audit.record(ledger.session, actor, "lead.read", "lead", lead_id, now=now, purpose="lead")
    return found


def listed(
    ledger: Ledger, actor: Actor, *, state: str, limit: int, after: leads.Key | None, now: datetime
) -> list[leads.Report]:
    """Read a page of leads; the look is logged."""
    rows = leads.page(ledger.session, ledger.vault, actor, state=state, limit=limit, after=after)
    audit.record(ledger.session, actor, "lead.list", "queue", state, now=now, purpose="lead", rows=len(rows))
    return list(rows)


def dispatch(
    ledger: Ledger, actor: Actor, lead_id: str, *, assignee_id: str, note: str, seen: str, now: datetime
) -> None:
    """Give a lead to somebody who looks into it, or to somebody else than before.

    Raises NotFound, NotAllowed, Stale when somebody handled it meanwhile, StepNotAllowed for a closed one, InputInvalid
    for somebody whose devices may not hold its village.
    """
    report = _open(ledger, actor, lead_id, seen)
    names = dict(leads.who_may_go(ledger.session, report.lead.bucket, now=now))
    if assignee_id not in names:
        raise InputInvalid("请选择要派的人", fields=["assignee"])
    told = {"assignee_id": assignee_id, "assignee_name": names[assignee_id], "note": _text(note)}
    _handle(ledger, actor, lead_id, DISPATCHED, {**told, "dispatched_at": instant(now)}, now=now)


def close(ledger: Ledger, actor: Actor, lead_id: str, *, result: str, seen: str, now: datetime) -> None:
    """Close a lead with the result that its reporter reads. Raises as `dispatch`, and ReasonMissing without a result."""
    report = _open(ledger, actor, lead_id, seen)
    if not result.strip():
        raise ReasonMissing("请写明处理结果, 会告诉报告人")
    told = {**report.handling, "result": _text(result), "closed_at": instant(now)}
    _handle(ledger, actor, lead_id, CLOSED, told, now=now)


def open_photo(
    ledger: Ledger, blobs: BlobStore, actor: Actor, lead_id: str, sha256: str, *, now: datetime
) -> Photo | None:
    """Open a photo of a lead, or answer None while its bytes have not come. Raises NotFound for what is not shown."""
    leads.get(ledger.session, lead_id, visible_to=actor)
    if not visits.has_blob(ledger.session, lead_id, sha256):
        raise NotFound("这条线索没有这张照片")
    blob = ledger.session.get(Blob, sha256)
    if blob is None:
        return None
    audit.record(ledger.session, actor, "photo.read", "lead", lead_id, now=now, purpose="lead")
    return Photo(blobs, sha256, blob.media_type)


def _open(ledger: Ledger, actor: Actor, lead_id: str, seen: str) -> leads.Report:
    report = leads.report(ledger.session, ledger.vault, lead_id, visible_to=actor)
    if not may(actor, "lead.handle", report.lead.bucket):
        raise NotAllowed
    if report.lead.review_state == CLOSED:
        raise StepNotAllowed("这条线索已经办结")
    if report.etag != seen:
        raise Stale("别人刚处理过这条线索, 请看过最新的内容再办")
    return report


def _handle(ledger: Ledger, actor: Actor, lead_id: str, state: str, told: dict[str, Any], *, now: datetime) -> None:
    handling = {**told, "at": instant(now), "by": actor.display_name}
    ledger.update("lead", lead_id, {"review_state": state, "handling": handling}, office(now, actor.staff_id))
    audit.record(ledger.session, actor, f"lead.{state}", "lead", lead_id, now=now)


def _text(typed: str) -> str:
    if len(typed.strip()) > LONGEST:
        raise InputInvalid(f"不要超过 {LONGEST} 个字")
    return typed.strip()
