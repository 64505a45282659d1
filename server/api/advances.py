"""先行救助: reporting a need, approving within the cap, handing over, and completing the papers."""

from collections.abc import Callable
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from server.api.context import current_actor, now
from server.api.schemas.cases import CaseHistoryOut, CaseStateOut, ReasonIn, StepIn, TermOut
from server.api.schemas.intakes import BlobHash
from server.models.cases_advance import AdvanceAid
from server.queries import cases
from server.services.casework import advances, looks
from server.services.casework.desk import Desk
from server.transaction import at_desk, parts
from sync.records.fields import ID

blueprint = Blueprint("advances", __name__, url_prefix="/api/v1/advances", description="先行救助")


class ReportIn(Schema):
    """Somebody in need, and the sum proposed. With an id of the client's own the same need is not reported twice."""

    id = fields.String(load_default="", validate=lambda value: value == "" or ID.holds(value))
    area_code = fields.String(required=True, validate=validate.Length(equal=12))
    amount_yuan = fields.String(required=True, validate=validate.Length(1, 16))
    recipient = fields.String(required=True, validate=validate.Length(1, 200))
    cause = fields.String(required=True, validate=validate.Length(1, 500))
    household_id = fields.String(load_default="", validate=validate.Length(max=64))


class PayIn(StepIn):
    """The picture of the signed receipt."""

    receipt = BlobHash(required=True)


class SupplementIn(StepIn):
    """The application to which the papers belong, and the explanation afterwards."""

    application_id = fields.String(required=True, validate=validate.Length(1, 64))
    explanation = fields.String(required=True, validate=validate.Length(1, 4000))


class AdvanceOut(CaseStateOut):
    """An advance with who was helped and why."""

    area_code = fields.String()
    amount_fen = fields.Integer()
    recipient = fields.String()
    cause = fields.String()
    explanation = fields.String()
    paid_at = fields.AwareDateTime(allow_none=True)
    receipt = fields.String(allow_none=True)
    application_id = fields.String(allow_none=True)
    history = fields.List(fields.Nested(CaseHistoryOut))
    terms = fields.List(fields.Nested(TermOut))


def done(deed: Callable[[Desk], AdvanceAid]) -> AdvanceAid:
    """Run a deed on an advance."""
    return at_desk(current_actor(), deed, now=now())


@blueprint.post("")
@blueprint.arguments(ReportIn)
@blueprint.response(201, CaseStateOut)
def report(asked: dict[str, Any]) -> AdvanceAid:
    """Report somebody in need."""
    return done(lambda desk: advances.report(desk, **asked))


@blueprint.get("/<advance_id>")
@blueprint.response(200, AdvanceOut)
def one(advance_id: str) -> dict[str, Any]:
    """Read an advance; the look is logged."""
    warn_days = parts().settings.case_warn_days

    def read(desk: Desk) -> dict[str, Any]:
        found, told = looks.advance(desk, advance_id)
        names = ("id", "state", "version", "area_code", "amount_fen", "paid_at", "receipt", "application_id")
        return {
            **{name: getattr(found, name) for name in names},
            **told,
            "history": cases.history(desk.session, "advance_aid", found.id),
            "terms": looks.terms(desk, found, warn_days=warn_days),
        }

    return at_desk(current_actor(), read, now=now())


@blueprint.post("/<advance_id>/approval")
@blueprint.arguments(StepIn)
@blueprint.response(200, CaseStateOut)
def approve(asked: dict[str, Any], advance_id: str) -> AdvanceAid:
    """Approve within the cap; above it the need goes to the county."""
    return done(lambda desk: advances.approve(desk, advance_id, **asked))


@blueprint.post("/<advance_id>/refusal")
@blueprint.arguments(ReasonIn)
@blueprint.response(200, CaseStateOut)
def decline(asked: dict[str, Any], advance_id: str) -> AdvanceAid:
    """Decline, with the reason."""
    return done(lambda desk: advances.decline(desk, advance_id, **asked))


@blueprint.post("/<advance_id>/payment")
@blueprint.arguments(PayIn)
@blueprint.response(200, CaseStateOut)
def pay(asked: dict[str, Any], advance_id: str) -> AdvanceAid:
    """Note the hand-over with its receipt."""
    return done(lambda desk: advances.pay(desk, advance_id, **asked))


@blueprint.post("/<advance_id>/supplement")
@blueprint.arguments(SupplementIn)
@blueprint.response(200, CaseStateOut)
def supplement(asked: dict[str, Any], advance_id: str) -> AdvanceAid:
    """Complete the papers."""
    return done(lambda desk: advances.supplement(desk, advance_id, **asked))


@blueprint.post("/<advance_id>/end")
@blueprint.arguments(StepIn)
@blueprint.response(200, CaseStateOut)
def finish(asked: dict[str, Any], advance_id: str) -> AdvanceAid:
    """Close an advance whose papers are complete."""
    return done(lambda desk: advances.finish(desk, advance_id, **asked))
