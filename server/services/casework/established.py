"""What is established of a case when somebody asks for a step: the facts that the guards of `policy.procedure` judge.

Only what stands in the tables counts, and what the deed itself just found out (`told`). A guard that needs a fact which
nobody wrote down refuses.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from policy.catalogue import assessed_programmes
from policy.procedure.guards import Facts, Proof
from server.models.cases import Application, Intake
from server.models.cases_advance import AdvanceAid
from server.models.cases_after import Entitlement, Recheck
from server.models.cases_inquiry import CaseVisit
from server.queries import cases, cases_after, cases_inquiry
from server.services.casework import people
from server.services.casework.desk import Desk

ADVANCE_PROGRAMME = "temporary_emergency"
OPINIONS = frozenset({"give_opinion", "accept_check", "propose"})
COUNTY = "county"


def programme_of(case: Application | Entitlement | AdvanceAid) -> str:
    """Give a case's programme; advance aid is emergency aid (社会救助法第五十条)."""
    return ADVANCE_PROGRAMME if isinstance(case, AdvanceAid) else case.programme


def facts_of(
    desk: Desk, case: Application | Entitlement | AdvanceAid, *, proved: Iterable[Proof] = (), **told: Any
) -> Facts:
    """Gather the facts of a case; what the deed tells goes before what the tables say."""
    match case:
        case Application():
            found, proofs = _of_application(desk, case)
        case Entitlement():
            found, proofs = _of_entitlement(desk, case)
        case AdvanceAid():
            found, proofs = _of_advance(desk, case)
    common = {"law": desk.law(case.area_code), "calendar": desk.rules.calendar, "programme": programme_of(case)}
    return Facts(**{**common, **found, **told}, proved=frozenset(proofs) | frozenset(proved))


def _of_application(desk: Desk, case: Application) -> tuple[dict[str, Any], set[Proof]]:
    session = desk.session
    intake = session.get_one(Intake, case.intake_id)
    check = cases_inquiry.last_check(session, case.id)
    visits = cases_inquiry.visits(session, "application", case.id)
    notice = cases_inquiry.last_notice(session, case.id, "proposal")
    objections = cases_inquiry.objections(session, case.id)
    kin = cases.kin_of(session, case.household_id)
    own = [one for one in visits if one.purpose != COUNTY and one.visit_id]
    facts = {
        "stands": _stands(desk, "application", case.id, case.household_id, visits),
        "accept_basis": case.accept_basis,
        "is_by_agent": intake.is_by_agent,
        "is_entrusted": intake.entrustment is not None,
        "is_pledged": intake.is_pledged,
        "adults_unsigned": _unsigned(desk, intake),
        "missing_lists_sent": 0 if case.papers_asked_at is None else 1,
        "is_kin_registered": bool(kin) if intake.kin_answered else None,
        "is_complained": case.is_reported,
        "is_reviewed": bool(cases_inquiry.democratic_reviews(session, case.id)),
        "is_county_visited": any(one.purpose == COUNTY and one.visit_id for one in visits),
        "receives": cases_after.received(session, case.household_id),
        "check_valid_to": check.valid_to if check else None,
        "notice_posted_on": notice.posted_on if notice else None,
        "open_objections": sum(one.settled_at is None for one in objections),
        "amount_fen": case.proposed_fen,
        "investigators_signed": max((_signed(desk, one) for one in own), default=0),
    }
    proofs = {
        Proof.KINSHIP_ANSWERED: intake.kin_answered,
        Proof.CHECK_REQUESTED: check,
        Proof.VISIT_PLANNED: visits,
        Proof.APPLICANT_TOLD: check and check.told_at,
        Proof.EVIDENCE_GIVEN: check and check.evidence_at,
        Proof.VISIT_ACCEPTED: own,
        Proof.INVESTIGATED_AGAIN: objections and all(one.settled_at for one in objections),
        Proof.AMOUNT_TRACED: _is_traced(desk, case),
    }
    return facts, {proof for proof, holds in proofs.items() if holds}


