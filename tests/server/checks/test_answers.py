"""Answers come in once, are sealed, hold for their days, and are shown to who may see a household's means."""

import time

import pytest

from server.models.checks import CheckItem
from server.transaction import reading
from tests.server.cases.casework import PAPER
from tests.server.checks.conftest import FOLDER, HTTP, Checking, Departments


def test_all_answers_make_the_check_answered(checking: Checking):
    check = checking.sent()
    assert checking.collect().done >= len(HTTP)
    eventually(checking, check, "answered")


def test_some_answers_make_the_check_partly_answered(checking: Checking, departments: Departments):
    check = checking.sent(scope=("banks", "insurers"))
    departments.err("wait 1")
    checking.collect()
    assert checking.state_of(check) == "partly_answered"


def test_an_answer_holds_for_the_days_of_the_region_and_is_kept_for_some_more(checking: Checking):
    report = checking.reports(checking.answered(scope=("banks",)))["banks"]
    assert report.valid_to is not None and report.dispose_on is not None
    assert ((report.valid_to - checking.clock.at.date()).days, (report.dispose_on - report.valid_to).days) == (180, 30)


def test_what_a_source_said_is_sealed_at_rest(checking: Checking):
    checking.answered(scope=("banks",))
    with checking.office.app.app_context():
        (item,) = reading().query(CheckItem).all()
    assert b"value_fen" not in item.sealed and b"deposit" not in item.sealed


def test_an_amount_is_shown_as_the_department_said_it(checking: Checking):
    check = checking.answered(scope=("banks",))
    (part,) = checking.get("reviewer1", f"/checks/{check}").json["parts"]
    (found,) = part["found"]
    assert found["kind"] == "asset" and found["values"]["asset"] == "deposit" and found["values"]["value_fen"] > 0
    assert found["person_id"] == checking.person()


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("caseworker1", 200),  # who accepted it: own
        ("caseworker3", 403),  # of the same township, but not theirs
        ("caseworker2", 404),
        ("assistant1", 403),
        ("reviewer1", 200),
        ("county1", 200),
        ("check1", 200),
        ("inspector1", 403),
        ("admin1", 404),
    ],
)
def test_the_detail_is_for_who_may_see_the_households_means(checking: Checking, username: str, status: int):
    check = checking.authorised()
    assert checking.get(username, f"/checks/{check}").status_code == status


def test_each_look_stands_in_the_use_log(checking: Checking):
    check = checking.authorised()
    checking.get("county1", f"/checks/{check}")
    checking.clock.forward(minutes=1)
    uses = checking.get("reviewer1", f"/checks/{check}").json["uses"]
    assert [(one["deed"], one["staff_id"]) for one in uses] == [
        ("look", checking.office.staff["county1"]),
        ("look", checking.office.staff["reviewer1"]),
    ]


def test_the_applicants_summary_has_kinds_and_numbers_and_no_value(checking: Checking):
    check = checking.answered(scope=("banks",))
    answer = checking.get("caseworker3", f"/checks/{check}/summary")
    (line,) = answer.json["lines"]
    assert (line["source"], line["found"]) == ("银行存贷款", {"金融资产": 1})
    assert "value_fen" not in answer.text and "person" not in answer.text


def test_a_clear_conclusion_waits_for_every_source(checking: Checking):
    check = checking.sent(scope=("banks",))
    refused = checking.post("check1", f"/checks/{check}/answer", result="clear")
    assert refused.json["code"] == "case.step_refused"
    checking.collect()
    assert checking.did("check1", f"/checks/{check}/answer", result="clear")["valid_to"] == "2027-01-02"


def test_a_conclusion_holds_no_longer_than_what_it_rests_on(checking: Checking):
    check = checking.answered(scope=("banks",))
    concluded = checking.did("check1", f"/checks/{check}/answer", result="clear", valid_to="2029-01-01")
    assert concluded["valid_to"] == "2027-01-02"


def test_after_evidence_against_a_negative_result_the_check_goes_out_anew(checking: Checking):
    check = checking.answered(scope=("banks",))
    application = checking.get("check1", f"/checks/{check}").json["check"]["application_id"]
    checking.did("check1", f"/checks/{check}/answer", result="negative", detail="存款")
    assert checking.stepped("reviewer1", application, "negative-check") == "check_disputed"
    checking.clock.forward(minutes=1)
    body = {"statement": "存款是借来的医疗费", "blob": PAPER}
    assert checking.stepped("reviewer1", application, "evidence", **body) == "investigating"
    second = checking.read(application)["check"]["id"]
    assert second != check
    checking.did("check1", f"/checks/{second}/queries")
    checking.collect()
    assert checking.state_of(second) == "answered"


def eventually(checking: Checking, check: str, state: str) -> None:
    """Collect until the check stands so; the folder's side answers in its own time."""
    for _ in range(100):
        if checking.state_of(check) == state:
            break
        time.sleep(0.05)
        checking.collect()
    assert checking.state_of(check) == state
    assert set(FOLDER) <= set(checking.reports(check))
