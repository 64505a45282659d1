"""Taking a case one step further: the only place where a case changes its state.

Whether a step may be taken is judged by `policy.procedure` over what `established` gathers; who may ask at all, by the
matrix of rights. Each step leaves a line of history: who, when, on which device, why, and by which clause.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import func, select

from policy.procedure.machines import load_machine
from policy.procedure.steps import Refusal, Step, step
from server.domain.errors import (
    CaseStepRefused,
    DomainError,
    HandsNotApart,
    NotAllowed,
    NotFound,
    RelativeBarred,
    Stale,
)
from server.domain.permissions import Actor, Limit, limits, may
from server.models.cases import Application, CaseStep
from server.models.cases_advance import AdvanceAid
from server.models.cases_after import Entitlement
from server.queries import cases
from server.services import audit
from server.services.casework import clock, established
from server.services.casework.desk import Desk

Case = TypeVar("Case", Application, Entitlement, AdvanceAid)
MACHINES: dict[type, str] = {Application: "application", Entitlement: "entitlement", AdvanceAid: "advance_aid"}
APART = frozenset({"not_investigator", "not_reviewer", "not_decider", "not_approver"})
LONGEST_REASON = 500
FILING = frozenset({Limit.AS_AGENT, Limit.HELP, Limit.TAKE_DOWN})  # staff who help an applicant with filing


def take_up(
    desk: Desk,
    model: type[Case],
    case_id: str,
    deed: str,
    *,
    seen_version: int,
    within: frozenset[Limit] = frozenset(),
) -> Case:
    """Take a case up for a deed, and keep everybody else from it until the commit.

    `within` names the limits of the right that the caller honours. Raises NotFound outside of the area; RelativeBarred for
    close kin; NotAllowed without the right; Stale when somebody took a step that the actor has not seen.
    """
    case = desk.session.get(model, case_id, with_for_update=True, populate_existing=True)
    if case is None or not may(desk.actor, "case.read", case.area_code):
        raise NotFound("没有这件申请")
    refuse_relative(desk, case.household_id)
    granted = set(limits(desk.actor, deed, case.area_code).values())
    if not granted & {Limit.FULL, *within}:
        raise NotAllowed
    if case.version != seen_version:
        raise Stale("这件申请刚由他人办过, 请刷新后再办")
    return case


def refuse_relative(desk: Desk, household_id: str | None) -> None:
    """Keep close kin of a household away from its cases. Raises RelativeBarred."""
    if household_id and cases.is_relative(desk.session, household_id, desk.actor.staff_id):
        raise RelativeBarred


def take(
    desk: Desk, case: Application | Entitlement | AdvanceAid, event: str, *, reason: str = "", **told: Any
) -> None:
    """Take one step; `told` are facts that only this deed knows. All unmet conditions are named together.

    Raises RelativeBarred, HandsNotApart, NotAllowed or CaseStepRefused; nothing is changed then.
    """
    desk.session.flush()
    machine = load_machine(MACHINES[type(case)])
    judged = _judge(desk, case, event, told)
    if judged.to is None:
        raise _refusal(judged.refusals)
    before, case.state, case.version = case.state, judged.to, case.version + 1
    line = CaseStep(
        machine=machine.code,
        case_id=case.id,
        n=_next(desk, machine.code, case.id),
        event=event,
        from_state=before,
        to_state=judged.to,
        reason=reason.strip()[:LONGEST_REASON],
        clause=judged.clause[:LONGEST_REASON],
        **desk.noted,
    )
    desk.session.add(line)
    clock.end(desk, machine.code, case.id, event, is_final=judged.to in machine.finals)
    begin_periods(desk, case, judged.starts, start_on=told.get("starts_on"))
    audit.record(desk.session, desk.actor, f"{machine.code}.{event}", machine.code, case.id, now=desk.now, n=line.n)


def begin_periods(
    desk: Desk, case: Application | Entitlement | AdvanceAid, kinds: Iterable[str], *, start_on: date | None = None
) -> None:
    """Start periods of a case, from today or from the day that the law counts from."""
    clock.begin(
        desk,
        machine=MACHINES[type(case)],
        case_id=case.id,
        area_code=case.area_code,
        programme=established.programme_of(case),
        kinds=kinds,
        start_on=start_on or desk.today,
        is_unstable=isinstance(case, Entitlement) and case.is_unstable,
    )


def _judge(desk: Desk, case: Application | Entitlement | AdvanceAid, event: str, told: dict[str, Any]) -> Step:
    """Judge a step for each role that the actor has here; the first that may take it counts, else the first refusal."""
    facts = established.facts_of(desk, case, **{name: one for name, one in told.items() if name != "starts_on"})
    machine = load_machine(MACHINES[type(case)])
    judged = [
        step(machine, case.state, event, replace(facts, role=role)) for role in _roles(desk.actor, case.area_code)
    ]
    allowed = [one for one in judged if one.to is not None]
    mine = [one for one in judged if all(refusal.code != "not_your_role" for refusal in one.refusals)]
    return (allowed or mine or judged)[0]


def _roles(actor: Actor, area_code: str) -> Sequence[str]:
    found = [grant.role for grant in actor.grants if area_code.startswith(grant.area_prefix)]
    return list(dict.fromkeys(found)) or [""]


def _refusal(refusals: Sequence[Refusal]) -> DomainError:
    """Word why a step may not be taken: who may not, before what is missing."""
    codes = {one.code for one in refusals}
    text = " ".join(one.text for one in refusals)
    if "not_relative" in codes:
        return RelativeBarred()
    if codes & APART:
        return HandsNotApart(next(one.text for one in refusals if one.code in APART))
    if codes & {"not_your_role", "level_decides"}:
        return NotAllowed(text)
    errors = [{"field": one.code, "detail": one.text, "clause": one.clause} for one in refusals]
    return CaseStepRefused(text, errors=errors)


def _next(desk: Desk, machine: str, case_id: str) -> int:
    mine = select(func.max(CaseStep.n)).where(CaseStep.machine == machine, CaseStep.case_id == case_id)
    return (desk.session.scalar(mine) or 0) + 1
