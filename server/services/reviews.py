"""Reviewing a visit: approve it, return it with pinned comments, or refuse it. A named person decides, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.errors import InputInvalid, NotAllowed, ReasonMissing, SeparationOfDuty, Stale, StepNotAllowed
from server.domain.permissions import Actor, may
from server.models.visit import Visit
from server.queries import visits
from server.services import audit
from server.services.casework import returning
from server.services.changes import Ledger
from server.services.ids import make_id
from server.services.staged import office
from sync.canonical import instant

VERDICTS = ("approved", "returned", "refused")
TARGETS = ("answer", "photo", "section", "visit")


@dataclass(frozen=True)
class Comment:
    """A comment pinned to an answer, a photo, a section, or the visit as a whole."""

    kind: str
    ref: str
    text: str


def decide(
    ledger: Ledger,
    actor: Actor,
    visit_id: str,
    *,
    verdict: str,
    reason: str,
    comments: Sequence[Comment] = (),
    seen_revision: int,
    now: datetime,
) -> str:
    """Give a verdict on the revision that the reviewer saw; answers the review's id.

    Raises NotFound outside of the area; NotAllowed without the role; SeparationOfDuty for an investigator of the visit;
    Stale when an amendment or another reviewer came first; StepNotAllowed when nothing waits for a review, or photos are
    still missing for an approval; ReasonMissing for a return or refusal that says nothing.
    """
    visit = visits.get(ledger.session, visit_id, visible_to=actor)
    _check(ledger, actor, visit, verdict, seen_revision)
    if verdict != "approved" and not (reason.strip() or comments):
        raise ReasonMissing
    review_id = make_id(now)
    ledger.create("review", review_id, visit.bucket, {
        "visit_id": visit_id,
        "revision": seen_revision,
        "verdict": verdict,
        "reason": reason.strip(),
        "comments": [_pinned(comment, now) for comment in comments],
        "reviewer_id": actor.staff_id,
        "reviewer_name": actor.display_name,
        "decided_at": instant(now),
    }, office(now, actor.staff_id))  # fmt: skip
    ledger.update("visit", visit_id, {"review_state": verdict}, office(now, actor.staff_id))
    returning.reviewed(ledger, visit_id, verdict, now=now)
    audit.record(ledger.session, actor, f"visit.{verdict}", "visit", visit_id, now=now, revision=seen_revision)
    return review_id


def _check(ledger: Ledger, actor: Actor, visit: Visit, verdict: str, seen_revision: int) -> None:
    if verdict not in VERDICTS:
        raise InputInvalid("审核结论不对", fields=["verdict"])
    if not may(actor, "visit.review", visit.bucket):
        raise NotAllowed
    if visits.investigated_by(ledger.session, visit.id, actor.staff_id):
        raise SeparationOfDuty
    if visits.revision(ledger.session, visit.id) != seen_revision:
        raise Stale("经办人员刚提交了新的补正, 请刷新后再审")
    current = ledger.get("visit", visit.id)
    if current is None or current.fields.get("review_state") != "pending":
        raise StepNotAllowed("这次走访已经审过了, 请刷新")
    if verdict == "approved" and visits.missing_blobs(ledger.session, visit.id):
        raise StepNotAllowed("照片或签名还没有到齐, 到齐后才能通过")


def _pinned(comment: Comment, now: datetime) -> dict[str, object]:
    text = comment.text.strip()
    if comment.kind not in TARGETS or not text or len(text) > 2000:
        raise InputInvalid("批注要写明位置和内容", fields=["comments"])
    return {"id": make_id(now), "target": {"kind": comment.kind, "ref": comment.ref}, "text": text}
