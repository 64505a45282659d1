"""Conflicts, proposals and possible duplicates: what waits, one whole, and the decision."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from server.api import cursors
from server.api.context import current_actor, now
from server.api.schemas.conflicts import (
    ConflictDecisionIn,
    ConflictDecisionOut,
    ConflictOut,
    ConflictPageOut,
    ConflictsIn,
)
from server.domain.errors import InputInvalid
from server.queries import held as waiting
from server.services import conflicts, held
from server.services.changes import Ledger
from server.transaction import reading, transact
from sync.canonical import instant

blueprint = Blueprint("conflicts", __name__, url_prefix="/api/v1/conflicts", description="冲突与提议")


@blueprint.get("")
@blueprint.arguments(ConflictsIn, location="query")
@blueprint.response(200, ConflictPageOut)
def page(asked: dict[str, Any]) -> dict[str, Any]:
    """List what waits, longest first, or what was decided, newest first; the look is logged."""
    actor = current_actor()
    after = cursors.unpack_moment(asked["cursor"])
    chosen = {name: asked[name] for name in ("state", "kind", "area", "limit")}
    rows = transact(lambda ledger: conflicts.listed(ledger, actor, **chosen, after=after, now=now()))
    last = rows[-1].held if len(rows) == asked["limit"] else None
    return {
        "items": [_row(row) for row in rows],
        "counts": waiting.counts(reading(), actor),
        "cursor": cursors.pack(instant(last.at), last.id) if last else None,
    }


@blueprint.get("/<held_id>")
@blueprint.response(200, ConflictOut)
def one(held_id: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Read one whole; the look is logged. Its ETag is what a decision must bring back."""
    actor = current_actor()
    found, etag = transact(lambda ledger: _whole(ledger, conflicts.show(ledger, actor, held_id, now=now())))
    return found, 200, {"ETag": f'"{etag}"'}


@blueprint.post("/<held_id>/decision")
@blueprint.arguments(ConflictDecisionIn)
@blueprint.response(201, ConflictDecisionOut)
def decide(asked: dict[str, Any], held_id: str) -> dict[str, str]:
    """Accept, refuse, or undo a merge, with a reason, on what was seen (`If-Match`); whoever comes second gets 412."""
    actor = current_actor()
    seen = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not seen:
        raise InputInvalid("请带上所看内容的 ETag", fields=["If-Match"])
    row = transact(lambda ledger: conflicts.decide(ledger, actor, held_id, **asked, seen=seen, now=now()))
    return {"id": held_id, "state": conflicts.state_of(row)}


def _row(row: waiting.Row) -> dict[str, Any]:
    one = row.held
    return {
        "id": one.id,
        "kind": one.kind,
        "state": conflicts.state_of(one),
        "type": one.type,
        "record_id": one.record_id,
        "other_id": one.other_id,
        "field": one.field,
        "area_code": row.area_code,
        "staff_id": one.staff_id,
        "staff_name": row.staff_name,
        "held_at": instant(one.at),
        "decided_at": instant(one.decided_at) if one.decided_at else None,
    }


def _whole(ledger: Ledger, matter: conflicts.Matter) -> tuple[dict[str, Any], str]:
    stands, offered = matter.shown()
    decision = matter.held.decision or {}
    may_decide = matter.state == "open" and conflicts.why_not(ledger, current_actor(), matter) is None
    found = {
        "stands": stands,
        "offered": offered,
        "original": held.masked(matter.held, matter.values["original"]) if matter.persons is None else None,
        "evidence": matter.values.get("evidence"),
        "may_decide": may_decide,
        "reason": decision.get("reason"),
        "decided_by": decision.get("name"),
    }
    return {**_row(matter.row), **found}, matter.etag
