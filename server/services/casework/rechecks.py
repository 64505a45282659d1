"""Rechecking what a household receives: by its period, after a death, after a reported change (57号文第三十条、第三十一条)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy.procedure.guards import Proof
from server.domain.errors import InputInvalid, NotFound
from server.domain.permissions import may
from server.models.cases import Application
from server.models.cases_after import ChangeReport, Entitlement, Recheck
from server.queries import cases_after
from server.services import audit
from server.services.casework import assigning, opinions, steps
from server.services.casework.desk import Desk
from server.services.papers import require_blobs
from server.services.staged import office

PERIOD, DEATH, CHANGE, TAPER = "period", "death", "change", "taper"
REPORTS = ("death", "income", "members", "moved", "other")
LOSSES_AND_GAINS = ("raise", "reduce", "stop")


def begin(desk: Desk, entitlement_id: str, *, assignee_id: str, seen_version: int) -> Recheck:
    """Begin a periodic recheck by hand, with a visit."""
    entitlement = steps.take_up(desk, Entitlement, entitlement_id, "case.recheck", seen_version=seen_version)
    return open_round(desk, entitlement, "begin_recheck", PERIOD, assignee_id=assignee_id)


def report(
    desk: Desk,
    household_id: str,
    *,
    kind: str,
    happened_on: date,
    statement: str,
    person_id: str = "",
    proof: str = "",
) -> list[Recheck]:
    """Note a death or another change; every entitlement of the household goes to a recheck.

    A death with its proof is entered in the register, and its period runs from the day of death (2022年通知一(三)).
    """
    bucket = desk.ledger.bucket_of("household", household_id)
    if bucket is None or not may(desk.actor, "change.report", bucket):
        raise NotFound("没有这个家庭")
    steps.refuse_relative(desk, household_id)
    require_blobs(desk.session, [proof])
    if happened_on > desk.today:
        raise InputInvalid("日期不能晚于今天", fields=["happened_on"])
    row = _report(desk, household_id, kind, happened_on, statement, person_id)
    is_proved = kind == DEATH and bool(proof and person_id)
    if is_proved:
        _enter_death(desk, household_id, person_id, happened_on)
    event, proved = ("record_death", {Proof.DEATH_ESTABLISHED}) if is_proved else ("report_change", set())
    return [
        open_round(
            desk, one, event, DEATH if kind == DEATH else CHANGE, report_id=row.id, proved=proved, starts_on=happened_on
        )
        for one in cases_after.of_household(desk.session, household_id)
        if one.state in ("active", "tapering")
    ]


def open_round(
    desk: Desk,
    entitlement: Entitlement,
    event: str,
    kind: str,
    *,
    assignee_id: str = "",
    report_id: str | None = None,
    **told: Any,
) -> Recheck:
    """Open a round of rechecking by an event, and send somebody where a worker is named."""
    recheck = Recheck(id=desk.new_id(), entitlement_id=entitlement.id, kind=kind, report_id=report_id, **desk.noted)
    desk.session.add(recheck)
    steps.take(desk, entitlement, event, reason=kind, **told)
    if assignee_id:
        assigning.assign(desk, entitlement, purpose="recheck", assignee_id=assignee_id)
    return recheck


def send(desk: Desk, entitlement_id: str, *, assignee_id: str, seen_version: int) -> str:
    """Send somebody for the round that is open; gives the task's id. Raises NotFound without one."""
    entitlement = steps.take_up(desk, Entitlement, entitlement_id, "case.recheck", seen_version=seen_version)
    current(desk, entitlement)
    return assigning.assign(desk, entitlement, purpose="recheck", assignee_id=assignee_id)


def find_unchanged(desk: Desk, entitlement_id: str, *, seen_version: int) -> Entitlement:
    """Conclude a recheck: nothing has changed; the next period begins."""
    entitlement = steps.take_up(desk, Entitlement, entitlement_id, "case.recheck", seen_version=seen_version)
    recheck = current(desk, entitlement)
    steps.take(desk, entitlement, "find_unchanged")
    recheck.finding, recheck.found_at, recheck.ended_at = "unchanged", desk.now, desk.now
    return entitlement


def propose(
    desk: Desk,
    entitlement_id: str,
    *,
    change: str,
    reasons: str,
    case: Mapping[str, Any] | None = None,
    amount_yuan: str = "",
    seen_version: int,
) -> Recheck:
    """Conclude a recheck: more, less, or an end; the new amount comes from an assessment where the rules have one.

    Raises InputInvalid when the amount does not go the way of the change.
    """
    entitlement = steps.take_up(desk, Entitlement, entitlement_id, "case.recheck", seen_version=seen_version)
    recheck = current(desk, entitlement)
    amount = 0 if change == "stop" else _new_amount(desk, entitlement, case, amount_yuan)
    _check_direction(desk, entitlement, change, amount)
    recheck.finding, recheck.found_at, recheck.proposed_fen = change, desk.now, amount
    proved = {Proof.REASONS_WRITTEN} if reasons.strip() else set()
    steps.take(desk, entitlement, "propose", reason=change, proved=proved)
    return recheck


def current(desk: Desk, entitlement: Entitlement) -> Recheck:
    """Give the round that is open. Raises NotFound."""
    found = cases_after.open_recheck(desk.session, entitlement.id)
    if found is None:
        raise NotFound("没有正在进行的核查")
    return found


def _new_amount(desk: Desk, entitlement: Entitlement, case: Mapping[str, Any] | None, amount_yuan: str) -> int:
    if not opinions.is_assessed(entitlement.programme):
        return opinions.amount_of(amount_yuan)
    application = desk.session.get_one(Application, entitlement.application_id)
    own = opinions.own_result(application, opinions.assessed(desk, application, case or {}))
    if own["outcome"] != "eligible" or own["monthly_yuan"] is None:
        raise InputInvalid("测算没有得出新的金额; 不再符合条件的请提出停发", fields=["case"])
    return opinions.amount_of(own["monthly_yuan"])


def _check_direction(desk: Desk, entitlement: Entitlement, change: str, amount: int) -> None:
    now = cases_after.amounts(desk.session, entitlement.id)[-1].amount_fen
    fits = {"raise": amount > now, "reduce": 0 < amount < now, "stop": amount == 0}
    if not fits[change]:
        raise InputInvalid("新的金额与增发、减发不符", fields=["change"])


def _report(
    desk: Desk, household_id: str, kind: str, happened_on: date, statement: str, person_id: str
) -> ChangeReport:
    row_id = desk.new_id()
    row = ChangeReport(
        id=row_id,
        household_id=household_id,
        kind=kind,
        person_id=person_id or None,
        happened_on=happened_on,
        sealed=desk.seal("report", row_id, {"statement": statement}),
        **desk.noted,
    )
    desk.session.add(row)
    desk.session.flush()
    audit.record(desk.session, desk.actor, "change.report", "household", household_id, now=desk.now, kind=kind)
    return row


def _enter_death(desk: Desk, household_id: str, person_id: str, died_on: date) -> None:
    living = desk.ledger.get("person", person_id)
    bucket = desk.ledger.bucket_of("person", person_id)
    if living is None or bucket is None or bucket != desk.ledger.bucket_of("household", household_id):
        raise NotFound("没有这位家庭成员")
    author = office(desk.now, desk.actor.staff_id, "死亡登记")
    desk.ledger.update("person", person_id, {"death_date": died_on.isoformat()}, author)
