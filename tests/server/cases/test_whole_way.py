"""From asking for help to the money, through HTTP and a device, as the office works."""

import pytest

from tests.server.cases.casework import HERE, PAPER, Casework
from tests.server.office import VILLAGES


def test_a_household_is_helped_from_the_first_month_after_the_decision(work: Casework):
    application = work.confirmed()
    found = work.read(application)
    assert found["decision"]["amount_fen"] == 42000  # 示例 rural standard of 620 less 200
    assert found["decision"]["decided_by"] == work.office.staff["county1"]
    assert found["decision"]["trace"]
    assert "行政复议" in found["decision"]["remedy"]
    entitlement = work.get("reviewer1", f"/entitlements/{found['entitlement_id']}").json
    assert (entitlement["state"], entitlement["from_on"]) == ("active", "2026-08-01")
    assert entitlement["amounts"] == [{"from_on": "2026-08-01", "amount_fen": 42000}]
    assert work.record("household", work.household)["programmes"] == [{"programme": "dibao", "from_on": "2026-08-01"}]
    body = {"place": "村务公开栏", "photo": PAPER}
    assert work.stepped("assistant1", application, "announcement", **body) == "announced"


def test_each_step_leaves_who_when_why_and_by_which_clause(work: Casework):
    history = work.read(work.confirmed())["history"]
    assert [one["event"] for one in history] == [
        "create",
        "submit",
        "accept",
        "start",
        "give_opinion",
        "post",
        "close_notice",
        "take_up",
        "confirm",
    ]
    assert [one["n"] for one in history] == list(range(1, 10))
    assert all(one["staff_id"] and one["at"] and one["clause"] for one in history)
    assert history[-1]["staff_id"] == work.office.staff["county1"]
    assert "第四十四条" in history[-1]["clause"]


def test_the_visit_task_reaches_the_device_and_the_sealed_visit_opens_the_next_step(work: Casework):
    application = work.investigating()
    device = work.device()
    (task,) = work.tasks(device)
    assert (task["kind"], task["household_id"], task["area_code"]) == ("application", work.household, HERE)
    assert (task["title"], task["due_on"]) == (f"申请入户调查(地区{HERE})", "2026-07-09")
    assert work.step("reviewer1", application, "opinion", suggestion="refuse", reasons="无").status_code == 409
    (sent,) = work.read(application)["visits"]
    visit = work.visit(sent["task_id"])
    (sent,) = work.read(application)["visits"]
    assert sent["visit_id"] == visit and sent["accepted_at"]


def test_a_visit_that_names_another_task_answers_the_cases_task_too(work: Casework):
    """A household with two open tasks is visited once; the device can name only one of them."""
    application = work.investigating()
    visit = work.visit("", sealed_at="2026-07-06T02:00:00.000Z")
    assert work.read(application)["visits"][0]["visit_id"] == visit
    assert work.tasks(work.device()) == []


@pytest.mark.parametrize(
    "more",
    [{"sealed_at": "2026-07-05T02:00:00.000Z"}, {"kind": "care", "sealed_at": "2026-07-06T02:00:00.000Z"}],
    ids=["before it was asked for", "of another kind"],
)
def test_another_visit_is_put_to_the_case_by_a_reviewer_or_not_at_all(work: Casework, more: dict[str, str]):
    application = work.investigating()
    (sent,) = work.read(application)["visits"]
    visit = work.visit("", **more)
    assert work.read(application)["visits"][0]["visit_id"] is None
    assert work.step("caseworker1", application, f"visits/{sent['task_id']}/made", visit_id=visit).status_code == 403
    work.stepped("reviewer1", application, f"visits/{sent['task_id']}/made", visit_id=visit)
    assert work.read(application)["visits"][0]["visit_id"] == visit
    again = work.step("reviewer1", application, f"visits/{sent['task_id']}/made", visit_id=visit)
    assert again.status_code == 409


def test_a_case_that_ends_takes_back_the_task_that_nobody_has_begun(work: Casework):
    application = work.investigating()
    device = work.device()
    assert len(work.tasks(device)) == 1
    work.stepped("caseworker1", application, "withdrawal", reason="不再需要")
    assert work.tasks(work.device()) == []


def test_a_case_goes_where_its_household_moves(work: Casework):
    application = work.accepted()
    work.did("county1", f"/households/{work.household}/move", to=VILLAGES[2], reason="搬家")
    assert work.get("reviewer3", f"/applications/{application}").status_code == 404
    assert work.get("reviewer2", f"/applications/{application}").json["area_code"] == VILLAGES[2]
    work.later(10)
    due = work.get("reviewer2", "/applications/due").json
    assert [one["case_id"] for one in due] == [application]


def test_a_household_with_an_open_case_stays_in_the_register(work: Casework):
    work.accepted()
    answer = work.post("reviewer1", f"/register/household/{work.household}/removal", reason="重复登记")
    assert (answer.status_code, answer.json["code"]) == (409, "record.in_use")
