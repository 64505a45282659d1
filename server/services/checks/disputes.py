"""Doubts about data: the source looks into them within its working days and is asked again (政务数据共享条例第二十六条).

What it says then is what counts. A conclusion that rested on data which were corrected falls, and is drawn anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from policy.procedure.deadlines import data_corrected
from server.domain.checks import ANSWERED, DISPUTED
from server.domain.errors import CheckStepRefused, InputInvalid, NotFound
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckDispute, CheckReport
from server.queries import checks
from server.services.casework.desk import Desk
from server.services.checks import asking, usage
from server.services.papers import require_blobs


def open_dispute(desk: Desk, report_id: str, *, grounds: str, paper: str = "", ways: Mapping[str, str]) -> CheckDispute:
    """Put a source's data in doubt, with the grounds; the source is asked to look again, by a day.

    Raises NotFound, NotAllowed, CheckStepRefused unless the data are here and not in doubt already, InputInvalid without
    grounds, CheckNotAuthorised when the authorisation does not hold any more.
    """
    report = checks.report(desk.session, report_id, keep=True)
    if report is None:
        raise NotFound("没有这份核对结果")
    check, application = asking.take_up(desk, report.check_id)
    if not grounds.strip():
        raise InputInvalid("请写明哪里有疑义", fields=["grounds"])
    if report.state != ANSWERED or checks.open_dispute(desk.session, report.id):
        raise CheckStepRefused("只有已反馈、还没有提出异议的结果可以提出异议")
    require_blobs(desk.session, [paper])
    renewed = asking.renew(desk, report, ways)
    due = data_corrected(desk.law(application.area_code), desk.today, desk.rules.calendar)
    dispute_id = desk.new_id()
    told = {"grounds": grounds.strip(), "paper": paper}
    dispute = CheckDispute(
        id=dispute_id,
        report_id=report.id,
        renewed_id=renewed.id,
        due_on=due.due.on,
        clause=due.parameter.citation,
        sealed=desk.seal("check_dispute", dispute_id, told),
        **desk.noted,
    )
    desk.session.add(dispute)
    usage.note(desk, check, application, "dispute", source=report.source, basis=dispute.clause)
    if check.result is not None and check.state == ANSWERED:
        check.state = DISPUTED
    return dispute


def settle(desk: Desk, report: CheckReport) -> None:
    """Close the doubt that an answer to a renewed query settles: corrected where the source says something else, or upheld."""
    dispute = checks.open_dispute(desk.session, report.id)
    if dispute is None or dispute.renewed_id != report.id:
        return
    is_same = report.state != ANSWERED or _said(desk, report.id) == _said(desk, dispute.report_id)
    dispute.outcome, dispute.closed_at = "upheld" if is_same else "corrected", desk.now
    check = desk.session.get_one(CheckRequest, report.check_id)
    if check.state != DISPUTED or check.told_at is not None:
        return  # Told of a negative result, the applicant answers within the application (57号文第十八条).
    check.state = ANSWERED
    if not is_same:
        check.result = check.valid_to = None  # Whoever concluded saw other data.


def _said(desk: Desk, report_id: str) -> Sequence[Any]:
    told = [
        (one.kind, desk.unseal("check_item", one.id, one.sealed)) for one in checks.items(desk.session, [report_id])
    ]
    return sorted(told, key=repr)
