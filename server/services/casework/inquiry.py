"""调查核对: the investigation begins with a visit and a check of means; a negative result may be answered.

The sources are asked by `services.checks`; here the check is asked for with purpose and legal basis, and concluded.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from server.domain.checks import ANSWERED, ASKED, DISPUTED, EXPIRED, SETTLED
from server.domain.errors import CaseStepRefused, NotAllowed, NotFound
from server.domain.permissions import Limit, limits, may
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckReport
from server.queries import cases_inquiry, checks
from server.services import audit
from server.services.casework import assigning, clock, steps
from server.services.casework.desk import Desk
from server.services.checks.asking import unanswered
from server.services.papers import require_blobs

BASIS = "社会救助法第四十条、第四十一条; 最低生活保障审核确认办法第十七条"
PURPOSE = "assistance.application"


def start(
    desk: Desk, application_id: str, *, assignee_id: str, due_on: date | None = None, seen_version: int
) -> Application:
    """Start the investigation: ask for the check of means, and send a visit (57号文第十五条)."""
    application = steps.take_up(desk, Application, application_id, "check.request", seen_version=seen_version)
    _ask(desk, application)
    assigning.assign(desk, application, purpose="application", assignee_id=assignee_id, due_on=due_on)
    steps.take(desk, application, "start")
    return application


def answer(desk: Desk, check_id: str, *, result: str, detail: str, valid_to: date | None = None) -> CheckRequest:
    """Conclude a check: clear, or negative with what was found; it holds as long as all that it rests on.

    A check that went to no source rests on a report from elsewhere, as the county's own system makes one. Raises NotFound
    outside of the area, NotAllowed without the right to run checks, CaseStepRefused when it is concluded, or when it
    would be clear while a source has still to answer.
    """
    check = _check(desk, check_id)
    application = desk.session.get_one(Application, check.application_id, with_for_update=True)
    steps.refuse_relative(desk, application.household_id)
    if Limit.RUN not in limits(desk.actor, "check.request", application.area_code).values():
        raise NotAllowed
    if check.result is not None or check.state == EXPIRED:
        raise CaseStepRefused("这次核对已有结果")
    parts = checks.latest(desk.session, check.id)
    if result == "clear" and unanswered(parts):
        raise CaseStepRefused("还有来源没有反馈, 不能作出未发现问题的结论")
    check.state, check.result = ANSWERED, result
    check.valid_to = _valid_to(desk, application, parts, valid_to)
    check.answered_at, check.answered_by = desk.now, desk.actor.staff_id
    check.sealed = desk.seal("check", check.id, {"detail": detail})
    clock.end(desk, "application", application.id, "answer_check")
    audit.record(desk.session, desk.actor, "check.answer", "check_request", check.id, now=desk.now, purpose=PURPOSE)
    return check


def tell_negative(desk: Desk, application_id: str, *, seen_version: int) -> Application:
    """Tell the applicant of a negative result, who may answer it (57号文第十八条)."""
    application = steps.take_up(desk, Application, application_id, "case.opinion", seen_version=seen_version)
    check = cases_inquiry.last_check(desk.session, application.id)
    if check is None or check.result != "negative":
        raise CaseStepRefused("核对没有不符合条件的结果, 不需要告知申辩")
    check.state, check.told_at = DISPUTED, desk.now
    steps.take(desk, application, "report_negative_check")
    return application


def give_evidence(desk: Desk, application_id: str, *, statement: str, blob: str, seen_version: int) -> Application:
    """Take the applicant's evidence in; what it puts in doubt is checked again (57号文第十八条第二款)."""
    application = steps.take_up(desk, Application, application_id, "case.opinion", seen_version=seen_version)
    require_blobs(desk.session, [blob])
    check = cases_inquiry.last_check(desk.session, application.id)
    if check is None:
        raise CaseStepRefused("还没有核对结果")
    told = desk.unseal("check", check.id, check.sealed)
    check.state, check.evidence_at = SETTLED, desk.now
    check.sealed = desk.seal("check", check.id, {**told, "answer": statement, "paper": blob})
    steps.take(desk, application, "give_evidence")
    _ask(desk, application)
    return application


def _valid_to(desk: Desk, application: Application, parts: Sequence[CheckReport], wished: date | None) -> date:
    """Give the last day of a conclusion: no answer that it rests on holds shorter, and a wish may only make it shorter."""
    days = [one.valid_to for one in parts if one.valid_to]
    if not days and wished is None:
        length = desk.law(application.area_code).get("check.valid_days").read(int)
        return desk.today + timedelta(days=length)
    return min([*days, wished] if wished else days)


def _ask(desk: Desk, application: Application) -> None:
    check = CheckRequest(
        id=desk.new_id(),
        application_id=application.id,
        purpose=PURPOSE,
        basis=BASIS,
        state=ASKED,
        **desk.noted,
    )
    desk.session.add(check)
    desk.session.flush()


def _check(desk: Desk, check_id: str) -> CheckRequest:
    check = desk.session.get(CheckRequest, check_id, with_for_update=True, populate_existing=True)
    application = desk.session.get(Application, check.application_id) if check else None
    if check is None or application is None or not may(desk.actor, "check.read", application.area_code):
        raise NotFound("没有这次核对")
    return check
