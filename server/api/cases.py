"""Applications: reading them, and the township's steps from the first paper to the notice in the village."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from server.api import cursors
from server.api.context import current_actor, now
from server.api.schemas import cases as schemas
from server.api.stepping import stepped
from server.models.cases import Application
from server.models.cases_clock import Deadline
from server.services import photos
from server.services.casework import (
    assigning,
    complaints,
    endings,
    inquiry,
    looks,
    notices,
    objections,
    opinions,
    periods,
    receiving,
    returning,
)
from server.transaction import at_desk, parts

blueprint = Blueprint("cases", __name__, url_prefix="/api/v1/applications", description="救助申请")


@blueprint.get("")
@blueprint.arguments(schemas.QueueIn, location="query")
@blueprint.response(200, schemas.ApplicationPageOut)
def page(asked: dict[str, Any]) -> dict[str, Any]:
    """List applications of the asker's area, of one state or of all; the look is logged."""
    after = cursors.unpack(asked["cursor"], 1)
    last_id = after[0] if after else ""
    rows = at_desk(
        current_actor(),
        lambda desk: looks.queue(desk, state=asked["state"], limit=asked["limit"], after=last_id),
        now=now(),
    )
    last = rows[-1].id if len(rows) == asked["limit"] else None
    return {"items": rows, "cursor": cursors.pack(last) if last else None}


@blueprint.get("/due")
@blueprint.arguments(schemas.DueIn, location="query")
@blueprint.response(200, schemas.DueOut(many=True))
def due(asked: dict[str, Any]) -> Sequence[Deadline]:
    """List the periods of the asker's area that end by a day, by default today, most urgent first."""
    return at_desk(
        current_actor(),
        lambda desk: looks.due(desk, by=asked["by"] or desk.today, limit=asked["limit"]),
        now=now(),
    )


@blueprint.get("/<application_id>")
@blueprint.response(200, schemas.ApplicationOut)
def one(application_id: str) -> dict[str, Any]:
    """Read an application whole; the look is logged."""
    warn_days = parts().settings.case_warn_days
    file = at_desk(current_actor(), lambda desk: looks.case_file(desk, application_id, warn_days=warn_days), now=now())
    return shown(file)


def shown(file: looks.CaseFile) -> dict[str, Any]:
    """Lay a case file out as clients read it."""
    rows = {name: getattr(file.application, name) for name in schemas.ApplicationRowOut().fields}
    own = {
        name: getattr(file.application, name)
        for name in ("accept_basis", "handler_id", "suggestion", "proposed_fen", "is_reported")
    }
    intake = {name: getattr(file.intake, name) for name in ("channel", "is_by_agent", "is_pledged", "kin_answered")}
    decision = None
    if file.decision is not None:
        names = ("level", "result", "amount_fen", "staff_id", "at", "next_programmes", "served_at", "served_how")
        decision = {**{name: getattr(file.decision, name) for name in names}, **file.decision_text}
    return {
        **rows,
        **own,
        **intake,
        "is_kin_registered": bool(file.kin),
        "agent_name": file.told.get("agent", {}).get("name", ""),
        "materials": file.materials,
        "history": file.history,
        "terms": [{"deadline": term.deadline, "standing": term.standing} for term in file.terms],
        "visits": file.visits,
        "check": file.check,
        "check_detail": file.check_detail,
        "assessment": file.assessment,
        "notices": file.notices,
        "objections": [
            {**{name: getattr(row, name) for name in ("id", "source", "at", "settled_at")}, **told}
            for row, told in file.objections
        ],
        "decision": decision,
        "entitlement_id": file.entitlement.id if file.entitlement else None,
    }


@blueprint.get("/<application_id>/blobs/<sha256>")
@blueprint.response(200, content_type="image/jpeg")
def blob(application_id: str, sha256: str) -> Response:
    """Give the picture of a paper of the application; the look is logged."""
    photo = at_desk(current_actor(), lambda desk: looks.paper(desk, parts().blobs, application_id, sha256), now=now())
    return Response(photo.pieces, mimetype=photo.media_type, headers=photos.HEADERS)


