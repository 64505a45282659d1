"""What households receive: rechecks, reported changes, hearings, adjustments, tapers, leaving."""

from typing import Any

from flask_smorest import Blueprint

from server.api.context import current_actor, now
from server.api.schemas import entitlements as schemas
from server.api.schemas.cases import CaseStateOut, PostIn, ReasonIn, StepIn
from server.api.stepping import stepped
from server.models.cases_after import Entitlement
from server.queries import cases, cases_after
from server.services.casework import adjustments, looks, rechecks
from server.services.casework.desk import Desk
from server.transaction import at_desk, parts

blueprint = Blueprint("entitlements", __name__, url_prefix="/api/v1", description="在享救助")
ONE = "/entitlements/<entitlement_id>"


@blueprint.get(ONE)
@blueprint.response(200, schemas.EntitlementOut)
def one(entitlement_id: str) -> dict[str, Any]:
    """Read an entitlement; the look is logged."""
    warn_days = parts().settings.case_warn_days

    def read(desk: Desk) -> dict[str, Any]:
        found = looks.entitlement(desk, entitlement_id)
        names = ("id", "application_id", "household_id", "programme", "state", "version", "from_on", "to_on")
        return {
            **{name: getattr(found, name) for name in names},
            "amounts": cases_after.amounts(desk.session, found.id),
            "rechecks": cases_after.rechecks(desk.session, found.id),
            "history": cases.history(desk.session, "entitlement", found.id),
            "terms": looks.terms(desk, found, warn_days=warn_days),
        }

    return at_desk(current_actor(), read, now=now())


@blueprint.post("/households/<household_id>/changes")
@blueprint.arguments(schemas.ChangeIn)
@blueprint.response(201, schemas.ReportedOut)
def report(asked: dict[str, Any], household_id: str) -> dict[str, Any]:
    """Report a death or another change: what the household receives goes to a recheck."""
    opened = at_desk(current_actor(), lambda desk: rechecks.report(desk, household_id, **asked), now=now())
    return {"entitlement_ids": [one.entitlement_id for one in opened]}


@blueprint.post(f"{ONE}/recheck")
@blueprint.arguments(schemas.RecheckIn)
@blueprint.response(200, CaseStateOut)
def begin(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Begin a recheck, with a visit."""
    return stepped(Entitlement, entitlement_id, lambda desk: rechecks.begin(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/visits")
@blueprint.arguments(schemas.RecheckIn)
@blueprint.response(200, CaseStateOut)
def send_visit(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Send somebody for a recheck that is under way: after a reported change, or in place of who cannot go."""
    return stepped(Entitlement, entitlement_id, lambda desk: rechecks.send(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/unchanged")
@blueprint.arguments(StepIn)
@blueprint.response(200, CaseStateOut)
def find_unchanged(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Conclude a recheck: nothing has changed."""
    return stepped(Entitlement, entitlement_id, lambda desk: rechecks.find_unchanged(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/proposal")
@blueprint.arguments(schemas.ProposeIn)
@blueprint.response(200, CaseStateOut)
def propose(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Conclude a recheck: more, less, or an end."""
    return stepped(Entitlement, entitlement_id, lambda desk: rechecks.propose(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/hearing")
@blueprint.arguments(schemas.HearIn)
@blueprint.response(200, CaseStateOut)
def hear(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Note what the household says before it loses anything."""
    return stepped(Entitlement, entitlement_id, lambda desk: adjustments.hear(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/ending-notice")
@blueprint.arguments(PostIn)
@blueprint.response(200, CaseStateOut)
def post_end(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Note that the coming end hangs in the village."""
    return stepped(Entitlement, entitlement_id, lambda desk: adjustments.post_end(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/adjustment")
@blueprint.arguments(schemas.AdjustIn)
@blueprint.response(200, CaseStateOut)
def decide(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Decide the proposed change."""
    return stepped(Entitlement, entitlement_id, lambda desk: adjustments.decide(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/taper")
@blueprint.arguments(schemas.TaperIn)
@blueprint.response(200, CaseStateOut)
def taper(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Let aid go on for a while after work has lifted the household above the line (渐退)."""
    return stepped(Entitlement, entitlement_id, lambda desk: adjustments.taper(desk, entitlement_id, **asked))


@blueprint.post(f"{ONE}/exit")
@blueprint.arguments(ReasonIn)
@blueprint.response(200, CaseStateOut)
def leave(asked: dict[str, Any], entitlement_id: str) -> dict[str, Any]:
    """Note that the household gives this aid up."""
    return stepped(Entitlement, entitlement_id, lambda desk: adjustments.leave(desk, entitlement_id, **asked))
