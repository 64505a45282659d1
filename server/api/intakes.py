"""一门受理: one intake for all programmes, what was signed for it, the question about kin, and handing it in."""

from typing import Any

from flask_smorest import Blueprint

from server.api.context import current_actor, now
from server.api.schemas.intakes import IntakeIn, IntakeOut, KinshipIn, SignaturesIn, SubmittedOut
from server.services.casework import intake
from server.transaction import at_desk

blueprint = Blueprint("intakes", __name__, url_prefix="/api/v1/intakes", description="一门受理")


@blueprint.post("")
@blueprint.arguments(IntakeIn)
@blueprint.response(201, IntakeOut)
def take_in(asked: dict[str, Any]) -> intake.Opened:
    """Open an intake, and a draft application for each programme."""
    return at_desk(current_actor(), lambda desk: intake.take_in(desk, **asked), now=now())


@blueprint.post("/<intake_id>/signatures")
@blueprint.arguments(SignaturesIn)
@blueprint.response(204)
def sign(asked: dict[str, Any], intake_id: str) -> None:
    """Note entrustment, declaration, pledge and authorisations, each by its uploaded picture."""
    at_desk(current_actor(), lambda desk: intake.sign(desk, intake_id, **asked), now=now())


@blueprint.post("/<intake_id>/kinship")
@blueprint.arguments(KinshipIn)
@blueprint.response(204)
def disclose_kin(asked: dict[str, Any], intake_id: str) -> None:
    """Answer the question about close kin of staff (近亲属备案)."""
    at_desk(current_actor(), lambda desk: intake.disclose_kin(desk, intake_id, **asked), now=now())


@blueprint.post("/<intake_id>/submission")
@blueprint.response(200, SubmittedOut)
def submit(intake_id: str) -> dict[str, Any]:
    """Hand in all of an intake's drafts."""
    return {"applications": at_desk(current_actor(), lambda desk: intake.submit(desk, intake_id), now=now())}
