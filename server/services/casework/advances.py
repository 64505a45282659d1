"""先行救助: a small sum in need is handed over at once, within the region's cap; the papers follow within a set time.

社会救助法第五十条; 文件000 一(三); 文件004 二(三). Who approves does not hand over.
"""

from typing import Any

from policy.procedure.guards import Proof
from policy.procedure.machines import load_machine
from server.domain.errors import NotAllowed, NotFound, RecordExists
from server.domain.permissions import Limit, limits, may
from server.models.cases_advance import AdvanceAid
from server.queries import cases
from server.queries.scope import is_village
from server.services.casework import opinions, steps
from server.services.casework.desk import Desk
from server.services.papers import require_blobs

REPORTING = frozenset({Limit.REPORT, Limit.PROPOSE, Limit.WITHIN_CAP, Limit.FULL})
APPROVING = frozenset({Limit.WITHIN_CAP})
PAYING = frozenset({Limit.PROPOSE, Limit.WITHIN_CAP})


def report(
    desk: Desk, *, area_code: str, amount_yuan: str, recipient: str, cause: str, household_id: str = "", id: str = ""
) -> AdvanceAid:
    """Report somebody in need, and the sum proposed.

    Whoever names an id is safe from asking twice. Raises NotFound for another area, NotAllowed without the right,
    RecordExists when this need was reported before.
    """
    if not is_village(desk.session, area_code) or not may(desk.actor, "case.read", area_code):
        raise NotFound("没有这个村")
    if not REPORTING & set(limits(desk.actor, "advance.give", area_code).values()):
        raise NotAllowed
    if household_id and desk.ledger.bucket_of("household", household_id) is None:
        raise NotFound("没有这个家庭")
    steps.refuse_relative(desk, household_id)
    row_id = id or desk.new_id()
    if desk.session.get(AdvanceAid, row_id) is not None:
        raise RecordExists("这次先行救助已经报告过")
    advance = AdvanceAid(
        id=row_id,
        area_code=area_code,
        state=load_machine("advance_aid").start,
        version=0,
        household_id=household_id or None,
        amount_fen=opinions.amount_of(amount_yuan),
        sealed=desk.seal("advance", row_id, {"recipient": recipient, "cause": cause}),
        **desk.noted,
    )
    desk.session.add(advance)
    steps.take(desk, advance, "report")
    return advance


def approve(desk: Desk, advance_id: str, *, seen_version: int) -> AdvanceAid:
    """Approve within the cap; what is above it goes to the county as an ordinary case."""
    advance = _take_up(desk, advance_id, seen_version, APPROVING)
    steps.take(desk, advance, "approve")
    return advance


def decline(desk: Desk, advance_id: str, *, reason: str, seen_version: int) -> AdvanceAid:
    """Decline, with the reason why the duty to help first does not apply."""
    advance = _take_up(desk, advance_id, seen_version, APPROVING)
    steps.take(desk, advance, "decline", reason=reason, proved=_written(reason, Proof.REASON_GIVEN))
    return advance


def pay(desk: Desk, advance_id: str, *, receipt: str, seen_version: int) -> AdvanceAid:
    """Note the hand-over with its signed receipt; from then on the papers are due."""
    advance = _take_up(desk, advance_id, seen_version, PAYING)
    require_blobs(desk.session, [receipt])
    advance.receipt, advance.paid_at = receipt, desk.now
    steps.take(desk, advance, "pay")
    told = _told(desk, advance)
    is_registered = bool(told.get("recipient") and told.get("cause"))
    steps.take(desk, advance, "register", proved={Proof.RECIPIENT_REGISTERED} if is_registered else set())
    return advance


def supplement(desk: Desk, advance_id: str, *, application_id: str, explanation: str, seen_version: int) -> AdvanceAid:
    """Complete the papers: the application that they belong to, and the explanation afterwards."""
    advance = _take_up(desk, advance_id, seen_version, PAYING)
    application = cases.get(desk.session, application_id, visible_to=desk.actor)
    advance.application_id = application.id
    told = {**_told(desk, advance), "explanation": explanation.strip()}
    advance.sealed = desk.seal("advance", advance.id, told)
    proved = _written(explanation, Proof.REASONS_WRITTEN) | {Proof.RECIPIENT_REGISTERED}
    steps.take(desk, advance, "supplement", proved=proved)
    return advance


def finish(desk: Desk, advance_id: str, *, seen_version: int) -> AdvanceAid:
    """Close an advance whose papers are complete; not by who approved it."""
    advance = _take_up(desk, advance_id, seen_version, APPROVING)
    steps.take(desk, advance, "finish")
    return advance


def _take_up(desk: Desk, advance_id: str, seen_version: int, within: frozenset[Limit]) -> AdvanceAid:
    return steps.take_up(desk, AdvanceAid, advance_id, "advance.give", seen_version=seen_version, within=within)


def _told(desk: Desk, advance: AdvanceAid) -> dict[str, Any]:
    return desk.unseal("advance", advance.id, advance.sealed)


def _written(text: str, proof: Proof) -> set[Proof]:
    return {proof} if text.strip() else set()
