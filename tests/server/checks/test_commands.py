"""flask checks: rounds, how a check stands, disposal; data on stdout, exit 0, 1, 2 or 3."""

import json

from server.models.checks import CheckItem, CheckReport
from server.transaction import reading
from tests.server.cases.casework import Casework
from tests.server.checks.conftest import Checking, Departments
from tests.server.clock import StillClock
from tests.server.office import Office


def run(checking: Checking, *args: str):
    """Run a command."""
    return checking.office.app.test_cli_runner().invoke(args=["checks", *args])


def test_a_round_is_sent_and_collected(checking: Checking):
    check = checking.authorised(scope=("banks",))
    sent = run(checking, "send", check, "--json")
    assert (sent.exit_code, json.loads(sent.stdout)["by_source"]) == (0, {"banks": 1})
    collected = run(checking, "collect")
    assert "收到反馈 1 件" in collected.stdout and "银行存贷款" in collected.stdout


def test_what_is_shown_names_no_person_and_no_value(checking: Checking):
    check = checking.answered(scope=("banks",))
    shown = json.loads(run(checking, "show", check, "--json").stdout)
    assert [one["state"] for one in shown["reports"]] == ["answered"]
    assert [one["deed"] for one in shown["uses"]] == ["query"]
    assert "value_fen" not in json.dumps(shown) and "王桂花" not in json.dumps(shown, ensure_ascii=False)


def test_open_checks_are_listed(checking: Checking):
    check = checking.authorised()
    assert check in run(checking, "list").stdout
    assert [one["id"] for one in json.loads(run(checking, "list", "--json").stdout)] == [check]


def test_a_rehearsed_disposal_disposes_of_nothing(checking: Checking):
    checking.answered(scope=("banks",))
    checking.later(211)
    told = run(checking, "dispose", "--dry-run", "--json")
    assert [one["source"] for one in json.loads(told.stdout)] == ["banks"]
    with checking.office.app.app_context():
        assert reading().query(CheckItem).count() == 1


def test_disposal_removes_persons_and_values_and_leaves_a_line(checking: Checking):
    check = checking.answered(scope=("banks",))
    checking.later(211)
    assert run(checking, "dispose", "--yes").exit_code == 0
    with checking.office.app.app_context():
        (report,) = reading().query(CheckReport).all()
        assert (report.state, report.sealed) == ("disposed", None)
        assert reading().query(CheckItem).count() == 0
    uses = json.loads(run(checking, "show", check, "--json").stdout)["uses"]
    assert [one["deed"] for one in uses] == ["query", "dispose"]


def test_nothing_goes_before_its_day(checking: Checking):
    checking.answered(scope=("banks",))
    checking.later(209)
    assert "没有到期" in run(checking, "dispose", "--yes").stdout


def test_a_query_that_is_never_answered_goes_with_its_authorisation(checking: Checking):
    checking.sent(scope=("banks",), valid_to="2026-08-01")
    checking.later(60)
    assert json.loads(run(checking, "dispose", "--yes", "--json").stdout)["disposed"]


def test_an_answer_lapses_after_its_last_day(checking: Checking):
    check = checking.answered(scope=("banks",))
    checking.did("check1", f"/checks/{check}/answer", result="clear")
    checking.later(181)
    run(checking, "dispose", "--yes")
    assert (checking.state_of(check), checking.reports(check)["banks"].state) == ("expired", "expired")


def test_a_disposal_without_a_yes_asks_first(checking: Checking):
    checking.answered(scope=("banks",))
    checking.later(211)
    assert run(checking, "dispose").exit_code == 1
    with checking.office.app.app_context():
        assert reading().query(CheckItem).count() == 1


def test_ways_that_are_all_down_end_with_three(checking: Checking, departments: Departments):
    check = checking.authorised(scope=("banks",))
    departments.routes.write_text(departments.routes.read_text().replace(departments.url, "http://127.0.0.1:9"))
    told = run(checking, "send", check)
    assert (told.exit_code, "联系不上" in told.stdout) == (3, True)


def test_a_wrong_file_of_ways_is_wrong_usage(checking: Checking, departments: Departments):
    departments.routes.write_text("nonsense")
    told = run(checking, "collect")
    assert told.exit_code == 2 and "connector" in told.stderr


def test_without_a_file_of_ways_the_refusal_says_what_to_set(office: Office, clock: StillClock):
    work = Casework(office, clock)
    check = work.read(work.investigating())["check"]["id"]
    answer = work.post("check1", f"/checks/{check}/queries")
    assert (answer.json["code"], "ZSB_CHECK_ROUTES" in answer.json["detail"]) == ("check.ways_missing", True)
