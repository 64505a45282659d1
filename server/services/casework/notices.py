"""What hangs in the village: 公示 of the opinion for its days, 公布 of the decision. A template fills them, nobody types them.

57号文第十九条、第二十四条; 2022年通知四(二): name, number of members, amount; nothing else about a household is public.
"""

from typing import Any

from policy.catalogue import catalogue
from policy.money import yuan_text
from policy.procedure.guards import Proof
from server.domain.errors import CaseStepRefused
from server.models.cases import Application
from server.models.cases_decision import PublicNotice
from server.queries import cases_clock, cases_inquiry
from server.services.casework import people, steps
from server.services.casework.desk import Desk
from server.services.papers import require_blobs

PROPOSAL, ANNOUNCEMENT, ENDING = "proposal", "announcement", "ending"


def post(desk: Desk, application_id: str, *, place: str, photo: str, seen_version: int) -> PublicNotice:
    """Note that the opinion hangs in the village, with the picture of it; the day of posting is not counted."""
    application = steps.take_up(desk, Application, application_id, "notice.post", seen_version=seen_version)
    fields = _public_fields(desk, application, application.proposed_fen)
    fields["programme"] = next(one.name for one in catalogue() if one.code == application.programme)
    fields["suggestion"] = application.suggestion
    notice = _hang(desk, application, PROPOSAL, fields, place, photo)
    proved = {Proof.TEMPLATE_FIELDS_ONLY, Proof.NOTICE_PHOTOGRAPHED}
    steps.take(desk, application, "post", reason=place, proved=proved)
    running = cases_clock.running(desk.session, "application", application.id)
    notice.ends_on = next((one.due_on for one in running if one.kind == "notice_period"), None)
    return notice


def close(desk: Desk, application_id: str, *, seen_version: int) -> Application:
    """Close a notice that hung for all its days without an open objection: on to whoever decides."""
    application = steps.take_up(desk, Application, application_id, "case.opinion", seen_version=seen_version)
    steps.take(desk, application, "close_notice")
    return application


def announce(desk: Desk, application_id: str, *, place: str, photo: str, seen_version: int) -> PublicNotice:
    """Announce a confirmed application in the village, with its three fields."""
    application = steps.take_up(desk, Application, application_id, "notice.post", seen_version=seen_version)
    decision = cases_inquiry.decision(desk.session, application.id)
    if decision is None:
        raise CaseStepRefused("还没有审核确认的决定")
    fields = _public_fields(desk, application, decision.amount_fen)
    notice = _hang(desk, application, ANNOUNCEMENT, fields, place, photo)
    steps.take(desk, application, "announce", reason=place, announced_fields=frozenset(fields))
    return notice


def hang_ending(desk: Desk, application: Application, *, place: str, photo: str) -> PublicNotice:
    """Note that the coming end of an entitlement hangs in the village (特困人员认定办法第二十六条)."""
    return _hang(desk, application, ENDING, _public_fields(desk, application, None), place, photo)


def _public_fields(desk: Desk, application: Application, amount_fen: int | None) -> dict[str, Any]:
    """Fill the template: applicant's name, number of members, and the amount where there is one."""
    living = people.co_living(desk.ledger, application.household_id, on=desk.today)
    name = next((one.name for one in living if one.id == application.applicant_id), "")
    amount = {"amount": yuan_text(amount_fen)} if amount_fen is not None else {}
    return {"name": name, "member_count": len(living), **amount}


def _hang(
    desk: Desk, application: Application, kind: str, fields: dict[str, Any], place: str, photo: str
) -> PublicNotice:
    require_blobs(desk.session, [photo])
    notice = PublicNotice(
        id=desk.new_id(),
        application_id=application.id,
        kind=kind,
        fields=fields,
        place=place,
        posted_on=desk.today,
        photo=photo,
        **desk.noted,
    )
    desk.session.add(notice)
    return notice
