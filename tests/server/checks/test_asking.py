"""A check goes out only by authorisation and clause, each query on the record before it goes."""

from server import inquiring
from server.cli.office import OPERATOR
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.queries import checks
from server.services.checks import asking
from server.transaction import at_desk, reading
from tests.server.cases.casework import PAPER
from tests.server.checks.conftest import ALL, FOLDER, HTTP, Checking, Departments
from tests.server.office import VILLAGES


def test_a_check_goes_to_every_source_that_is_authorised_and_has_a_way(checking: Checking):
    check = checking.sent()
    assert set(checking.reports(check)) == {*HTTP, *FOLDER}
    assert checking.state_of(check) == "sent"


def test_without_a_last_day_an_authorisation_opens_no_query(checking: Checking):
    check = checking.authorised(valid_to=None)
    answer = checking.post("check1", f"/checks/{check}/queries")
    assert (answer.status_code, answer.json["code"]) == (409, "check.not_authorised")
    assert checking.reports(check) == {}


def test_an_authorisation_that_has_run_out_opens_no_query(checking: Checking):
    check = checking.authorised(valid_to="2026-07-10")
    checking.later(5)
    assert checking.post("check1", f"/checks/{check}/queries").json["code"] == "check.not_authorised"


def test_a_source_that_was_not_authorised_is_not_asked(checking: Checking):
    check = checking.sent(scope=("banks", "vehicles"))
    assert set(checking.reports(check)) == {"banks", "vehicles"}


def test_an_authorised_source_without_a_way_is_not_asked(checking: Checking):
    assert "tax" in ALL
    assert "tax" not in checking.reports(checking.sent())


def test_each_query_stands_in_the_use_log_with_purpose_basis_and_who_asked(checking: Checking):
    check = checking.sent(scope=("banks",))
    (use,) = [one for one in checking.get("check1", f"/checks/{check}").json["uses"] if one["deed"] == "query"]
    assert use["source"] == "banks" and "第四十一条" in use["basis"] and use["purpose"] == "assistance.application"
    assert use["asked_by"] == checking.office.staff["caseworker1"]
    assert use["staff_id"] == checking.office.staff["check1"]


def test_a_use_is_kept_for_three_years(checking: Checking):
    check = checking.sent(scope=("banks",))
    (use, *_) = checking.get("check1", f"/checks/{check}").json["uses"]
    assert use["keep_until"] >= "2029-07-06"


def test_sending_again_asks_nobody_twice(checking: Checking):
    check = checking.sent()
    again = checking.did("check1", f"/checks/{check}/queries")
    assert again["done"] == 0
    assert len(checking.get("check1", f"/checks/{check}").json["parts"]) == len(HTTP) + len(FOLDER)


def test_sending_begins_the_check_within_its_days(checking: Checking):
    check = checking.authorised()
    application = checking.get("check1", f"/checks/{check}").json["check"]["application_id"]
    before = {one["kind"]: one for one in checking.read(application)["terms"]}
    checking.did("check1", f"/checks/{check}/queries")
    after = {one["kind"]: one for one in checking.read(application)["terms"]}
    assert before["start_check"]["standing"] != "done"
    assert after["start_check"]["standing"] == "done"


def test_the_village_assistant_may_not_send_a_check(checking: Checking):
    check = checking.authorised()
    assert checking.post("assistant1", f"/checks/{check}/queries").status_code == 403


def test_another_township_does_not_know_of_the_check(checking: Checking):
    check = checking.authorised()
    assert checking.post("caseworker2", f"/checks/{check}/queries").status_code == 404


def test_a_query_that_waited_longer_than_its_authorisation_does_not_go_out(
    checking: Checking, departments: Departments
):
    departments.err("busy 3")
    check = checking.authorised(scope=("banks",), valid_to="2026-07-10")
    checking.did("check1", f"/checks/{check}/queries")
    checking.later(5)
    with checking.office.app.app_context():
        assert inquiring.send_drafted(OPERATOR).faults == {"lapsed": 1}
    assert checking.reports(check)["banks"].state == "refused"


def sealed_subjects(checking: Checking, check: str, source: str) -> list[str]:
    """Name whom a query is about."""
    with checking.office.app.app_context():
        query = at_desk(
            OPERATOR,
            lambda desk: asking.query_of(desk, checks.latest(desk.session, check)[0].id),
            now=checking.clock(),
        )
    assert query.source == source
    return [one.ref for one in query.subjects]


def obligor(checking: Checking) -> str:
    """A person of another village of the township, who owes the household support."""
    other = checking.office.households[VILLAGES[1]]
    return str(checking.get("reviewer1", f"/households/{other}").json["members"][0]["id"])


def consented(checking: Checking, *scope: str) -> tuple[str, str]:
    """A check whose household is supported by somebody who consented to these sources; gives it and that person."""
    person = obligor(checking)
    check = checking.authorised(scope=("banks",))
    with checking.office.app.app_context():
        intake = reading().get_one(Application, reading().get_one(CheckRequest, check).application_id).intake_id
    signed = {"person_id": person, "paper": PAPER, "is_obligor": True, "scope": list(scope), "valid_to": "2026-09-30"}
    checking.did("caseworker1", f"/intakes/{intake}/signatures", authorisations=[signed])
    checking.did("check1", f"/checks/{check}/queries")
    return check, person


def test_who_owes_support_is_asked_about_with_consent(checking: Checking):
    check, person = consented(checking, "banks")
    assert sealed_subjects(checking, check, "banks") == [checking.person(), person]


def test_who_owes_support_is_not_asked_about_beyond_the_consent(checking: Checking):
    check, _ = consented(checking, "vehicles")
    assert sealed_subjects(checking, check, "banks") == [checking.person()]


def test_without_consent_nobody_asks_about_who_owes_support(checking: Checking):
    check = checking.sent(scope=("banks",))
    assert obligor(checking) not in sealed_subjects(checking, check, "banks")


def test_an_authorisation_that_was_pledged_may_be_brought_after_the_acceptance(checking: Checking):
    check = checking.authorised(scope=("banks",), valid_to=None)
    bring(checking, check, valid_to="2026-12-31")
    assert checking.did("check1", f"/checks/{check}/queries")["done"] == 1


def test_an_authorisation_that_holds_is_not_replaced_after_the_acceptance(checking: Checking):
    check = checking.authorised(scope=("banks",))
    answer = bring(checking, check, valid_to="2027-12-31")
    assert (answer.status_code, answer.json["code"]) == (409, "case.step_refused")


def bring(checking: Checking, check: str, **more: object):
    """Bring the member's authorisation for the banks."""
    with checking.office.app.app_context():
        intake = reading().get_one(Application, reading().get_one(CheckRequest, check).application_id).intake_id
    signed = {"person_id": checking.person(), "paper": PAPER, "scope": ["banks"], **more}
    return checking.post("caseworker1", f"/intakes/{intake}/signatures", authorisations=[signed])
