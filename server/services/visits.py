"""A sealed visit arrives: its legal shape and its seal are checked, its blobs and investigators noted, review opened.

A visit whose seal does not hold is kept, not refused: it may be the only trace of what happened. The verdict says so, and
the console shows it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from policy.parameters import load_parameters
from server.domain.days import day
from server.domain.errors import InputInvalid, NotFound, StepNotAllowed
from server.models.device import Device
from server.models.visit import VisitBlob, VisitInvestigator
from server.queries import visits
from server.services import form_check
from server.services.changes import Ledger
from server.services.staged import office
from sync.canonical import moment
from sync.errors import Untrusted
from sync.records.fields import HASH
from sync.seal import Seal, is_altered, signed_by
from sync.visit_shape import blob_hashes, shortcomings

INTACT = "intact"


def arrive(
    ledger: Ledger,
    device: Device,
    visit_id: str,
    bucket: str,
    fields: Mapping[str, Any],
    *,
    now: datetime,
    in_order: bool | None = None,
) -> dict[str, Any]:
    """Take a sealed visit in. Gives the office's fields for it; raises DomainError when it cannot be a visit at all.

    `in_order` tells how its seal stood in the device's chain, where that was found out before.
    """
    household = ledger.bucket_of("household", fields["household_id"])
    if household is None or household != bucket:
        raise NotFound("走访的家庭不在本村名册中")
    # The rule of the day of arrival: the device's own clock may be years off, and time never refuses a visit.
    rule = load_parameters().value("visit.min_investigators", region=bucket, on=now.date())
    lacking = shortcomings(fields, min_investigators=rule.read(int))
    if lacking:
        raise InputInvalid("走访不符合法定形式", fields=lacking)
    verdict = seal_verdict(device, fields, in_order)
    form_verdict = form_check.judge(ledger, fields, fields["answers"], on=_sealed_on(fields))
    note_blobs(ledger, visit_id, 1, fields)
    investigators = {one["staff_id"] for one in fields["participants"] if one.get("staff_id")}
    _note_investigators(ledger, visit_id, {*investigators, device.staff_id})
    return {"review_state": "pending", "verdict": verdict, "form_verdict": form_verdict}


def arrive_amendment(
    ledger: Ledger,
    device: Device,
    bucket: str,
    fields: Mapping[str, Any],
    *,
    now: datetime,
    in_order: bool | None = None,
) -> dict[str, Any]:
    """Take an amendment in: the visit goes back to the reviewers. Gives the office's fields for the amendment.

    Raises NotFound when there is no such visit here, StepNotAllowed when the revision is taken already.
    """
    visit_id = fields["visit_id"]
    if ledger.bucket_of("visit", visit_id) != bucket:
        raise NotFound("没有要补正的走访")
    expected = revision_of(ledger, visit_id) + 1
    if fields["revision"] != expected:
        raise StepNotAllowed(f"这次走访已补正到第 {expected - 1} 版, 请同步后再补正")
    verdict = seal_verdict(device, fields, in_order)
    note_blobs(ledger, visit_id, fields["revision"], fields)
    _note_investigators(ledger, visit_id, {device.staff_id})
    form_verdict = _amended_verdict(ledger, visit_id, fields)
    ledger.update("visit", visit_id, {"review_state": "pending", "form_verdict": form_verdict}, office(now))
    return {"verdict": verdict, "form_verdict": form_verdict}


def revision_of(ledger: Ledger, visit_id: str) -> int:
    """Give a visit's newest revision, amendments of this very transaction included."""
    staged = [one["revision"] for one in ledger.staged("amendment") if one["visit_id"] == visit_id]
    return int(max(visits.revision(ledger.reading, visit_id), *staged, 1))


def follow(device: Device, fields: Mapping[str, Any]) -> bool:
    """Move a device's chain on by a seal of its own, and tell whether that seal follows the one before it.

    A chain is followed from the highest seal that was seen. What was refused, or altered after its seal, is a link of it
    as well: else the next visit would look as if it were out of order.
    """
    try:
        return _follow(device, signed_by(fields, bytes.fromhex(device.signing_key)))
    except Untrusted:
        return False


def _follow(device: Device, seal: Seal) -> bool:
    if seal.device_id != device.id:
        return False
    follows = seal.number == device.seal_number + 1 and seal.previous == device.seal_hash
    if seal.number > device.seal_number:
        device.seal_number, device.seal_hash = seal.number, seal.hash
    return follows


def _amended_verdict(ledger: Ledger, visit_id: str, fields: Mapping[str, Any]) -> str:
    visit = ledger.get("visit", visit_id)
    sealed = visit.fields if visit else {}
    return form_check.judge(
        ledger, sealed, form_check.amended(ledger, visit_id, fields["answers"]), on=_sealed_on(fields)
    )


def _sealed_on(fields: Mapping[str, Any]) -> date:
    """Give the day in China on which the device sealed: the one with which it judged the answers."""
    return day(moment(fields["sealed_at"]))


def seal_verdict(device: Device, fields: Mapping[str, Any], in_order: bool | None) -> str:
    """Check seal and chain, and move the device's chain on. The signature, which costs the most, is checked once."""
    try:
        seal = signed_by(fields, bytes.fromhex(device.signing_key))
    except Untrusted as error:
        is_forged = error.code == "seal.forged"
        return "altered" if is_forged and is_altered(fields) else error.code.partition(".")[2]
    follows = _follow(device, seal) if in_order is None else in_order
    if is_altered(fields):
        return "altered"
    if seal.device_id != device.id:
        return "forged"
    return INTACT if follows else "out_of_order"


def _note_investigators(ledger: Ledger, visit_id: str, staff_ids: Iterable[str]) -> None:
    """Note who took part; whoever only sent it in or amended it has a hand in it too, and may not review it."""
    ledger.add_rows(VisitInvestigator, [{"visit_id": visit_id, "staff_id": one} for one in sorted(staff_ids)])


def note_blobs(ledger: Ledger, visit_id: str, revision: int, fields: Mapping[str, Any]) -> None:
    """Note on which blobs a sealed record rests. Raises InputInvalid for a hash that is none."""
    hashes = blob_hashes(fields)
    if not all(map(HASH.holds, hashes)):  # Such a photo could never come, and the visit never be complete.
        raise InputInvalid("照片或签名的编号不对", fields=["evidence", "signatures"])
    ledger.add_rows(VisitBlob, [{"visit_id": visit_id, "revision": revision, "sha256": sha} for sha in hashes])
