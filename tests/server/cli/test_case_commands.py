"""flask cases: what is under way and due, told without anything of a person; the daily round, rehearsed and run."""

import json
from typing import Any

import pytest

from tests.server.cases.casework import Casework
from tests.server.clock import StillClock
from tests.server.office import Office


@pytest.fixture
def work(office: Office, clock: StillClock) -> Casework:
    """Work on the household of the first village."""
    return Casework(office, clock)


def run(work: Casework, *arguments: str) -> Any:
    return work.office.app.test_cli_runner().invoke(args=["cases", *arguments])


def test_without_cases_the_lists_say_so(work: Casework):
    assert run(work, "list").stdout == "没有申请\n"
    assert run(work, "due").stdout == "没有到期的期限\n"
    assert json.loads(run(work, "list", "--json").stdout) == []


def test_a_list_names_ids_and_states_and_no_person(work: Casework):
    application = work.accepted()
    told = run(work, "list", "--state", "accepted")
    assert application in told.stdout and "已受理" in told.stdout
    assert "王桂花" not in told.stdout
    assert run(work, "list", "--state", "closed").stdout == "没有申请\n"


def test_a_case_tells_its_way_and_its_periods(work: Casework):
    application = work.accepted()
    told = run(work, "show", application)
    assert "受理" in told.stdout and "全部办结  2026-08-10  在期限内" in told.stdout
    found = json.loads(run(work, "show", application, "--json").stdout)
    assert [one["event"] for one in found["history"]] == ["create", "submit", "accept"]


def test_an_unknown_case_is_one_sentence_and_exit_code_1(work: Casework):
    told = run(work, "show", "nothing")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "没有这件申请" in told.stderr and "Traceback" not in told.stderr


def test_what_is_due_comes_most_urgent_first(work: Casework):
    application = work.accepted()
    rows = json.loads(run(work, "due", "--by", "2026-12-31", "--json").stdout)
    assert [(one["case_id"], one["kind"]) for one in rows] == [
        (application, "start_investigation"),
        (application, "decision"),
    ]


def test_the_round_can_be_rehearsed_and_does_nothing_twice(work: Casework):
    entitlement = work.read(work.confirmed())["entitlement_id"]
    work.later(366)
    rehearsed = json.loads(run(work, "rounds", "--dry-run", "--json").stdout)
    done = json.loads(run(work, "rounds", "--json").stdout)
    assert rehearsed["rechecks"] == done["rechecks"] == [entitlement]
    assert json.loads(run(work, "rounds", "--json").stdout)["rechecks"] == []
    assert "启动定期核查 0 户" in run(work, "rounds").stdout