@blueprint.post("/<application_id>/missing-papers")
@blueprint.arguments(schemas.MissingIn)
@blueprint.response(200, schemas.CaseStateOut)
def ask_for_papers(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Ask for what is missing, once, in one list (一次性告知)."""
    return stepped(Application, application_id, lambda desk: receiving.ask_for(desk, application_id, **asked))


@blueprint.post("/<application_id>/papers")
@blueprint.arguments(schemas.PapersIn)
@blueprint.response(200, schemas.CaseStateOut)
def give_papers(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Take papers in, with their pictures or pledged."""
    return stepped(Application, application_id, lambda desk: receiving.give(desk, application_id, **asked))


@blueprint.post("/<application_id>/acceptance")
@blueprint.arguments(schemas.AcceptIn)
@blueprint.response(200, schemas.CaseStateOut)
def accept(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Accept an application; the statutory clock starts."""
    return stepped(Application, application_id, lambda desk: receiving.accept(desk, application_id, **asked))


@blueprint.post("/<application_id>/investigation")
@blueprint.arguments(schemas.InvestigateIn)
@blueprint.response(200, schemas.CaseStateOut)
def investigate(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Start the investigation: the check of means is asked for, and the visit goes to a device."""
    return stepped(Application, application_id, lambda desk: inquiry.start(desk, application_id, **asked))


@blueprint.post("/<application_id>/visits")
@blueprint.arguments(schemas.VisitIn)
@blueprint.response(201, schemas.TaskOut)
def send_visit(asked: dict[str, Any], application_id: str) -> dict[str, str]:
    """Send another visit: once more, after an objection, or by the county."""
    task_id = at_desk(current_actor(), lambda desk: assigning.send(desk, application_id, **asked), now=now())
    return {"task_id": task_id}


@blueprint.post("/<application_id>/visits/<task_id>/made")
@blueprint.arguments(schemas.MadeIn)
@blueprint.response(200, schemas.CaseStateOut)
def attach_visit(asked: dict[str, Any], application_id: str, task_id: str) -> dict[str, Any]:
    """Put a visit that was made without its task to the case that waits for it."""
    return stepped(Application, application_id, lambda desk: returning.attach(desk, application_id, task_id, **asked))


@blueprint.post("/<application_id>/negative-check")
@blueprint.arguments(schemas.StepIn)
@blueprint.response(200, schemas.CaseStateOut)
def tell_negative(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Tell the applicant of a negative result of the check."""
    return stepped(Application, application_id, lambda desk: inquiry.tell_negative(desk, application_id, **asked))


@blueprint.post("/<application_id>/evidence")
@blueprint.arguments(schemas.EvidenceIn)
@blueprint.response(200, schemas.CaseStateOut)
def give_evidence(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Take the applicant's evidence in; the check is asked for again."""
    return stepped(Application, application_id, lambda desk: inquiry.give_evidence(desk, application_id, **asked))


@blueprint.post("/<application_id>/assessment")
@blueprint.arguments(schemas.AssessIn)
@blueprint.response(200)
def assess(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Assess the household by the rules: a suggestion with its reasons."""
    return at_desk(current_actor(), lambda desk: opinions.assess(desk, application_id, **asked), now=now())


@blueprint.post("/<application_id>/opinion")
@blueprint.arguments(schemas.OpinionIn)
@blueprint.response(200, schemas.CaseStateOut)
def give_opinion(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Give the township's opinion."""
    return stepped(Application, application_id, lambda desk: opinions.give(desk, application_id, **asked))


@blueprint.post("/<application_id>/notice")
@blueprint.arguments(schemas.PostIn)
@blueprint.response(200, schemas.CaseStateOut)
def post_notice(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Note that the opinion hangs in the village (公示)."""
    return stepped(Application, application_id, lambda desk: notices.post(desk, application_id, **asked))


@blueprint.post("/<application_id>/notice/end")
@blueprint.arguments(schemas.StepIn)
@blueprint.response(200, schemas.CaseStateOut)
def close_notice(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Close a notice that hung for all its days."""
    return stepped(Application, application_id, lambda desk: notices.close(desk, application_id, **asked))


@blueprint.post("/<application_id>/objections")
@blueprint.arguments(schemas.ObjectionIn)
@blueprint.response(200, schemas.CaseStateOut)
def raise_objection(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Note an objection."""
    return stepped(Application, application_id, lambda desk: objections.raise_(desk, application_id, **asked))


@blueprint.post("/<application_id>/objections/<objection_id>/settlement")
@blueprint.arguments(schemas.StepIn)
@blueprint.response(200, schemas.CaseStateOut)
def settle_objection(asked: dict[str, Any], application_id: str, objection_id: str) -> dict[str, Any]:
    """Settle an objection by a new visit that was accepted."""
    return stepped(
        Application, application_id, lambda desk: objections.settle(desk, application_id, objection_id, **asked)
    )


@blueprint.post("/<application_id>/democratic-reviews")
@blueprint.arguments(schemas.DemocraticReviewIn)
@blueprint.response(200, schemas.CaseStateOut)
def review_democratically(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Note a democratic review (民主评议)."""
    return stepped(Application, application_id, lambda desk: objections.review(desk, application_id, **asked))


@blueprint.post("/<application_id>/complaint-flag")
@blueprint.arguments(schemas.ReasonIn)
@blueprint.response(200, schemas.CaseStateOut)
def flag(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Note that the application was complained about: the county visits before it decides."""
    return stepped(Application, application_id, lambda desk: complaints.flag(desk, application_id, **asked))


@blueprint.post("/<application_id>/withdrawal")
@blueprint.arguments(schemas.ReasonIn)
@blueprint.response(200, schemas.CaseStateOut)
def withdraw(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Note that the applicant withdraws."""
    return stepped(Application, application_id, lambda desk: endings.withdraw(desk, application_id, **asked))


@blueprint.post("/<application_id>/warning")
@blueprint.arguments(schemas.StepIn)
@blueprint.response(200, schemas.CaseStateOut)
def warn(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Note that the applicant was warned."""
    return stepped(Application, application_id, lambda desk: endings.warn(desk, application_id, **asked))


@blueprint.post("/<application_id>/termination")
@blueprint.arguments(schemas.ReasonIn)
@blueprint.response(200, schemas.CaseStateOut)
def terminate(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """End the procedure of somebody who does not cooperate after a warning."""
    return stepped(Application, application_id, lambda desk: endings.terminate(desk, application_id, **asked))


@blueprint.post("/<application_id>/pause")
@blueprint.arguments(schemas.PausedIn)
@blueprint.response(200, schemas.CaseStateOut)
def pause(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Let the office's own periods stand still."""
    return stepped(Application, application_id, lambda desk: periods.pause(desk, application_id, **asked))


@blueprint.delete("/<application_id>/pause")
@blueprint.arguments(schemas.StepIn)
@blueprint.response(200, schemas.CaseStateOut)
def resume_clock(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Let them run again."""
    return stepped(Application, application_id, lambda desk: periods.resume(desk, application_id, **asked))


@blueprint.post("/<application_id>/extension")
@blueprint.arguments(schemas.ExtendedIn)
@blueprint.response(200, schemas.CaseStateOut)
def extend(asked: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Make the period of the decision longer, for a reason that the rules list."""
    return stepped(Application, application_id, lambda desk: periods.extend(desk, application_id, **asked))
