"""Decisions on applications: taking up, confirming, refusing, returning, announcing, serving."""

from typing import Any

from flask_smorest import Blueprint

from server.api.schemas import cases as schemas
from server.api.stepping import stepped
from server.models.cases import Application
from server.services.casework import decisions, notices

blueprint = Blueprint("case_decisions", __name__, url_prefix="/api/v1/applications", description="审核确认")


@blueprint.post("/<application_id>/county")
@blueprint.arguments(schemas.StepIn)
@blueprint.response(200, schemas.CaseStateOut)
def receive(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Take a forwarded application up at the county."""
    return stepped(Application, application_id, lambda desk: decisions.receive(desk, application_id, **asked))


@blueprint.post("/<application_id>/urgent")
@blueprint.arguments(schemas.UrgentIn)
@blueprint.response(200, schemas.CaseStateOut)
def decide_urgently(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Bring emergency aid to the decision at once."""
    return stepped(Application, application_id, lambda desk: decisions.decide_urgently(desk, application_id, **asked))


@blueprint.post("/<application_id>/confirmation")
@blueprint.arguments(schemas.ConfirmIn)
@blueprint.response(200, schemas.CaseStateOut)
def confirm(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Confirm an application; the aid is due from the next month."""
    return stepped(Application, application_id, lambda desk: decisions.confirm(desk, application_id, **asked))


@blueprint.post("/<application_id>/refusal")
@blueprint.arguments(schemas.RefuseIn)
@blueprint.response(200, schemas.CaseStateOut)
def refuse(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Refuse an application with written reasons."""
    return stepped(Application, application_id, lambda desk: decisions.refuse(desk, application_id, **asked))


@blueprint.post("/<application_id>/return")
@blueprint.arguments(schemas.ReasonIn)
@blueprint.response(200, schemas.CaseStateOut)
def send_back(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Return an application to the township."""
    return stepped(Application, application_id, lambda desk: decisions.send_back(desk, application_id, **asked))


@blueprint.post("/<application_id>/resumption")
@blueprint.arguments(schemas.StepIn)
@blueprint.response(200, schemas.CaseStateOut)
def resume(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Go on with an application that was returned."""
    return stepped(Application, application_id, lambda desk: decisions.resume(desk, application_id, **asked))


@blueprint.post("/<application_id>/announcement")
@blueprint.arguments(schemas.PostIn)
@blueprint.response(200, schemas.CaseStateOut)
def announce(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Announce a confirmed application in the village (公布)."""
    return stepped(Application, application_id, lambda desk: notices.announce(desk, application_id, **asked))


@blueprint.post("/<application_id>/service")
@blueprint.arguments(schemas.ServeIn)
@blueprint.response(200, schemas.CaseStateOut)
def serve(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Serve a refusal in writing."""
    return stepped(Application, application_id, lambda desk: decisions.serve(desk, application_id, **asked))
