"""Checks of means: sent to the sources, collected, looked at, put in doubt, concluded."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from server import inquiring
from server.api.context import current_actor, now
from server.api.schemas.checks import (
    AnswerIn,
    CheckFileOut,
    CheckOut,
    CheckSummaryOut,
    DisputeOut,
    DoubtIn,
    InquiryRoundOut,
    LimitIn,
)
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckDispute
from server.services.casework import inquiry
from server.services.checks import disputes, looks
from server.transaction import at_desk

blueprint = Blueprint("checks", __name__, url_prefix="/api/v1/checks", description="经济状况核对")


@blueprint.get("")
@blueprint.arguments(LimitIn, location="query")
@blueprint.response(200, CheckOut(many=True))
def waiting(asked: dict[str, int]) -> Sequence[CheckRequest]:
    """List the checks that wait for their conclusion."""
    return at_desk(current_actor(), lambda desk: looks.listed(desk, limit=asked["limit"]), now=now())


@blueprint.get("/<check_id>")
@blueprint.response(200, CheckFileOut)
def detail(check_id: str) -> looks.CheckFile:
    """Open a check with all that the sources said; the look is logged with its purpose."""
    return at_desk(current_actor(), lambda desk: looks.detail(desk, check_id), now=now())


@blueprint.get("/<check_id>/summary")
@blueprint.response(200, CheckSummaryOut)
def summary(check_id: str) -> looks.Summary:
    """Give what the applicant is told of a check."""
    return at_desk(current_actor(), lambda desk: looks.summary(desk, check_id), now=now())


@blueprint.post("/<check_id>/queries")
@blueprint.response(200, InquiryRoundOut)
def send(check_id: str) -> inquiring.Round:
    """Send a check to every source that its authorisations and the law allow; again is harmless."""
    return inquiring.send(current_actor(), check_id)


@blueprint.post("/<check_id>/answer")
@blueprint.arguments(AnswerIn)
@blueprint.response(200, CheckOut)
def answer(asked: dict[str, Any], check_id: str) -> CheckRequest:
    """Conclude a check."""
    return at_desk(current_actor(), lambda desk: inquiry.answer(desk, check_id, **asked), now=now())


@blueprint.post("/reports/<report_id>/disputes")
@blueprint.arguments(DoubtIn)
@blueprint.response(201, DisputeOut)
def doubt(asked: dict[str, Any], report_id: str) -> CheckDispute:
    """Put a source's data in doubt; the source is to look again within its working days."""
    by_source = inquiring.ways().by_source
    return at_desk(
        current_actor(), lambda desk: disputes.open_dispute(desk, report_id, ways=by_source, **asked), now=now()
    )
