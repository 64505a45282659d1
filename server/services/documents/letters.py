"""Letters of an application, from what stands in its tables: nothing is typed for a letter, so nothing else can get into it."""

from collections.abc import Callable, Mapping
from typing import Any

from policy.catalogue import catalogue
from policy.money import yuan_text
from policy.vocabulary import names
from server.documents.papers import (
    Acceptance,
    Confirmation,
    MissingPapers,
    Notice,
    Paper,
    PublicFields,
    Reason,
    Refusal,
)
from server.domain.days import day
from server.domain.errors import DocumentNotYet, NotAllowed
from server.models.cases import Application
from server.models.cases_decision import Decision
from server.models.office import Staff
from server.queries import cases, cases_after, cases_clock, cases_inquiry
from server.services.casework import people, steps
from server.services.casework.desk import Desk
from server.services.checks.looks import sees_means
from server.services.documents import letterheads
from server.services.documents.words import BASES


def acceptance(desk: Desk, application: Application) -> Acceptance:
    """Tell that an application was accepted. Raises DocumentNotYet before."""
    if application.accepted_on is None:
        raise DocumentNotYet("申请还没有受理")
    periods = cases_clock.of_case(desk.session, "application", application.id)
    decision = next((one for one in periods if one.kind == "decision"), None)
    return Acceptance(
        head=letterheads.of(desk, application.area_code, application.id),
        applicant=_applicant(desk, application),
        programme=_programme(application.programme),
        accepted_on=application.accepted_on,
        basis=BASES.get(application.accept_basis or "", application.accept_basis or ""),
        decide_by=decision.due_on if decision else None,
        is_provisional=bool(decision and decision.is_provisional),
        clause=decision.clause if decision else "",
        handler=_staff(desk, application.handler_id),
    )


def missing_papers(desk: Desk, application: Application) -> MissingPapers:
    """List what the one-time notice asked for. Raises DocumentNotYet unless it went out."""
    asked = [one for one in cases.history(desk.session, "application", application.id) if one.event == "ask_missing"]
    if not asked:
        raise DocumentNotYet("这件申请没有要补正的材料")
    known = {one.kind: one.status for one in cases.materials(desk.session, application.id)}
    words = names("material")
    return MissingPapers(
        head=letterheads.of(desk, application.area_code, application.id),
        applicant=_applicant(desk, application),
        programme=_programme(application.programme),
        papers=[words.get(kind, kind) for kind in asked[0].reason.split("、")],
        shared=[words.get(kind, kind) for kind, status in known.items() if status == "exempt_by_sharing"],
        handler=_staff(desk, asked[0].staff_id),
    )


def notice(desk: Desk, application: Application) -> Notice:
    """Give the notice as it hangs, or before that, as it is to hang: fields of the template only.

    Raises DocumentNotYet before the opinion, FieldNotPublic when something else has got into the notice.
    """
    posted = cases_inquiry.last_notice(desk.session, application.id, "proposal")
    if posted is None:
        raise DocumentNotYet("审核意见还没有公示")
    told: Mapping[str, Any] = posted.fields
    return Notice(
        head=letterheads.of(desk, application.area_code, application.id),
        place=posted.place,
        posted_on=posted.posted_on,
        ends_on=posted.ends_on,
        fields=PublicFields.of(told),
    )


def confirmation(desk: Desk, application: Application) -> Confirmation:
    """Give the written decision on a confirmed application. Raises DocumentNotYet, NotAllowed."""
    decision = _decision(desk, application, "confirmed")
    entitlement = cases_after.of_application(desk.session, application.id)
    return Confirmation(
        **_decided(desk, application, decision),
        member_count=len(people.co_living(desk.ledger, application.household_id, on=desk.today)),
        amount=yuan_text(decision.amount_fen) if decision.amount_fen is not None else "",
        from_on=entitlement.from_on if entitlement else None,
    )


def refusal(desk: Desk, application: Application) -> Refusal:
    """Give the written refusal, with reasons and remedies. Raises DocumentNotYet, NotAllowed."""
    decision = _decision(desk, application, "refused")
    told = _decided(desk, application, decision)
    return Refusal(**told, instead=[_programme(code) for code in decision.next_programmes])


LETTERS: Mapping[str, Callable[[Desk, Application], Paper]] = {
    one.__name__: one for one in (acceptance, missing_papers, notice, confirmation, refusal)
}


def letter(desk: Desk, kind: str, application_id: str) -> Paper:
    """Put a letter together for whoever may read the case; decisions also tell of means, and are for who may see these.

    Raises NotFound, RelativeBarred, NotAllowed, DocumentNotYet.
    """
    application = cases.get(desk.session, application_id, visible_to=desk.actor)
    steps.refuse_relative(desk, application.household_id)
    return LETTERS[kind](desk, application)


def _decision(desk: Desk, application: Application, result: str) -> Decision:
    if not sees_means(desk.actor, application):
        raise NotAllowed
    decision = cases_inquiry.decision(desk.session, application.id)
    if decision is None or decision.result != result:
        raise DocumentNotYet("这件申请还没有这样的决定")
    return decision


def _decided(desk: Desk, application: Application, decision: Decision) -> dict[str, Any]:
    text = desk.unseal("decision", application.id, decision.sealed)
    return {
        "head": letterheads.of(desk, application.area_code, application.id, level=decision.level),
        "applicant": _applicant(desk, application),
        "programme": _programme(application.programme),
        "decided_on": day(decision.at),
        "decided_by": _staff(desk, decision.staff_id),
        "reasons": text["reasons"],
        "trace": [_reason(one) for one in text["trace"]],
        "remedy": text["remedy"],
    }


def _reason(told: Mapping[str, Any]) -> Reason:
    return Reason(*(str(told.get(name) or "") for name in ("text", "value", "threshold", "clause")))


def _applicant(desk: Desk, application: Application) -> str:
    record = desk.ledger.get("person", application.applicant_id)
    return str(record.fields.get("name") or "") if record else ""


def _programme(code: str) -> str:
    return next((one.name for one in catalogue() if one.code == code), code)


def _staff(desk: Desk, staff_id: str | None) -> str:
    found = desk.session.get(Staff, staff_id) if staff_id else None
    return found.display_name if found else ""
