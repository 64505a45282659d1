"""What follows a decision: rechecks by their period, changes, hearings before a loss, tapers; one end leaves the rest."""

from typing import Any

import pytest

from server.domain.errors import ParameterMissing
from server.services.casework import rounds
from server.services.casework.desk import Desk
from server.transaction import at_desk
from tests.server.cases.casework import PAPER, Casework

HEARD = {"method": "in_person", "statement": "同意"}
SERVED = {"reasons": "家庭收入增加", "served_how": "in_person"}


@pytest.fixture
def entitlement(work: Casework) -> str:
    """An entitlement of 420 yuan a month."""
    return str(work.read(work.confirmed())["entitlement_id"])


def read(work: Casework, entitlement: str) -> Any:
    return work.get("reviewer1", f"/entitlements/{entitlement}").json


def step(work: Casework, username: str, entitlement: str, what: str, **body: Any) -> Any:
    path = f"/entitlements/{entitlement}/{what}"
    return work.post(username, path, seen_version=read(work, entitlement)["version"], **body)


def stepped(work: Casework, username: str, entitlement: str, what: str, **body: Any) -> str:
    answer = step(work, username, entitlement, what, **body)
    assert answer.status_code == 200, answer.json
    return str(answer.json["state"])


def run_rounds(work: Casework) -> rounds.Round:
    with work.office.app.app_context():
        return rounds.run(lambda deed: at_desk(rounds.SYSTEM, deed, now=work.clock()))


def rechecked(work: Casework, entitlement: str) -> str:
    """A recheck that has begun, with its visit accepted."""
    body = {"assignee_id": work.office.staff["caseworker1"]}
    stepped(work, "reviewer1", entitlement, "recheck", **body)
    (task, *_) = [one for one in work.tasks(work.device()) if one["kind"] == "recheck"]
    assert task["household_id"] == work.household
    return entitlement


def proposed(work: Casework, entitlement: str, change: str, yuan: str) -> str:
    rechecked(work, entitlement)
    body = {"change": change, "reasons": "收入变化", "case": work.case(yuan) if change != "stop" else None}
    return stepped(work, "reviewer1", entitlement, "proposal", **body)


def test_the_recheck_comes_after_its_period_by_itself(work: Casework, entitlement: str):
    (term,) = read(work, entitlement)["terms"]
    assert (term["kind"], term["due_on"]) == ("recheck", "2027-07-14")
    work.later(300)
    assert run_rounds(work).rechecks == []
    work.later(66)
    done = run_rounds(work)
    assert (done.rechecks, done.without_worker) == ([entitlement], [])
    assert run_rounds(work).rechecks == []
    assert read(work, entitlement)["state"] == "recheck"
    assert "recheck" in {one["kind"] for one in work.tasks(work.device())}


def test_income_that_changes_is_rechecked_twice_as_often(work: Casework):
    application = work.deciding()
    work.stepped("county1", application, "confirmation", reasons="符合", is_unstable=True)
    (term,) = read(work, work.read(application)["entitlement_id"])["terms"]
    assert term["due_on"] == "2027-01-14"


def test_nothing_changed_starts_the_next_period(work: Casework, entitlement: str):
    work.later(30)
    rechecked(work, entitlement)
    assert stepped(work, "reviewer1", entitlement, "unchanged") == "active"
    found = read(work, entitlement)
    assert [one["finding"] for one in found["rechecks"]] == ["unchanged"]
    assert [one["standing"] for one in found["terms"]] == ["done", "running"]


def test_whoever_visited_does_not_conclude_the_recheck(work: Casework, entitlement: str):
    staff = work.office.staff
    stepped(work, "reviewer1", entitlement, "recheck", assignee_id=staff["caseworker1"])
    device = work.device()
    (task_id,) = [key[2] for key, (_, body) in device.rows.items() if key[1] == "visit_task" and b'"recheck"' in body]
    team = work.team("caseworker1", "caseworker3", "reviewer3")
    work.visit(task_id, participants=team, kind="recheck")
    assert step(work, "reviewer3", entitlement, "unchanged").json["code"] == "permission.hands_not_apart"


