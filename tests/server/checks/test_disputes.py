"""Data in doubt: the source has its working days to look again, and what it says then counts."""

from tests.server.cases.casework import PAPER
from tests.server.checks.conftest import Checking, Departments


def doubted(checking: Checking, *, concluded: bool = False) -> tuple[str, dict[str, str]]:
    """A check with doubts about what the banks said; gives it and the doubt."""
    check = checking.answered(scope=("banks",))
    if concluded:
        checking.did("check1", f"/checks/{check}/answer", result="clear")
    checking.clock.forward(minutes=1)
    report = checking.reports(check)["banks"].id
    return check, checking.did("reviewer1", f"/checks/reports/{report}/disputes", grounds="存折已销户", paper=PAPER)


def answer_again(checking: Checking, check: str) -> None:
    """Let the renewed query go out and its answer come in."""
    checking.did("check1", f"/checks/{check}/queries")
    checking.collect()


def test_the_source_has_ten_working_days(checking: Checking):
    _, doubt = doubted(checking)
    assert doubt["due_on"] == "2026-07-20"
    assert "第二十六条" in doubt["clause"]


def test_the_source_is_asked_again_with_the_query_in_doubt_named(checking: Checking):
    check, doubt = doubted(checking)
    renewed = checking.reports(check)["banks"]
    assert (renewed.id, renewed.renews_id, renewed.round) == (doubt["renewed_id"], doubt["report_id"], 2)


def test_a_source_that_says_the_same_upholds_its_data(checking: Checking):
    check, _ = doubted(checking, concluded=True)
    answer_again(checking, check)
    told = checking.get("reviewer1", f"/checks/{check}").json
    assert [one["outcome"] for one in told["disputes"]] == ["upheld"]
    assert (told["check"]["state"], told["check"]["result"]) == ("answered", "clear")


def test_corrected_data_take_the_conclusion_back(checking: Checking, departments: Departments):
    check, _ = doubted(checking, concluded=True)
    departments.err("corrected 1")
    answer_again(checking, check)
    told = checking.get("reviewer1", f"/checks/{check}").json
    assert [one["outcome"] for one in told["disputes"]] == ["corrected"]
    assert (told["check"]["result"], told["check"]["valid_to"]) == (None, None)
    checking.did("check1", f"/checks/{check}/answer", result="clear")


def test_a_doubt_about_a_conclusion_makes_the_check_disputed(checking: Checking):
    check, _ = doubted(checking, concluded=True)
    assert checking.state_of(check) == "disputed"


def test_the_same_data_are_not_doubted_twice_at_once(checking: Checking):
    _, doubt = doubted(checking)
    again = checking.post("reviewer1", f"/checks/reports/{doubt['report_id']}/disputes", grounds="不对")
    assert (again.status_code, again.json["code"]) == (409, "check.step_refused")


def test_a_doubt_needs_its_grounds(checking: Checking):
    check = checking.answered(scope=("banks",))
    report = checking.reports(check)["banks"].id
    assert checking.post("reviewer1", f"/checks/reports/{report}/disputes", grounds="  ").status_code == 422
