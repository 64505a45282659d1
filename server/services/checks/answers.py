"""Answers: what a source said is read strictly, sealed item by item, and given its last day and its day of disposal."""

from datetime import timedelta

from policy.check_sources import Item, read_items, sources
from policy.reader import CaseError
from server.adapters.departments.connector import Answer, Fault
from server.domain.checks import ANSWERED, REFUSED
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckItem, CheckReport
from server.queries import checks
from server.services.casework.desk import Desk
from server.services.checks import asking, disputes
from sync.canonical import moment
from sync.errors import SyncError


def take_in(desk: Desk, answer: Answer) -> bool:
    """Take an answer in, once; gives whether it was new. Raises Fault for one that does not fit the query; nothing is kept.

    A department may be quicker than our note that the query went out: a drafted one takes its answer too.
    """
    report = checks.report(desk.session, answer.query_id, keep=True)
    if report is None or report.source != answer.source:
        raise Fault("foreign")
    if report.answered_at is not None:
        return False
    if answer.refused:
        report.state, report.fault, report.answered_at = REFUSED, answer.refused, desk.now
    else:
        _keep(desk, report, answer)
    asking.follow(desk, report.check_id)
    disputes.settle(desk, report)
    return True


def _keep(desk: Desk, report: CheckReport, answer: Answer) -> None:
    subjects = desk.unseal("check_report", report.id, report.sealed)["subjects"]
    try:
        found = read_items(sources()[report.source], answer.items, {one["ref"] for one in subjects})
        report.queried_at = moment(answer.queried_at)
    except (CaseError, SyncError):
        raise Fault("malformed") from None
    check = desk.session.get_one(CheckRequest, report.check_id)
    law = desk.law(desk.session.get_one(Application, check.application_id).area_code)
    report.state, report.answered_at, report.fault = ANSWERED, desk.now, None
    report.sent_at = report.sent_at or desk.now
    report.valid_to = desk.today + timedelta(days=law.get("check.valid_days").read(int))
    report.dispose_on = report.valid_to + timedelta(days=law.get("check.dispose_days").read(int))
    desk.session.add_all(_sealed(desk, report, item) for item in found)


def _sealed(desk: Desk, report: CheckReport, item: Item) -> CheckItem:
    item_id = desk.new_id()
    told = {"person": item.person, "values": dict(item.values)}
    return CheckItem(id=item_id, report_id=report.id, kind=item.kind, sealed=desk.seal("check_item", item_id, told))
