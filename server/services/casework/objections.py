"""Objections to a notice, and how they are met: a new visit, or a democratic review, which is held for nothing else.

57号文第十九条第二款; 文件000 二(七). Where a region asks for the review always, it is held without an objection too.
"""

from datetime import date, datetime

from server.domain.errors import CaseStepRefused, InputInvalid, NotFound
from server.models.cases import Application
from server.models.cases_decision import DemocraticReview, Objection
from server.queries import cases_inquiry
from server.services import audit
from server.services.casework import notices, steps
from server.services.casework.desk import Desk
from server.services.papers import require_blobs

SOURCES = ("villager", "supervision_committee", "anonymous", "other")


def raise_(desk: Desk, application_id: str, *, source: str, statement: str, seen_version: int) -> Objection:
    """Note an objection while the notice hangs; a further one while the first is looked into goes with it."""
    application = steps.take_up(desk, Application, application_id, "objection.note", seen_version=seen_version)
    notice = cases_inquiry.last_notice(desk.session, application.id, notices.PROPOSAL)
    if notice is None:
        raise CaseStepRefused("还没有公示, 不能登记异议")
    row_id = desk.new_id()
    objection = Objection(
        id=row_id,
        application_id=application.id,
        notice_id=notice.id,
        source=source,
        sealed=desk.seal("objection", row_id, {"statement": statement}),
        **desk.noted,
    )
    desk.session.add(objection)
    if application.state != "reinvestigating":
        steps.take(desk, application, "object", reason=source)
    return objection


def settle(desk: Desk, application_id: str, objection_id: str, *, seen_version: int) -> Objection:
    """Settle an objection by a new visit that was accepted after it came."""
    application = steps.take_up(desk, Application, application_id, "case.opinion", seen_version=seen_version)
    objection = _open(desk, application, objection_id)
    visits = cases_inquiry.visits(desk.session, "application", application.id)
    if not any(_answers(one.purpose, one.accepted_at, objection) for one in visits):
        raise CaseStepRefused("异议提出以后还没有审核认可的重新入户调查")
    return _settled(desk, objection)


def review(
    desk: Desk,
    application_id: str,
    objection_id: str,
    *,
    held_on: date,
    members: int,
    votes_for: int,
    votes_against: int,
    minutes: str,
    seen_version: int,
) -> DemocraticReview:
    """Note a democratic review with its minutes; it settles the objection for which it was held.

    Raises CaseStepRefused without an objection, unless the region asks for the review always; InputInvalid for more votes
    than members, or a day to come.
    """
    application = steps.take_up(desk, Application, application_id, "case.opinion", seen_version=seen_version)
    is_always = desk.law(application.area_code).get("review.mode").read(str) == "always"
    if not objection_id and not is_always:
        raise CaseStepRefused("没有异议的申请不进行民主评议")
    if votes_for + votes_against > members or held_on > desk.today:
        raise InputInvalid("票数不能多于评议人数, 日期不能晚于今天", fields=["votes_for", "held_on"])
    require_blobs(desk.session, [minutes])
    if objection_id:
        _settled(desk, _open(desk, application, objection_id))
    row = DemocraticReview(
        id=desk.new_id(),
        application_id=application.id,
        objection_id=objection_id or None,
        held_on=held_on,
        members=members,
        votes_for=votes_for,
        votes_against=votes_against,
        minutes=minutes,
        **desk.noted,
    )
    desk.session.add(row)
    return row


def _open(desk: Desk, application: Application, objection_id: str) -> Objection:
    objection = desk.session.get(Objection, objection_id)
    if objection is None or objection.application_id != application.id:
        raise NotFound("没有这条异议")
    if objection.settled_at is not None:
        raise CaseStepRefused("这条异议已经处理")
    return objection


def _settled(desk: Desk, objection: Objection) -> Objection:
    objection.settled_at, objection.settled_by = desk.now, desk.actor.staff_id
    audit.record(desk.session, desk.actor, "objection.settle", "objection", objection.id, now=desk.now)
    return objection


def _answers(purpose: str, accepted_at: datetime | None, objection: Objection) -> bool:
    return purpose == "objection" and accepted_at is not None and accepted_at >= objection.at
