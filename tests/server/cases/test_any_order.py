"""Whatever people try, in whatever order and role: nothing faults, and what stands afterwards is a lawful case."""

from random import Random
from typing import Any

import pytest

from policy.procedure.machines import load_machine
from server.models.cases import Application
from server.queries import cases, cases_clock, cases_inquiry
from server.transaction import reading
from tests.server.cases.casework import PAPER, Casework

PEOPLE = ("caseworker1", "caseworker3", "assistant1", "reviewer1", "reviewer3", "county1", "county2", "inspector1")
TRIES = 45
REFUSALS = {403, 404, 409, 412, 422}


def tries(work: Casework) -> dict[str, dict[str, Any]]:
    """Everything that can be tried on an application, with bodies that fit."""
    staff = work.office.staff
    return {
        "missing-papers": {"kinds": ["application"]},
        "papers": {"papers": [{"kind": "application", "blob": PAPER}]},
        "acceptance": {"basis": "hukou"},
        "investigation": {"assignee_id": staff["caseworker1"]},
        "visits": {"purpose": "application", "assignee_id": staff["caseworker1"]},
        "negative-check": {},
        "evidence": {"statement": "说明"},
        "assessment": {"case": work.case()},
        "opinion": {"suggestion": "confirm", "reasons": "符合"},
        "notice": {"place": "公开栏", "photo": PAPER},
        "notice/end": {},
        "objections": {"source": "villager", "statement": "不符"},
        "county": {},
        "confirmation": {"reasons": "符合"},
        "refusal": {"reasons": "不符合"},
        "return": {"reason": "补充"},
        "resumption": {},
        "announcement": {"place": "公开栏", "photo": PAPER},
        "service": {"how": "in_person"},
        "warning": {},
        "pause": {"reason": "applicant_papers"},
        "extension": {"reason": "objection"},
        "complaint-flag": {"reason": "来电"},
    }


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.sqlite_only  # It is about the procedure; races are told on both databases.
def test_nothing_faults_and_the_history_is_one_lawful_line(work: Casework, seed: int):
    chance = Random(seed)
    application = chance.choice([work.submitted, work.investigated, work.judged, work.deciding])()
    bodies = tries(work)
    for _ in range(TRIES):
        what, username = chance.choice(sorted(bodies)), chance.choice(PEOPLE)
        answer = work.step(username, application, what, **bodies[what])
        assert answer.status_code in {200, 201} | REFUSALS, (username, what, answer.json)
        if chance.random() < 0.1:
            work.later(chance.randint(1, 5))
    with work.office.app.app_context():
        check_line(application)
        check_hands(application)


def check_line(application: str) -> None:
    """The steps are one line through the procedure's table that ends where the case stands; an ended case owes nothing."""
    session, machine = reading(), load_machine("application")
    case, steps = session.get_one(Application, application), cases.history(reading(), "application", application)
    assert [one.n for one in steps] == list(range(1, len(steps) + 1))
    assert [one.from_state for one in steps] == [machine.start, *(one.to_state for one in steps[:-1])]
    assert all(one.to_state in {way.to for way in machine.ways(one.from_state, one.event)} for one in steps)
    assert (case.state, case.version) == (steps[-1].to_state, len(steps))
    if case.state in machine.finals:
        assert cases_clock.running(session, "application", application) == []


def check_hands(application: str) -> None:
    """Who investigated, who concluded and who decided are different people."""
    session = reading()
    steps = cases.history(session, "application", application)
    visits = [one.visit_id for one in cases_inquiry.visits(session, "application", application) if one.visit_id]
    investigated = cases_inquiry.investigators(session, visits)
    concluded = {one.staff_id for one in steps if one.event in ("give_opinion", "accept_check")}
    decided = {one.staff_id for one in steps if one.event in ("confirm", "refuse")}
    assert not investigated & (concluded | decided)
    assert not (concluded | cases_inquiry.visit_reviewers(session, visits)) & decided
