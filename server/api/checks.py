"""Checks of means as the check centre works on them: what was asked for, and the answer."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from server.api.context import current_actor, now
from server.api.schemas.cases import CheckOut
from server.models.cases_inquiry import CheckRequest
from server.services.casework import inquiry, looks
from server.transaction import at_desk

blueprint = Blueprint("checks", __name__, url_prefix="/api/v1/checks", description="经济状况核对")


class LimitIn(Schema):
    """How many rows."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class AnswerIn(Schema):
    """What the check found, and until when it holds."""

    result = fields.String(required=True, validate=validate.OneOf(("clear", "negative")))
    detail = fields.String(load_default="", validate=validate.Length(max=4000))
    valid_to = fields.Date(required=True)


@blueprint.get("")
@blueprint.arguments(LimitIn, location="query")
@blueprint.response(200, CheckOut(many=True))
def waiting(asked: dict[str, int]) -> Sequence[CheckRequest]:
    """List the checks that wait for their answer; the look is logged."""
    return at_desk(current_actor(), lambda desk: looks.checks(desk, limit=asked["limit"]), now=now())


@blueprint.post("/<check_id>/answer")
@blueprint.arguments(AnswerIn)
@blueprint.response(200, CheckOut)
def answer(asked: dict[str, Any], check_id: str) -> CheckRequest:
    """Note what a check found."""
    return at_desk(current_actor(), lambda desk: inquiry.answer(desk, check_id, **asked), now=now())
