"""Rights that begin and end while devices are offline: work is judged by when it was done, and never lost."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.models.held_work import HeldWork
from server.models.visit import Visit
from server.services.staged import office as the_office
from server.transaction import reading, transact
from sync.canonical import instant
from sync.frames import Result
from sync.protocol import Mutation
from tests.server.conftest import MONDAY, StillClock
from tests.server.office import TOWNSHIPS, VILLAGES, Device, Office, an_id, open_device_session

OLD, NEIGHBOUR, NEW = VILLAGES[0], VILLAGES[1], VILLAGES[2]


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=list(arguments))


def moved(office: Office, *more: str) -> Any:
    done = run(office.app, "users", "move", "caseworker1", "--role", f"caseworker:{TOWNSHIPS[1]}", "--json", *more)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def work(office: Office, device: Device, after_hours: float | None, bucket: str = OLD, **more: Any) -> Mutation:
    """A visit sealed some hours after Monday by the evidence of an anchor; None: the device lost its clock."""
    made = device.mutation("visit", an_id(), "create", bucket, office.visit(device, bucket, **more))
    at: dict[str, Any] = {"wall": "1999-01-01T00:00:00.000Z", "uptime_ms": 5, "boot": "other"}
    if after_hours is not None:
        anchor = {"server_at": instant(MONDAY), "uptime_ms": 0, "boot": "b", "trip_ms": 20}
        at = {
            "wall": "1999-01-01T00:00:00.000Z",
            "uptime_ms": int(after_hours * 3_600_000),
            "boot": "b",
            "anchor": anchor,
        }
    return Mutation(made.n, made.type, made.id, made.op, made.bucket, made.base, made.fields, at)


def sent(device: Device, *mutations: Mutation) -> list[Result]:
    device.token = open_device_session(device.client, device.device_id, device.key)  # The old one lasted half an hour.
    return list(device.exchange(mutations).results)


def verdict(office: Office, visit_id: str) -> str | None:
    with office.app.app_context():
        return reading().scalars(select(Visit.verdict).where(Visit.id == visit_id)).one_or_none()


def decide(office: Office, held_id: str, decision: str = "accepted", who: str = "county1") -> Any:
    body = {"decision": decision, "reason": "已电话核实"}
    address = f"/api/v1/held-work/{held_id}/decision"
    return office.app.test_client().post(address, json=body, headers=office.bearer(who))


def listed(office: Office, who: str = "county1") -> list[dict[str, Any]]:
    answer = office.app.test_client().get("/api/v1/held-work", headers=office.bearer(who))
    assert answer.status_code == 200
    return list(answer.json)


@pytest.fixture
def away(office: Office, clock: StillClock) -> Device:
    """A device of a worker who will be moved to the other township ten hours after Monday's sync."""
    device = office.device("caseworker1")
    device.exchange()
    clock.forward(hours=10)
    return device


def test_work_done_before_the_move_is_taken_in_after_it(office: Office, away: Device, clock: StillClock):
    before = work(office, away, 9)
    moved(office)
    clock.forward(hours=1)
    (result,) = sent(away, before)
    assert result.outcome == "applied"
    assert set(away.states) == {"reference", f"user:{office.staff['caseworker1']}", *VILLAGES[2:]}
    assert verdict(office, before.id) == "intact"


