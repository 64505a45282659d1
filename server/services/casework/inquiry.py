"""调查核对: the investigation begins with a visit and a check of means; a negative result may be answered.

The check itself is done by connectors elsewhere; here it is asked for with purpose and legal basis, and its answer noted.
"""

from datetime import date

from server.domain.errors import CaseStepRefused, NotAllowed, NotFound
from server.domain.permissions import Limit, limits, may
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.queries import cases_inquiry
from server.services import audit
from server.services.casework import assigning, clock, steps
from server.services.casework.desk import Desk
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


def answer(desk: Desk, check_id: str, *, result: str, detail: str, valid_to: date) -> CheckRequest:
    """Note what the check found: clear, or negative with what was found; it holds until a day.

    Raises NotFound outside of the area, NotAllowed without the right to run checks, CaseStepRefused when it is answered.
    """
    check = _check(desk, check_id)
    application = desk.session.get_one(Application, check.application_id, with_for_update=True)
    steps.refuse_relative(desk, application.household_id)
    if Limit.RUN not in limits(desk.actor, "check.request", application.area_code).values():
        raise NotAllowed
    if check.state != "asked":
        raise CaseStepRefused("这次核对已有结果")
    check.state, check.result, check.valid_to = "answered", result, valid_to
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
    check.state, check.told_at = "disputed", desk.now
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
    check.state, check.evidence_at = "settled", desk.now
    check.sealed = desk.seal("check", check.id, {**told, "answer": statement, "paper": blob})
    steps.take(desk, application, "give_evidence")
    _ask(desk, application)
    return application


def _ask(desk: Desk, application: Application) -> None:
    check = CheckRequest(
        id=desk.new_id(),
        application_id=application.id,
        purpose=PURPOSE,
        basis=BASIS,
        state="asked",
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
