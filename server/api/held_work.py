"""Work that waits whole for the office's word: reading it, taking it in, leaving it out."""

from typing import Any

from flask_smorest import Blueprint

from server.api.context import current_actor, now
from server.api.schemas.held_work import DecidedOut, DecisionIn, HeldWorkOut, HeldWorkRowOut
from server.models.held_work import HeldWork
from server.services import acceptance, held_work
from server.services.changes import Ledger
from server.transaction import parts, reading, transact

blueprint = Blueprint("held_work", __name__, url_prefix="/api/v1/held-work", description="待确认的外勤工作")


@blueprint.get("")
@blueprint.response(200, HeldWorkRowOut(many=True))
def waiting() -> list[HeldWork]:
    """List what waits in the asker's area, oldest first."""
    return list(held_work.waiting(reading(), current_actor()))


@blueprint.get("/<held_id>")
@blueprint.response(200, HeldWorkOut)
def one(held_id: str) -> dict[str, Any]:
    """Read one with its content; the look is logged."""
    actor = current_actor()
    row, content = transact(lambda ledger: held_work.show(ledger.session, parts().vault, actor, held_id, now=now()))
    return {**{name: getattr(row, name) for name in HeldWorkRowOut().fields}, "content": content}


@blueprint.post("/<held_id>/decision")
@blueprint.arguments(DecisionIn)
@blueprint.response(200, DecidedOut)
def decide(asked: dict[str, str], held_id: str) -> dict[str, Any]:
    """Take a piece of work in, with all checks but the worker's right, or leave it out; either with a reason."""
    actor, reason = current_actor(), asked["reason"]

    def deed(ledger: Ledger) -> dict[str, Any]:
        if asked["decision"] == held_work.DECLINED:
            held_work.decline(ledger, actor, held_id, reason=reason, now=now())
            return {"decision": held_work.DECLINED, "outcome": ""}
        result = acceptance.accept(ledger, actor, held_id, reason=reason, now=now())
        return {"decision": held_work.ACCEPTED, "outcome": result.outcome}

    return transact(deed)