def test_work_done_after_the_move_waits_whole_for_the_office(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    late = work(office, away, 14)
    (result,) = sent(away, late)
    assert (result.outcome, result.problem["code"]) == ("held", "right.ended")
    assert verdict(office, late.id) is None
    (waiting,) = listed(office)
    assert (waiting["record_id"], waiting["reason"], waiting["bucket"]) == (late.id, "right.ended", OLD)
    assert decide(office, waiting["id"]).json == {"decision": "accepted", "outcome": "applied"}
    assert verdict(office, late.id) == "intact"
    assert listed(office) == []


def test_work_of_a_device_without_a_clock_waits_for_a_person(office: Office, away: Device, clock: StillClock):
    unknown = work(office, away, None)
    moved(office)
    clock.forward(hours=1)
    (result,) = sent(away, unknown)
    assert (result.outcome, result.problem["code"]) == ("held", "right.in_doubt")


def test_a_wall_clock_set_wrong_does_not_move_work_across_a_move(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    late = work(office, away, 14)
    assert late.at["wall"].startswith("1999")
    assert sent(away, late)[0].outcome == "held"


def test_an_edit_from_before_a_move_is_answered_without_what_stands_there_now(
    office: Office, away: Device, clock: StillClock
):
    """The right to see the household has ended with the move; the edit still counts, for it was done before."""
    household = office.households[OLD]
    made = away.mutation("household", household, "update", OLD, {"address": "石矶湖村一组", "remarks": "门前有坡"})
    anchor = {"server_at": instant(MONDAY), "uptime_ms": 0, "boot": "b", "trip_ms": 20}
    at = {"wall": instant(MONDAY), "uptime_ms": 9 * 3_600_000, "boot": "b", "anchor": anchor}
    with office.app.app_context():
        transact(lambda ledger: ledger.update("household", household, {"address": "办公室的地址"}, the_office(MONDAY)))
    moved(office)
    clock.forward(hours=1)
    (result,) = sent(away, Mutation(made.n, made.type, made.id, made.op, made.bucket, made.base, made.fields, at))
    assert result.outcome == "held"
    assert result.fields["address"] == {"how": "held", "kind": "conflict"}
    assert "办公室的地址" not in json.dumps(result.to_dict(), ensure_ascii=False)


def test_who_never_had_the_right_is_refused(office: Office, away: Device):
    (result,) = sent(away, work(office, away, 1, NEW))
    assert (result.outcome, result.problem["code"]) == ("refused", "record.not_found")


def test_an_amendment_waits_behind_the_visit_that_waits(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    late = work(office, away, 14)
    fields = {
        "visit_id": late.id,
        "revision": 2,
        "answers": {"a": 1},
        "evidence": [],
        "signatures": [],
        "sealed_at": "2026-07-06T01:00:00.000Z",
        "clock": {"wall": "", "uptime_ms": 0, "boot": ""},
    }
    amendment = away.mutation("amendment", an_id(), "create", OLD, away.sealed(fields))
    results = sent(away, late, amendment)
    assert [one.outcome for one in results] == ["held", "held"]
    first, second = listed(office)
    assert decide(office, second["id"]).status_code == 404  # The visit that it amends is not there yet.
    assert [decide(office, one["id"]).status_code for one in (first, second)] == [200, 200]


def test_the_chain_of_seals_goes_on_through_work_that_waits(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    late, next_one = work(office, away, 14), work(office, away, 14, NEW)
    assert [one.outcome for one in sent(away, late, next_one)] == ["held", "applied"]
    assert verdict(office, next_one.id) == "intact"


def test_a_repeat_of_held_work_gets_the_same_word_and_is_kept_once(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    late = work(office, away, 14)
    assert sent(away, late) == sent(away, late)
    assert len(listed(office)) == 1


def test_declined_work_stays_sealed_with_its_reason(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    late = work(office, away, 14)
    sent(away, late)
    (waiting,) = listed(office)
    assert decide(office, waiting["id"], "declined").status_code == 200
    assert decide(office, waiting["id"]).json["code"] == "visit.step_not_allowed"
    with office.app.app_context():
        row = reading().get(HeldWork, waiting["id"])
        assert (row.decision, row.decision_reason) == ("declined", "已电话核实")
        assert late.id.encode() not in row.mutation


def test_only_who_may_decide_in_the_area_sees_held_work(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    sent(away, work(office, away, 14))
    (waiting,) = listed(office)
    assert listed(office, "reviewer2") == []
    assert listed(office, "caseworker3") == []
    assert decide(office, waiting["id"], who="reviewer2").status_code == 404
    shown = office.app.test_client().get(f"/api/v1/held-work/{waiting['id']}", headers=office.bearer("county1"))
    assert shown.json["content"]["id"] == waiting["record_id"]


def test_moving_twice_is_harmless_and_the_history_stays(office: Office):
    first, second = moved(office), moved(office)
    assert first == second
    with office.app.app_context():
        from server.models.office import Staff

        staff = reading().get(Staff, office.staff["caseworker1"])
        found = [(one.area_prefix, one.valid_from, one.valid_to) for one in staff.roles]
    assert found == [(TOWNSHIPS[0], None, MONDAY), (TOWNSHIPS[1], MONDAY, None)]


def test_only_an_administrator_moves_staff(office: Office):
    body = {"roles": [{"role": "caseworker", "area_code": TOWNSHIPS[1]}]}
    client, address = office.app.test_client(), "/api/v1/staff/caseworker1/assignments"
    assert client.post(address, json=body, headers=office.bearer("county1")).status_code == 403
    answer = client.post(address, json=body, headers=office.bearer("admin1"))
    assert (answer.status_code, answer.json["tasks_left"]) == (200, [])


# households that move


def move_household(office: Office, to: str, who: str = "county1", village: str = OLD) -> Any:
    address = f"/api/v1/households/{office.households[village]}/move"
    body = {"to": to, "reason": "易地搬迁"}
    return office.app.test_client().post(address, json=body, headers=office.bearer(who))


def test_a_household_moves_with_all_that_belongs_to_it(office: Office):
    here, there = office.device("caseworker1"), office.device("caseworker2")
    visit = here.mutation("visit", an_id(), "create", OLD, office.visit(here))
    here.exchange([visit])
    assert move_household(office, NEW).json == {"moved": 4}
    here.exchange(), there.exchange()
    assert not [key for key in here.rows if key[0] == OLD]
    assert (NEW, "visit", visit.id) in there.rows
    household = json.loads(there.rows[NEW, "household", office.households[OLD]][1])
    assert household["area_code"] == NEW
    for device in (here, there):
        assert {name: device.own_state(name) for name in device.states} == device.states


def test_a_household_is_moved_by_who_answers_for_both_villages(office: Office):
    assert move_household(office, NEW, who="caseworker1").status_code == 404
    assert move_household(office, NEW, who="reviewer2").status_code == 404
    assert move_household(office, "430981109009").status_code == 422
    assert move_household(office, NEW).status_code == 200
    assert move_household(office, NEW, who="reviewer1").json == {"moved": 0}


def test_a_visit_made_before_the_household_moved_follows_it(office: Office, away: Device, clock: StillClock):
    before = work(office, away, 9)
    assert move_household(office, NEW).status_code == 200
    clock.forward(hours=1)
    (result,) = sent(away, before)
    assert (result.outcome, result.bucket) == ("applied", NEW)
    assert verdict(office, before.id) == "intact"


def test_a_visit_made_after_the_household_moved_away_waits(office: Office, away: Device, clock: StillClock):
    assert move_household(office, NEW).status_code == 200
    clock.forward(hours=5)
    late = work(office, away, 14)
    (result,) = sent(away, late)
    assert (result.outcome, result.problem["code"]) == ("held", "right.ended")
    (waiting,) = listed(office)
    assert waiting["bucket"] == NEW
    assert decide(office, waiting["id"]).status_code == 200


def test_a_move_within_the_workers_area_disturbs_no_work(office: Office, away: Device, clock: StillClock):
    household = office.households[OLD]
    assert move_household(office, NEIGHBOUR).status_code == 200
    clock.forward(hours=5)
    edit = away.mutation("household", household, "update", OLD, {"remarks": "门前修路"})
    results = sent(away, work(office, away, 14), edit)
    assert [(one.outcome, one.bucket) for one in results] == [("merged", NEIGHBOUR), ("applied", NEIGHBOUR)]


def test_an_edit_of_a_household_that_moved_away_is_judged_by_its_time(office: Office, away: Device, clock: StillClock):
    household = office.households[OLD]
    at = work(office, away, 9).at
    away.n -= 1
    made = away.mutation("household", household, "update", OLD, {"remarks": "门前修路"})
    before = Mutation(made.n, made.type, made.id, made.op, made.bucket, made.base, made.fields, at)
    assert move_household(office, NEW).status_code == 200
    clock.forward(hours=1)
    assert sent(away, before)[0].outcome == "merged"  # The office wrote the new area meanwhile.


def test_a_household_of_another_village_cannot_be_claimed_by_naming_ones_own(office: Office, away: Device):
    foreign = away.mutation("visit", an_id(), "create", OLD, office.visit(away, NEW))
    assert sent(away, foreign)[0].outcome == "refused"


def test_a_household_is_moved_from_the_command_line(office: Office):
    done = run(office.app, "households", "move", office.households[OLD], "--to", NEW, "--reason", "易地搬迁", "--json")
    assert json.loads(done.stdout) == {"moved": 3}


def test_what_waits_is_decided_from_the_command_line(office: Office, away: Device, clock: StillClock):
    moved(office)
    clock.forward(hours=5)
    late = work(office, away, 14)
    sent(away, late)
    (row,) = json.loads(run(office.app, "held", "list", "--json").stdout)
    assert json.loads(run(office.app, "held", "show", row["id"]).stdout)["content"]["id"] == late.id
    assert run(office.app, "held", "accept", row["id"], "--reason", "核实").exit_code == 0
    assert run(office.app, "held", "list").stdout.strip() == "没有等待确认的工作"


def test_moving_a_worker_hands_open_tasks_to_another(office: Office):
    from server.services.staged import office as the_office
    from server.transaction import transact

    mine = f"user:{office.staff['caseworker1']}"
    task = {"household_id": office.households[OLD], "area_code": OLD, "state": "planned"}
    with office.app.app_context():
        transact(lambda ledger: ledger.create("visit_task", "t" * 32, mine, task, the_office(MONDAY)))
    assert moved(office)["tasks_left"] == 1
    assert moved(office, "--tasks-to", "caseworker3")["handed"] == 1
    heir = office.device("caseworker3")
    heir.exchange()
    assert (f"user:{office.staff['caseworker3']}", "visit_task", "t" * 32) in heir.rows
