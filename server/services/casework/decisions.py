"""The decision: a named person confirms or refuses, with the reasons from the rules' own trace and the remedies.

Who investigated or gave the opinion does not decide; a case of registered kin or under complaint is decided only after the
county's own visit (57号文第二十条、第二十一条; 社会救助法第四十四条、第四十五条).
"""

from typing import Any

from policy.procedure.deadlines import deciding_level
from policy.procedure.guards import Proof
from server.domain.errors import InputInvalid
from server.domain.permissions import Limit
from server.models.cases import Application
from server.models.cases_decision import Decision
from server.models.cases_inquiry import CaseAssessment
from server.queries import cases_inquiry
from server.services.casework import entitlements, opinions, steps
from server.services.casework.desk import Desk
from server.services.casework.remedies import remedy

DELEGATED = frozenset({Limit.IF_DELEGATED})


def receive(desk: Desk, application_id: str, *, seen_version: int) -> Application:
    """Take a forwarded application up at the county."""
    application = _take_up(desk, application_id, seen_version)
    steps.take(desk, application, "take_up")
    return application


def decide_urgently(
    desk: Desk, application_id: str, *, reason: str, amount_yuan: str, seen_version: int
) -> Application:
    """Bring emergency aid to the decision without check and notice; person, reason and amount are registered."""
    application = _take_up(desk, application_id, seen_version)
    application.suggestion, application.proposed_fen = "confirm", opinions.amount_of(amount_yuan)
    proved = {Proof.RECIPIENT_REGISTERED} if reason.strip() else set()
    steps.take(desk, application, "decide_urgently", proved=proved)
    return application


def confirm(
    desk: Desk,
    application_id: str,
    *,
    reasons: str,
    amount_yuan: str = "",
    is_unstable: bool = False,
    seen_version: int,
) -> Decision:
    """Confirm an application; the aid is due from the first day of the next month (57号文第二十一条).

    The amount is the assessment's; where the rules compute none, it is the proposed one or another that is given here.
    """
    application = _take_up(desk, application_id, seen_version)
    if amount_yuan:
        if opinions.is_assessed(application.programme):
            raise InputInvalid("金额由测算得出, 不能另填", fields=["amount_yuan"])
        application.proposed_fen = opinions.amount_of(amount_yuan)
    assessment = cases_inquiry.last_assessment(desk.session, application.id)
    steps.take(desk, application, "confirm", proved=_written(reasons))
    decision = _decision(desk, application, "confirmed", reasons, assessment)
    entitlements.grant(desk, application, decision, is_unstable=is_unstable)
    return decision


def refuse(desk: Desk, application_id: str, *, reasons: str, seen_version: int) -> Decision:
    """Refuse an application with written reasons; what the household qualifies for instead is suggested."""
    application = _take_up(desk, application_id, seen_version)
    assessment = cases_inquiry.last_assessment(desk.session, application.id)
    steps.take(desk, application, "refuse", proved=_written(reasons))
    return _decision(desk, application, "refused", reasons, assessment)


def send_back(desk: Desk, application_id: str, *, reason: str, seen_version: int) -> Application:
    """Return an application to the township, with what is to be done."""
    application = _take_up(desk, application_id, seen_version)
    proved = {Proof.REASON_GIVEN} if reason.strip() else set()
    steps.take(desk, application, "return", reason=reason, proved=proved)
    return application


def resume(desk: Desk, application_id: str, *, seen_version: int) -> Application:
    """Go on with an application that the county returned."""
    application = steps.take_up(desk, Application, application_id, "case.accept", seen_version=seen_version)
    steps.take(desk, application, "resume")
    return application


def serve(desk: Desk, application_id: str, *, how: str, seen_version: int) -> Decision:
    """Serve a refusal in writing, with its reasons and remedies; that closes the application."""
    application = steps.take_up(desk, Application, application_id, "case.accept", seen_version=seen_version)
    decision = desk.session.get(Decision, application.id, with_for_update=True)
    proved: set[Proof] = set()
    if decision is not None:
        text = desk.unseal("decision", application.id, decision.sealed)
        decision.served_at, decision.served_how = desk.now, how
        proved = {Proof.SERVED} | ({Proof.REMEDY_TOLD} if text.get("remedy") else set())
        proved |= {Proof.REASONS_WRITTEN} if text.get("reasons") else set()
    steps.take(desk, application, "serve", reason=how, proved=proved)
    assert decision is not None, "only a refused application is served, and that has a decision"
    return decision


def _take_up(desk: Desk, application_id: str, seen_version: int) -> Application:
    return steps.take_up(desk, Application, application_id, "case.decide", seen_version=seen_version, within=DELEGATED)


def _written(reasons: str) -> set[Proof]:
    return {Proof.REASONS_WRITTEN} if reasons.strip() else set()


def _decision(
    desk: Desk, application: Application, result: str, reasons: str, assessment: CaseAssessment | None
) -> Decision:
    told = desk.unseal("assessment", assessment.id, assessment.sealed) if assessment else {}
    found = {one["programme"]: one for one in told.get("result", {}).get("results", ())}
    text = {
        "reasons": reasons.strip(),
        "trace": found.get(application.programme, {}).get("reasons", []),
        "remedy": remedy(desk.law(application.area_code)),
    }
    level = deciding_level(desk.law(application.area_code), application.programme, amount_fen=application.proposed_fen)
    decision = Decision(
        application_id=application.id,
        level=level.level,
        result=result,
        amount_fen=_amount(application, assessment) if result == "confirmed" else None,
        assessment_id=assessment.id if assessment else None,
        next_programmes=_instead(application, found) if result == "refused" else [],
        sealed=desk.seal("decision", application.id, text),
        **desk.noted,
    )
    desk.session.add(decision)
    desk.session.flush()
    return decision


def _amount(application: Application, assessment: CaseAssessment | None) -> int | None:
    return assessment.amount_fen if assessment else application.proposed_fen


def _instead(application: Application, found: dict[str, Any]) -> list[str]:
    """Name what the household qualifies for instead: the next programme to apply for."""
    return [code for code, one in found.items() if one["outcome"] == "eligible" and code != application.programme]