def test_nobody_loses_anything_unheard(work: Casework, entitlement: str):
    assert proposed(work, entitlement, "reduce", "300.00") == "adjusting"
    answer = step(work, "county1", entitlement, "adjustment", **SERVED)
    assert [one["field"] for one in answer.json["errors"]] == ["heard_before_reduction"]
    assert "第四十八条" in answer.json["errors"][0]["clause"]
    stepped(work, "caseworker1", entitlement, "hearing", **HEARD)
    assert stepped(work, "county1", entitlement, "adjustment", **SERVED) == "active"
    assert read(work, entitlement)["amounts"] == [
        {"from_on": "2026-08-01", "amount_fen": 32000},
    ]


def test_nobody_is_heard_on_a_change_that_nobody_proposed(work: Casework, entitlement: str):
    rechecked(work, entitlement)
    assert step(work, "caseworker1", entitlement, "hearing", **HEARD).status_code == 409


def test_more_is_given_without_a_hearing_from_the_next_month_on(work: Casework, entitlement: str):
    work.later(31)
    assert proposed(work, entitlement, "raise", "100.00") == "adjusting"
    assert stepped(work, "county1", entitlement, "adjustment", **SERVED) == "active"
    found = read(work, entitlement)
    assert found["amounts"] == [
        {"from_on": "2026-08-01", "amount_fen": 42000},
        {"from_on": "2026-09-01", "amount_fen": 52000},
    ]
    assert [one["kind"] for one in found["terms"] if one["done_on"] is None] == ["recheck"]


def test_an_amount_goes_the_way_of_its_change(work: Casework, entitlement: str):
    rechecked(work, entitlement)
    body = {"change": "raise", "reasons": "收入变化", "case": work.case("300.00")}
    assert step(work, "reviewer1", entitlement, "proposal", **body).status_code == 422


def test_who_proposed_a_change_does_not_decide_it(work: Casework, entitlement: str):
    proposed(work, entitlement, "stop", "")
    stepped(work, "caseworker1", entitlement, "hearing", **HEARD)
    assert step(work, "reviewer1", entitlement, "adjustment", **SERVED).status_code == 403


def test_the_end_of_one_entitlement_leaves_the_households_others(work: Casework, entitlement: str):
    line = {"programme": "disability_living_subsidy", "from_on": "2025-01-01"}
    shown = [*work.record("household", work.household)["programmes"], line]
    work.set_programmes(shown)
    proposed(work, entitlement, "stop", "")
    stepped(work, "caseworker1", entitlement, "hearing", **HEARD)
    assert stepped(work, "county1", entitlement, "adjustment", **SERVED) == "ended"
    found = read(work, entitlement)
    assert found["to_on"] == "2026-07-31"
    assert {one["standing"] for one in found["terms"]} == {"done"}
    assert work.record("household", work.household)["programmes"] == [line]


def test_a_household_that_leaves_by_itself_says_why(work: Casework, entitlement: str):
    assert stepped(work, "caseworker1", entitlement, "exit", reason="已找到工作") == "ended"
    assert read(work, entitlement)["to_on"] == "2026-07-31"


def test_a_reported_change_opens_a_recheck(work: Casework, entitlement: str):
    body = {"kind": "income", "happened_on": "2026-07-10", "statement": "儿子寄钱"}
    answer = work.did("assistant1", f"/households/{work.household}/changes", body)
    assert answer["entitlement_ids"] == [entitlement]
    assert read(work, entitlement)["state"] == "recheck"
    again = work.did("assistant1", f"/households/{work.household}/changes", body)
    assert again["entitlement_ids"] == []  # one round at a time; the report is kept