def _of_entitlement(desk: Desk, case: Entitlement) -> tuple[dict[str, Any], set[Proof]]:
    session = desk.session
    decision = cases_inquiry.decision(session, case.application_id)
    recheck = cases_after.open_recheck(session, case.id)
    since = recheck.at if recheck else None
    visits = [one for one in cases_inquiry.visits(session, "entitlement", case.id) if since and one.at >= since]
    notice = cases_inquiry.last_notice(session, case.application_id, "ending")
    facts = {
        "stands": _stands(desk, "entitlement", case.id, case.household_id, visits, since=since),
        "change": _change(desk, case, recheck) if recheck else None,
        "is_heard": recheck is not None and bool(cases_after.hearings(session, recheck.id)),
        "notice_posted_on": notice.posted_on if notice and since and notice.at >= since else None,
        "amount_fen": recheck.proposed_fen if recheck else None,
    }
    is_confirmed = decision is not None and decision.result == "confirmed"
    return facts, {Proof.DECISION_CONFIRMED} if is_confirmed else set()


def _of_advance(desk: Desk, case: AdvanceAid) -> tuple[dict[str, Any], set[Proof]]:
    steps = cases.history(desk.session, "advance_aid", case.id)
    stands = (
        {"approver"} if any((one.event, one.staff_id) == ("approve", desk.actor.staff_id) for one in steps) else set()
    )
    facts = {"stands": frozenset(stands), "amount_fen": case.amount_fen}
    return facts, {Proof.PAYMENT_RECEIPTED} if case.receipt else set()


def _change(desk: Desk, case: Entitlement, recheck: Recheck) -> str | None:
    """Name the change that a round proposes; where nobody is left of the household, the end is that of a death."""
    if recheck.kind == "death" and not people.co_living(desk.ledger, case.household_id, on=desk.today):
        return "death"
    return recheck.finding


def _stands(
    desk: Desk, machine: str, case_id: str, household_id: str, visits: Sequence[CaseVisit], *, since: Any = None
) -> frozenset[str]:
    """Tell what the actor already is to a case: whoever did one of these deeds may not do the next."""
    me = desk.actor.staff_id
    done = {
        one.event
        for one in cases.history(desk.session, machine, case_id)
        if one.staff_id == me and (since is None or one.at >= since)
    }
    visit_ids = [one.visit_id for one in visits if one.visit_id]
    is_reviewer = bool(done & OPINIONS) or me in cases_inquiry.visit_reviewers(desk.session, visit_ids)
    positions = {
        "investigator": me in cases_inquiry.investigators(desk.session, visit_ids),
        "reviewer": is_reviewer,
        "relative": cases.is_relative(desk.session, household_id, me),
    }
    return frozenset(name for name, holds in positions.items() if holds)


def _unsigned(desk: Desk, intake: Intake) -> int:
    """Count the co-living adults who have not authorised the check; without a declaration nobody has declared."""
    law = desk.law(intake.area_code)
    adults = {one.id for one in people.co_living(desk.ledger, intake.household_id, on=desk.today) if one.is_adult(law)}
    return len(adults - cases.authorised(desk.session, intake.id)) if intake.declaration else len(adults)


def _signed(desk: Desk, visit: CaseVisit) -> int:
    """Count the distinct investigators who signed a visit."""
    record = desk.ledger.get("visit", visit.visit_id or "")
    signatures = record.fields.get("signatures") if record else None
    return len({one.get("signer_id") for one in signatures or () if one.get("role") == "investigator"})


def _is_traced(desk: Desk, case: Application) -> bool:
    """Tell whether the amount can be followed: by an assessment that grants it, or where the rules have none, by a proposal."""
    if any(programme.code == case.programme for programme, _ in assessed_programmes()):
        assessment = cases_inquiry.last_assessment(desk.session, case.id)
        return assessment is not None and assessment.outcome == "eligible" and assessment.amount_fen is not None
    return case.proposed_fen is not None
