"""Looking at cases: reading them and noting who looked and why, in one function each (社会救助法第七十条)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from server.adapters.blobs import BlobStore
from server.domain.errors import NotFound
from server.domain.permissions import limits
from server.models.blob import Blob
from server.models.cases import Application, Authorisation, CaseStep, Intake, KinshipDisclosure, Material
from server.models.cases_advance import AdvanceAid
from server.models.cases_after import Entitlement
from server.models.cases_clock import Deadline
from server.models.cases_decision import Decision, Objection, PublicNotice
from server.models.cases_inquiry import CaseVisit, CheckRequest
from server.queries import cases, cases_after, cases_clock, cases_inquiry
from server.queries import cases_advance as advances
from server.services import audit
from server.services.casework import clock, steps
from server.services.casework.desk import Desk
from server.services.checks import looks as check_looks
from server.services.checks import usage
from server.services.photos import IMAGES, Photo


@dataclass(frozen=True)
class Term:
    """A period and how it stands today."""

    deadline: Deadline
    standing: clock.Standing


@dataclass(frozen=True)
class CaseFile:
    """An application with everything that belongs to it, oldest first; what is sealed is opened for who may see it."""

    application: Application
    intake: Intake
    told: dict[str, Any]
    kin: Sequence[KinshipDisclosure]
    materials: Sequence[Material]
    history: Sequence[CaseStep]
    terms: Sequence[Term]
    visits: Sequence[CaseVisit]
    check: CheckRequest | None
    check_detail: dict[str, Any] | None
    assessment: dict[str, Any] | None
    notices: Sequence[PublicNotice]
    objections: Sequence[tuple[Objection, dict[str, Any]]]
    decision: Decision | None
    decision_text: dict[str, Any]
    entitlement: Entitlement | None


def case_file(desk: Desk, application_id: str, *, warn_days: int) -> CaseFile:
    """Read an application whole. Raises NotFound outside of the area, RelativeBarred for close kin."""
    application = cases.get(desk.session, application_id, visible_to=desk.actor)
    steps.refuse_relative(desk, application.household_id)
    audit.record(
        desk.session, desk.actor, "application.read", "application", application.id, now=desk.now, purpose="case"
    )
    session = desk.session
    intake = session.get_one(Intake, application.intake_id)
    check = cases_inquiry.last_check(session, application.id)
    assessment = cases_inquiry.last_assessment(session, application.id)
    decision = cases_inquiry.decision(session, application.id)
    sees_means = check_looks.sees_means(desk.actor, application)
    if check is not None and check.sealed is not None and sees_means:
        usage.note(desk, check, application, "look")
    return CaseFile(
        application,
        intake,
        desk.unseal("intake", intake.id, intake.sealed),
        cases.kin_of(session, application.household_id),
        cases.materials(session, application.id),
        cases.history(session, "application", application.id),
        terms(desk, application, warn_days=warn_days),
        cases_inquiry.visits(session, "application", application.id),
        check,
        desk.unseal("check", check.id, check.sealed) if check and sees_means else None,
        desk.unseal("assessment", assessment.id, assessment.sealed) if assessment and sees_means else None,
        cases_inquiry.notices(session, application.id),
        [(one, _statement(desk, application, one)) for one in cases_inquiry.objections(session, application.id)],
        decision,
        desk.unseal("decision", application.id, decision.sealed) if decision and sees_means else {},
        cases_after.of_application(session, application.id),
    )


def terms(desk: Desk, case: Application | Entitlement | AdvanceAid, *, warn_days: int) -> list[Term]:
    """List a case's periods with how each stands."""
    is_paused = any(one.to_on is None for one in cases_clock.pauses(desk.session, case.id))
    found = cases_clock.of_case(desk.session, steps.MACHINES[type(case)], case.id)
    return [
        Term(one, clock.standing(one, desk.rules, today=desk.today, warn_days=warn_days, is_paused=is_paused))
        for one in found
    ]


def paper(desk: Desk, blobs: BlobStore, application_id: str, sha256: str) -> Photo:
    """Open the picture of a paper that an application rests on. Raises NotFound for any other, and while it is not here."""
    application = cases.get(desk.session, application_id, visible_to=desk.actor)
    steps.refuse_relative(desk, application.household_id)
    blob = desk.session.get(Blob, sha256) if sha256 in _papers(desk, application) else None
    if blob is None:
        raise NotFound("没有这份材料")
    audit.record(
        desk.session, desk.actor, "paper.read", "application", application.id, now=desk.now, purpose="case", blob=sha256
    )
    media_type = blob.media_type if blob.media_type in IMAGES else "application/octet-stream"
    return Photo(blobs, sha256, media_type)


def entitlement(desk: Desk, entitlement_id: str) -> Entitlement:
    """Read an entitlement. Raises NotFound outside of the area, RelativeBarred for close kin."""
    found = cases_after.get(desk.session, entitlement_id, visible_to=desk.actor)
    steps.refuse_relative(desk, found.household_id)
    audit.record(desk.session, desk.actor, "entitlement.read", "entitlement", found.id, now=desk.now, purpose="case")
    return found


def advance(desk: Desk, advance_id: str) -> tuple[AdvanceAid, dict[str, Any]]:
    """Read an advance with who was helped and why. Raises NotFound outside of the area, RelativeBarred for close kin."""
    found = advances.get(desk.session, advance_id, visible_to=desk.actor)
    steps.refuse_relative(desk, found.household_id)
    audit.record(desk.session, desk.actor, "advance.read", "advance_aid", found.id, now=desk.now, purpose="case")
    return found, desk.unseal("advance", found.id, found.sealed)


def queue(desk: Desk, *, state: str, limit: int, after: str) -> Sequence[Application]:
    """Read a page of applications."""
    found = cases.page(desk.session, desk.actor, state=state, limit=limit, after=after)
    audit.record(
        desk.session, desk.actor, "application.list", "queue", state, now=desk.now, purpose="case", rows=len(found)
    )
    return found


def due(desk: Desk, *, by: date, limit: int) -> Sequence[Deadline]:
    """List the periods in the actor's area that end by a day, most urgent first: ids and days, nothing of a person."""
    return cases_clock.due(desk.session, desk.actor, by=by, limit=limit)


def _papers(desk: Desk, application: Application) -> set[str | None]:
    """Name the pictures of an application: what was signed and given, what hung in the village, the minutes."""
    session = desk.session
    intake = session.get_one(Intake, application.intake_id)
    signed = session.scalars(select(Authorisation.paper).where(Authorisation.intake_id == intake.id))
    return {
        intake.entrustment,
        intake.declaration,
        *signed,
        *(one.blob for one in cases.materials(session, application.id)),
        *(one.photo for one in cases_inquiry.notices(session, application.id)),
        *(one.minutes for one in cases_inquiry.democratic_reviews(session, application.id)),
    }


def _statement(desk: Desk, application: Application, objection: Objection) -> dict[str, Any]:
    """Open what an objector said for those who review, decide or inspect: the village need not learn who spoke."""
    if not limits(desk.actor, "visit.review", application.area_code):
        return {}
    return desk.unseal("objection", objection.id, objection.sealed)
