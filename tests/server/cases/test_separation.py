"""Investigator, reviewer and decider of one case are different people; who may do a step at all is the matrix's word."""

from typing import Any

import pytest

from policy.calendar import load_calendar
from policy.parameters import load_parameters
from server.domain.errors import HandsNotApart
from server.domain.permissions import MATRIX, Actor, Grant, Limit
from server.models.cases import Application
from server.services.casework import decisions, notices
from server.services.casework.desk import Desk, Rules
from server.transaction import at_desk
from tests.server.cases.casework import PAPER, Casework
from tests.server.office import STAFF, TOWNSHIPS

OPINION = {"suggestion": "confirm", "reasons": "符合"}
CONFIRM = {"reasons": "符合条件"}


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_whoever_investigated_gives_no_opinion(work: Casework):
    application = work.investigating()
    task = work.read(application)["visits"][0]["task_id"]
    work.visit(task, reviewer="reviewer3", participants=work.team("caseworker1", "caseworker3", "reviewer1"))
    work.answer_check()
    work.assess(application)
    assert refusal(work.step("reviewer1", application, "opinion", **OPINION)) == (403, "permission.hands_not_apart")
    assert work.stepped("reviewer3", application, "opinion", **OPINION) == "opinion"


def test_whoever_reviewed_a_visit_of_the_case_does_not_decide_it(work: Casework):
    application = work.investigating()
    work.visit(work.read(application)["visits"][0]["task_id"], reviewer="county1")
    work.answer_check()
    work.assess(application)
    work.stepped("reviewer1", application, "opinion", **OPINION)
    work.stepped("assistant1", application, "notice", place="公开栏", photo=PAPER)
    work.later(8)
    work.stepped("reviewer1", application, "notice/end")
    work.stepped("county1", application, "county")
    assert refusal(work.step("county1", application, "confirmation", **CONFIRM)) == (403, "permission.hands_not_apart")
    assert work.stepped("county2", application, "confirmation", **CONFIRM) == "confirmed"


def test_where_the_county_decides_a_reviewer_does_not(work: Casework):
    application = work.deciding()
    assert refusal(work.step("reviewer3", application, "confirmation", **CONFIRM)) == (403, "permission.denied")


def test_where_the_township_decides_it_is_not_who_gave_the_opinion(work: Casework):
    application = work.posted()
    work.later(8)
    delegated = Rules(
        load_parameters(sample=True).with_overrides({"decision_level.dibao": "township"}), load_calendar()
    )

    def does(username: str, deed: Any, **more: Any) -> Any:
        grants = (Grant(*STAFF[username]),)
        actor = Actor(work.office.staff[username], username, grants)

        def run(desk: Desk) -> Any:
            deed(desk, application, seen_version=work.version(application), **more)
            return desk.session.get_one(Application, application).state

        with work.office.app.app_context():
            return at_desk(actor, run, now=work.clock(), by=delegated)

    assert does("reviewer1", notices.close) == "deciding"
    with pytest.raises(HandsNotApart):
        does("reviewer1", decisions.confirm, **CONFIRM)
    assert does("reviewer3", decisions.confirm, **CONFIRM) == "confirmed"


STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "missing-papers": ("case.accept", {"kinds": ["application"]}),
    "papers": ("case.file", {"papers": [{"kind": "application"}]}),
    "acceptance": ("case.accept", {"basis": "hukou"}),
    "investigation": ("check.request", {"assignee_id": "x"}),
    "assessment": ("case.opinion", {"case": {}}),
    "opinion": ("case.opinion", OPINION),
    "notice": ("notice.post", {"place": "公开栏", "photo": PAPER}),
    "notice/end": ("case.opinion", {}),
    "confirmation": ("case.decide", CONFIRM),
    "refusal": ("case.decide", {"reasons": "不符合"}),
    "extension": ("case.extend", {"reason": "objection"}),
    "complaint-flag": ("case.flag", {"reason": "来电反映"}),
    "withdrawal": ("case.end", {"reason": "不再需要"}),
}
HONOURED = {"case.file": {Limit.AS_AGENT, Limit.HELP, Limit.TAKE_DOWN}, "case.decide": {Limit.IF_DELEGATED}}
"""Which limits the services know how to honour: for these the case itself says more."""


@pytest.mark.parametrize("what", STEPS)
@pytest.mark.sqlite_only  # It is about rights; the database does not matter.
def test_every_role_meets_the_matrix_at_every_step(work: Casework, what: str):
    """Whoever has no cell is told so, or that there is nothing; whoever has one is told of the case, never of rights."""
    application = work.submitted()
    deed, body = STEPS[what]
    for username, (role, area) in STAFF.items():
        if not TOWNSHIPS[0].startswith(area[: len(TOWNSHIPS[0])]):
            continue  # Another township's.
        answer = work.post(username, f"/applications/{application}/{what}", {"seen_version": 999, **body})
        limit = MATRIX[deed].get(role)
        may_see = role in {"caseworker", "village_assistant", "reviewer", "county_officer", "inspector"}
        if not may_see:
            assert answer.status_code == 404, (username, answer.json)
        elif limit is Limit.FULL or limit in HONOURED.get(deed, set()):
            assert refusal(answer) == (412, "record.stale"), (username, answer.json)
        else:
            assert refusal(answer) == (403, "permission.denied"), (username, answer.json)
