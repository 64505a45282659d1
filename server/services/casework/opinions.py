"""The township's opinion: what the rules say of the facts found, and what a named reviewer concludes.

An assessment needs an accepted visit and an answered check (文件002 (六)3); it suggests, and never decides
(个人信息保护法第二十四条).
"""

from collections.abc import Mapping
from typing import Any

from policy.assessment import assess as assess_case
from policy.catalogue import assessed_programmes
from policy.money import parse_yuan
from policy.procedure.guards import Proof
from policy.procedure.machines import load_machine
from policy.reader import CaseError
from server.domain.errors import CaseStepRefused, InputInvalid, MembersDiffer
from server.models.cases import Application
from server.models.cases_inquiry import CaseAssessment, CaseOpinion, CheckRequest
from server.queries import cases_inquiry
from server.services.casework import people, steps
from server.services.casework.desk import Desk

EVENTS = {"check_disputed": "accept_check"}
"""By which event an opinion is given; from every other state by `give_opinion`."""


def assess(desk: Desk, application_id: str, case: Mapping[str, Any], *, seen_version: int) -> dict[str, Any]:
    """Assess the household for the programme applied for, and for all others; gives the whole result.

    Raises MembersDiffer unless the case is of all co-living members (2022年通知: nobody is taken in part), InputInvalid for
    a malformed case, CaseStepRefused without an accepted visit and an answered check, or when the opinion is given: what
    hung in the village is what is decided.
    """
    application = steps.take_up(desk, Application, application_id, "case.opinion", seen_version=seen_version)
    machine = load_machine("application")
    if not any(machine.ways(application.state, event) for event in ("give_opinion", "accept_check")):
        raise CaseStepRefused("现在不是提出意见的环节, 测算不再更改")
    visit_id, check = _grounds(desk, application)
    result = assessed(desk, application, case)
    own = own_result(application, result)
    row_id = desk.new_id()
    row = CaseAssessment(
        id=row_id,
        application_id=application.id,
        visit_id=visit_id,
        check_id=check.id,
        rules=result["rules"],
        outcome=own["outcome"],
        amount_fen=parse_yuan(own["monthly_yuan"]) if own["monthly_yuan"] else None,
        sealed=desk.seal("assessment", row_id, {"case": dict(case), "result": result}),
        **desk.noted,
    )
    desk.session.add(row)
    return {"id": row_id, **result}


def give(
    desk: Desk, application_id: str, *, suggestion: str, reasons: str, amount_yuan: str = "", seen_version: int
) -> Application:
    """Give the opinion: to confirm or to refuse, with reasons; the amount is the assessment's where there is one."""
    application = steps.take_up(desk, Application, application_id, "case.opinion", seen_version=seen_version)
    assessment = cases_inquiry.last_assessment(desk.session, application.id)
    amount = _amount(application, assessment, amount_yuan) if suggestion == "confirm" else None
    row_id = desk.new_id()
    row = CaseOpinion(
        id=row_id,
        application_id=application.id,
        suggestion=suggestion,
        assessment_id=assessment.id if assessment else None,
        proposed_fen=amount,
        sealed=desk.seal("opinion", row_id, {"reasons": reasons.strip()}),
        **desk.noted,
    )
    desk.session.add(row)
    application.suggestion, application.proposed_fen = suggestion, amount
    proved = {Proof.REASONS_WRITTEN} if reasons.strip() else set()
    steps.take(desk, application, EVENTS.get(application.state, "give_opinion"), reason=suggestion, proved=proved)
    return application


def own_result(application: Application, result: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an assessment says of the programme applied for. Raises InputInvalid where the rules compute none."""
    for one in result["results"]:
        if one["programme"] == application.programme:
            return dict(one)
    raise InputInvalid("这项救助没有测算规则, 请直接填写拟救助金额和理由")


def is_assessed(programme: str) -> bool:
    """Tell whether the rules compute this programme's amount."""
    return any(one.code == programme for one, _ in assessed_programmes())


def amount_of(text: str) -> int:
    """Read an amount in yuan as fen. Raises InputInvalid."""
    try:
        return parse_yuan(text)
    except ValueError:
        raise InputInvalid('金额写成 "780.00"', fields=["amount_yuan"]) from None


def _amount(application: Application, assessment: CaseAssessment | None, amount_yuan: str) -> int | None:
    if not is_assessed(application.programme):
        return amount_of(amount_yuan) if amount_yuan else None
    if amount_yuan:
        raise InputInvalid("金额由测算得出, 不能另填", fields=["amount_yuan"])
    if assessment is None or assessment.outcome != "eligible":
        raise CaseStepRefused("还没有符合条件的测算结果, 不能提出同意的意见")
    return assessment.amount_fen


def _grounds(desk: Desk, application: Application) -> tuple[str, CheckRequest]:
    visits = cases_inquiry.visits(desk.session, "application", application.id)
    accepted = [one.visit_id for one in visits if one.visit_id]
    check = cases_inquiry.last_check(desk.session, application.id)
    if not accepted or check is None or check.result is None:
        raise CaseStepRefused("评审须以审核认可的入户调查和核对结果为依据, 两项都要有")
    return accepted[-1], check


def assessed(desk: Desk, application: Application, case: Mapping[str, Any]) -> dict[str, Any]:
    """Assess a case under today's law. Raises InputInvalid for a malformed one, MembersDiffer unless it is of everybody."""
    try:
        result = assess_case(case, on=desk.today, region=application.area_code, parameters=desk.rules.parameters)
    except CaseError as error:
        errors = [{"field": f"case.{one.path}", "detail": one.text} for one in error.problems]
        raise InputInvalid("测算资料有误", errors=errors) from None
    members = {str(one["id"]) for one in case["household"]["members"] if not one.get("excluded")}
    living = people.co_living(desk.ledger, application.household_id, on=desk.today)
    if members != {one.id for one in living}:
        raise MembersDiffer
    return result
