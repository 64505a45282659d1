"""Adjusting what a household receives: it is heard before it loses anything, and told in writing with reasons and remedies.

社会救助法第四十八条; 57号文第三十二条、第三十三条; 特困人员认定办法第二十六条.
"""

from datetime import date

from policy.procedure.guards import Proof
from server.domain.errors import CaseStepRefused, InputInvalid
from server.models.cases import Application
from server.models.cases_after import Adjustment, Entitlement, Hearing, Recheck, TaperPeriod
from server.models.cases_decision import PublicNotice
from server.queries import cases_after
from server.services import audit
from server.services.casework import entitlements, notices, rechecks, steps
from server.services.casework.decisions import DELEGATED
from server.services.casework.desk import Desk
from server.services.casework.remedies import remedy

METHODS = ("in_person", "phone", "written", "declined")


def hear(desk: Desk, entitlement_id: str, *, method: str, statement: str, seen_version: int) -> Hearing:
    """Note what the household says to the coming change; who declines to speak was heard as well.

    Raises CaseStepRefused before a change is proposed: nobody can speak to what they do not know.
    """
    entitlement = steps.take_up(desk, Entitlement, entitlement_id, "household.hear", seen_version=seen_version)
    recheck = rechecks.current(desk, entitlement)
    if recheck.finding is None:
        raise CaseStepRefused("还没有拟定的调整; 先提出, 再听取本人意见")
    if method != "declined" and not statement.strip():
        raise InputInvalid("请记录本人意见", fields=["statement"])
    row_id = desk.new_id()
    hearing = Hearing(
        id=row_id,
        recheck_id=recheck.id,
        method=method,
        sealed=desk.seal("hearing", row_id, {"statement": statement.strip()}),
        **desk.noted,
    )
    desk.session.add(hearing)
    audit.record(desk.session, desk.actor, "household.hear", "entitlement", entitlement.id, now=desk.now)
    return hearing


def post_end(desk: Desk, entitlement_id: str, *, place: str, photo: str, seen_version: int) -> PublicNotice:
    """Note that the coming end hangs in the village; asked for before the support of a 特困 person ends."""
    entitlement = steps.take_up(desk, Entitlement, entitlement_id, "notice.post", seen_version=seen_version)
    application = desk.session.get_one(Application, entitlement.application_id)
    notice = notices.hang_ending(desk, application, place=place, photo=photo)
    proved = {Proof.TEMPLATE_FIELDS_ONLY, Proof.NOTICE_PHOTOGRAPHED}
    steps.take(desk, entitlement, "post_end", reason=place, proved=proved)
    return notice


def decide(desk: Desk, entitlement_id: str, *, reasons: str, served_how: str, seen_version: int) -> Adjustment:
    """Decide the change that was proposed, and note how the written decision was served; it holds from the next month."""
    entitlement = _take_up(desk, entitlement_id, seen_version)
    recheck = rechecks.current(desk, entitlement)
    is_end = recheck.finding == "stop"
    proved = {Proof.REMEDY_TOLD, Proof.AMOUNT_TRACED} if recheck.proposed_fen is not None else {Proof.REMEDY_TOLD}
    proved |= {Proof.REASONS_WRITTEN} if reasons.strip() else set()
    proved |= {Proof.SERVED} if served_how else set()
    steps.take(desk, entitlement, "stop" if is_end else "decide", proved=proved)
    from_on = entitlements.next_month(desk.today)
    adjustment = _adjustment(desk, entitlement, recheck, reasons, served_how, from_on)
    recheck.ended_at = desk.now
    if is_end:
        entitlements.end(desk, entitlement, on=entitlements.month_end(desk.today))
    else:
        entitlements.set_amount(desk, entitlement, adjustment.amount_fen, from_on=from_on)
        steps.begin_periods(desk, entitlement, ("recheck",))
    return adjustment


def taper(desk: Desk, entitlement_id: str, *, months: int, seen_version: int) -> TaperPeriod:
    """Let aid go on for some months after work has lifted the household above the line (渐退), within the region's bounds."""
    entitlement = _take_up(desk, entitlement_id, seen_version)
    recheck = rechecks.current(desk, entitlement)
    steps.take(desk, entitlement, "taper", taper_months=months, proved={Proof.ABOVE_LINE_BY_WORK})
    recheck.finding, recheck.found_at, recheck.ended_at = "taper", desk.now, desk.now
    from_on = last = entitlements.next_month(desk.today)
    for _ in range(months - 1):
        last = entitlements.next_month(last)
    row = TaperPeriod(
        recheck_id=recheck.id,
        entitlement_id=entitlement.id,
        months=months,
        from_on=from_on,
        to_on=entitlements.month_end(last),
        **desk.noted,
    )
    desk.session.add(row)
    return row


def end_taper(desk: Desk, entitlement: Entitlement) -> Recheck:
    """Propose the end of aid whose taper has run out; the household is heard before it is decided."""
    recheck = rechecks.open_round(desk, entitlement, "end_taper", rechecks.TAPER)
    recheck.finding, recheck.found_at, recheck.proposed_fen = "stop", desk.now, 0
    return recheck


def leave(desk: Desk, entitlement_id: str, *, reason: str, seen_version: int) -> Entitlement:
    """Note that the household gives up this aid of its own will; what else it receives stays."""
    entitlement = steps.take_up(desk, Entitlement, entitlement_id, "case.end", seen_version=seen_version)
    proved = {Proof.REASON_GIVEN} if reason.strip() else set()
    steps.take(desk, entitlement, "exit", reason=reason, proved=proved)
    recheck = cases_after.open_recheck(desk.session, entitlement.id)
    if recheck is not None:
        recheck.ended_at = desk.now
    entitlements.end(desk, entitlement, on=entitlements.month_end(desk.today))
    return entitlement


def _take_up(desk: Desk, entitlement_id: str, seen_version: int) -> Entitlement:
    return steps.take_up(desk, Entitlement, entitlement_id, "case.decide", seen_version=seen_version, within=DELEGATED)


def _adjustment(
    desk: Desk, entitlement: Entitlement, recheck: Recheck, reasons: str, served_how: str, from_on: date
) -> Adjustment:
    text = {"reasons": reasons.strip(), "remedy": remedy(desk.law(entitlement.area_code))}
    adjustment = Adjustment(
        recheck_id=recheck.id,
        entitlement_id=entitlement.id,
        kind=recheck.finding or "",
        amount_fen=recheck.proposed_fen or 0,
        from_on=from_on,
        served_how=served_how,
        sealed=desk.seal("adjustment", recheck.id, text),
        **desk.noted,
    )
    desk.session.add(adjustment)
    return adjustment