def test_somebody_is_sent_after_a_reported_change_and_only_then(work: Casework, entitlement: str):
    body = {"assignee_id": work.office.staff["caseworker1"]}
    assert step(work, "reviewer1", entitlement, "visits", **body).status_code == 404
    work.did("assistant1", f"/households/{work.household}/changes", kind="income", happened_on="2026-07-10")
    assert stepped(work, "reviewer1", entitlement, "visits", **body) == "recheck"
    assert "recheck" in {one["kind"] for one in work.tasks(work.device())}


def test_a_death_runs_from_its_day_and_is_entered_in_the_register(work: Casework, entitlement: str):
    person = work.person()
    body = {"kind": "death", "happened_on": "2026-07-10", "person_id": person, "proof": PAPER}
    work.did("caseworker1", f"/households/{work.household}/changes", body)
    found = read(work, entitlement)
    assert found["state"] == "recheck"
    assert [one["due_on"] for one in found["terms"] if one["kind"] == "death_processed"] == ["2026-10-10"]
    assert work.record("person", person)["death_date"] == "2026-07-10"


def test_where_the_sole_recipient_died_nobody_is_left_to_hear(work: Casework, entitlement: str):
    body = {"kind": "death", "happened_on": "2026-07-10", "person_id": work.person(), "proof": PAPER}
    work.did("caseworker1", f"/households/{work.household}/changes", body)
    assert stepped(work, "reviewer1", entitlement, "proposal", change="stop", reasons="死亡") == "adjusting"
    assert stepped(work, "county1", entitlement, "adjustment", **SERVED) == "ended"


def test_a_death_without_a_proof_is_a_reported_change(work: Casework, entitlement: str):
    body = {"kind": "death", "happened_on": "2026-07-10", "statement": "听说"}
    work.did("assistant1", f"/households/{work.household}/changes", body)
    kinds = {one["kind"] for one in read(work, entitlement)["terms"]}
    assert "death_processed" not in kinds


def test_a_taper_keeps_to_the_regions_bounds_and_ends_with_a_hearing(work: Casework, entitlement: str):
    rechecked(work, entitlement)
    assert step(work, "county1", entitlement, "taper", months=13).status_code == 409  # 沅江: 12 at most
    assert stepped(work, "county1", entitlement, "taper", months=2) == "tapering"
    work.later(78)  # to the last day of September
    assert run_rounds(work).tapers_ended == []
    work.later(1)
    assert run_rounds(work).tapers_ended == [entitlement]
    assert read(work, entitlement)["state"] == "adjusting"
    assert step(work, "county1", entitlement, "adjustment", **SERVED).status_code == 409
    stepped(work, "caseworker1", entitlement, "hearing", method="declined")
    assert stepped(work, "county1", entitlement, "adjustment", **SERVED) == "ended"


def test_another_townships_reviewer_finds_no_entitlement(work: Casework, entitlement: str):
    assert work.get("reviewer2", f"/entitlements/{entitlement}").status_code == 404


def test_what_cannot_be_done_today_keeps_nothing_else_from_being_done(
    work: Casework, entitlement: str, monkeypatch: pytest.MonkeyPatch
):
    def in_a_region_that_lacks_a_number(desk: Desk, name: str) -> bool:
        if name == "elsewhere":
            raise ParameterMissing("recheck.months")
        return begin(desk, name)

    begin = rounds._begin_recheck
    monkeypatch.setattr(rounds, "_due_rechecks", lambda _: ["elsewhere", entitlement])
    monkeypatch.setattr(rounds, "_begin_recheck", in_a_region_that_lacks_a_number)
    work.later(366)
    done = run_rounds(work)
    assert done.rechecks == [entitlement]
    assert done.not_done == [{"id": "elsewhere", "code": "policy.parameter_missing", "reason": "recheck.months"}]
    assert read(work, entitlement)["state"] == "recheck"
