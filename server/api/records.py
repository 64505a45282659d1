"""The register's records, whatever their type: their history, and their removal with a reason."""

from typing import Any

from flask_smorest import Blueprint

from server.api.context import current_actor, now
from server.api.schemas.records import HistoryIn, HistoryOut, RemovalIn, RemovalOut
from server.services import history, removals
from server.transaction import transact
from sync.canonical import instant

blueprint = Blueprint("records", __name__, url_prefix="/api/v1/register", description="名册: 变更记录和移除")


@blueprint.get("/<record_type>/<record_id>/history")
@blueprint.arguments(HistoryIn, location="query")
@blueprint.response(200, HistoryOut)
def past(asked: dict[str, int], record_type: str, record_id: str) -> dict[str, Any]:
    """Tell who changed what, when, from what to what, and what lost and why; the look is logged."""
    actor = current_actor()
    steps = transact(lambda ledger: history.of(ledger, actor, record_type, record_id, limit=asked["limit"], now=now()))
    return {"items": [_step(step) for step in steps]}


@blueprint.post("/<record_type>/<record_id>/removal")
@blueprint.arguments(RemovalIn)
@blueprint.response(201, RemovalOut)
def remove(asked: dict[str, str], record_type: str, record_id: str) -> dict[str, str]:
    """Remove a household, a person or a membership; its values stay in the history."""
    actor = current_actor()
    transact(lambda ledger: removals.remove(ledger, actor, record_type, record_id, reason=asked["reason"], now=now()))
    return {"id": record_id, "type": record_type}


def _step(step: history.Step) -> dict[str, Any]:
    return {
        **{name: value for name, value in vars(step).items() if name not in ("at", "changes", "lost", "moved")},
        "at": instant(step.at),
        "changes": [{"field": name, "before": before, "after": after} for name, before, after in step.changes],
        "lost": [{"field": name, "value": value} for name, value in step.lost],
        "moved_from": step.moved[0] if step.moved else None,
        "moved_to": step.moved[1] if step.moved else None,
    }
