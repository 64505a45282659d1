"""What the sync held is decided by people: with a reason, on what they saw, never on their own; the worker learns of it."""

from dataclasses import replace
from typing import Any

import pytest

from server.models.ledger import HeldValue
from server.queries import history
from server.services.staged import office as the_office
from server.transaction import parts, reading, transact
from sync.canonical import loads
from tests.server.conftest import MONDAY
from tests.server.office import VILLAGES, Device, Office, an_id

HERE, THERE = VILLAGES[0], VILLAGES[2]


def person_in(device: Device, village: str = HERE) -> str:
    return next(key[2] for key in device.rows if key[:2] == (village, "person"))


@pytest.fixture
def device(office: Office) -> Device:
    device = office.device()
    device.exchange()
    return device


@pytest.fixture
def proposal(office: Office, device: Device) -> str:
    """A proposed name; gives its id."""
    return propose(office, device, name="王贵花")


def propose(office: Office, device: Device, *, evidence: str = "", village: str = HERE, **fields: Any) -> str:
    mutation = device.mutation("person", person_in(device, village), "update", village, fields)
    mutation = replace(mutation, at={**mutation.at, "uptime_ms": mutation.n, "visit_id": evidence})
    (result,) = device.exchange([mutation]).results
    assert result.outcome == "held"
    told = {key[2]: loads(body) for key, (_, body) in device.rows.items() if key[1] == "held_value"}
    return next(one for one, body in told.items() if (body["device_id"], body["n"]) == (device.device_id, mutation.n))


@pytest.fixture
def conflict(office: Office, device: Device) -> str:
    """Two workers' addresses, of which the first one stands; gives its id."""
    other, household = office.device("caseworker3"), office.households[HERE]
    other.exchange()
    device.exchange([device.mutation("household", household, "update", HERE, {"address": "三组12号"})])
    other.exchange([other.mutation("household", household, "update", HERE, {"address": "三组21号"})])
    return next(key[2] for key in other.rows if key[1] == "held_value")


def listing(office: Office, username: str = "reviewer1", **query: str) -> Any:
    client = office.app.test_client()
    return client.get("/api/v1/conflicts", query_string=query, headers=office.bearer(username))


def show(office: Office, held_id: str, username: str = "reviewer1") -> Any:
    return office.app.test_client().get(f"/api/v1/conflicts/{held_id}", headers=office.bearer(username))


def decide(office: Office, held_id: str, decision: str, username: str = "reviewer1", **more: Any) -> Any:
    etag = more.pop("etag", None) or show(office, held_id, username).headers.get("ETag", '"none"')
    body = {"decision": decision, "reason": "已核对身份证", **more}
    headers = {**office.bearer(username), "If-Match": etag}
    return office.app.test_client().post(f"/api/v1/conflicts/{held_id}/decision", json=body, headers=headers)


def body_of(device: Device, record_type: str, record_id: str, village: str = HERE) -> dict[str, Any]:
    device.exchange()
    found: dict[str, Any] = loads(device.rows[village, record_type, record_id][1])
    return found


def told(device: Device, held_id: str, village: str = HERE) -> dict[str, Any]:
    return body_of(device, "held_value", held_id, village)


def past(office: Office, record_type: str, record_id: str) -> list[dict[str, Any]]:
    """The values of a record's history, newest first."""
    with office.app.app_context():
        return [line.values for line in history.lines(reading(), parts().vault, record_type, record_id)]


def test_an_accepted_proposal_changes_the_register_and_its_author_is_told(
    office: Office, device: Device, proposal: str
):
    assert told(device, proposal)["state"] == "open"
    assert decide(office, proposal, "accepted").status_code == 201
    assert body_of(device, "person", person_in(device))["name"] == "王贵花"
    found = told(device, proposal)
    assert (found["state"], found["reason"], found["decided_by"]) == ("accepted", "已核对身份证", "姓名reviewer1")
    assert found["values"] == {"original": "王桂花", "current": "王桂花", "offered": "王贵花"}
    newest = past(office, "person", person_in(device))[0]
    assert newest == {"name": ["王桂花", "王贵花"], "!why": "已核对身份证"}


def test_a_refused_proposal_leaves_the_register_and_stays_in_its_history(office: Office, device: Device, proposal: str):
    assert decide(office, proposal, "refused", reason="与身份证不符").json == {"id": proposal, "state": "refused"}
    assert body_of(device, "person", person_in(device))["name"] == "王桂花"
    assert told(device, proposal)["reason"] == "与身份证不符"
    assert past(office, "person", person_in(device))[0] == {"name!superseded": ["王贵花"], "!why": "与身份证不符"}


@pytest.mark.parametrize(
    ("decision", "stands", "lost"), [("accepted", "三组21号", "三组12号"), ("refused", "三组12号", "三组21号")]
)
def test_of_two_addresses_one_stands_and_the_other_is_kept(
    office: Office, device: Device, conflict: str, decision: str, stands: str, lost: str
):
    page = show(office, conflict).json
    assert (page["kind"], page["stands"], page["offered"], page["original"]) == (
        "conflict", {"address": "三组12号"}, {"address": "三组21号"}, None,
    )  # fmt: skip
    assert decide(office, conflict, decision).status_code == 201
    assert body_of(device, "household", office.households[HERE])["address"] == stands
    newest = past(office, "household", office.households[HERE])[0]
    assert lost in (newest["address"] if decision == "accepted" else newest["address!superseded"])


def test_both_workers_of_a_conflict_see_what_became_of_it(office: Office, device: Device, conflict: str):
    decide(office, conflict, "accepted")
    other = office.device("caseworker3")
    other.exchange()
    assert told(device, conflict)["state"] == told(other, conflict)["state"] == "accepted"
    assert all(one.own_state(HERE) == one.states[HERE] for one in (device, other))


def test_who_decides_second_is_told_so_and_nothing_is_overwritten(office: Office, device: Device, conflict: str):
    etag = show(office, conflict).headers["ETag"]
    assert decide(office, conflict, "accepted", "county1", etag=etag).status_code == 201
    answer = decide(office, conflict, "refused", etag=etag)
    assert (answer.status_code, answer.json["code"]) == (412, "record.stale")
    assert "姓名county1已经处理了这一条" in answer.json["detail"]
    assert body_of(device, "household", office.households[HERE])["address"] == "三组21号"
    again = decide(office, conflict, "refused")
    assert (again.status_code, again.json["code"]) == (409, "conflict.decided")


def test_what_changed_since_it_was_looked_at_is_looked_at_again(office: Office, conflict: str):
    etag = show(office, conflict).headers["ETag"]
    household = office.households[HERE]
    with office.app.app_context():
        transact(lambda ledger: ledger.update("household", household, {"remarks": "别的栏目"}, the_office(MONDAY)))
    assert show(office, conflict).headers["ETag"] == etag
    with office.app.app_context():
        transact(lambda ledger: ledger.update("household", household, {"address": "四组"}, the_office(MONDAY)))
    assert decide(office, conflict, "accepted", etag=etag).status_code == 412
    assert decide(office, conflict, "accepted").status_code == 201


def test_a_decision_says_what_was_seen_and_why(office: Office, proposal: str):
    client = office.app.test_client()
    unseen = client.post(
        f"/api/v1/conflicts/{proposal}/decision",
        json={"decision": "accepted", "reason": "x"},
        headers=office.bearer("reviewer1"),
    )
    assert (unseen.status_code, unseen.json["errors"]) == (422, [{"field": "If-Match"}])
    silent = decide(office, proposal, "accepted", reason=" \n")
    assert (silent.status_code, silent.json["code"]) == (422, "review.reason_missing")
    assert show(office, proposal).json["state"] == "open"


@pytest.mark.parametrize("username", ["caseworker1", "caseworker3", "assistant1", "inspector1"])
def test_who_does_not_review_does_not_decide(office: Office, proposal: str, username: str):
    assert show(office, proposal, username).json["may_decide"] is False
    answer = decide(office, proposal, "accepted", username)
    assert (answer.status_code, answer.json["code"]) == (403, "permission.denied")


def test_nobody_decides_on_their_own_proposal(office: Office):
    own = office.device("reviewer1")
    own.exchange()
    held_id = propose(office, own, name="王贵花")
    answer = decide(office, held_id, "accepted")
    assert (answer.status_code, answer.json["code"]) == (403, "permission.own_proposal")
    assert decide(office, held_id, "accepted", "county1").status_code == 201


def test_nobody_decides_on_what_a_visit_of_theirs_shows(office: Office, device: Device):
    visit_id, fields = an_id(), office.visit(device)
    fields["participants"].append({"staff_id": office.staff["reviewer1"], "name": "审", "role": "second"})
    device.exchange([device.mutation("visit", visit_id, "create", HERE, fields)])
    held_id = propose(office, device, name="王贵花", evidence=visit_id)
    assert show(office, held_id).json["evidence"] == visit_id
    assert decide(office, held_id, "accepted").json["code"] == "permission.own_proposal"
    assert decide(office, held_id, "accepted", "county1").status_code == 201


def test_nobody_lets_the_value_stand_that_they_entered_themselves(office: Office):
    own, other = office.device("reviewer1"), office.device("caseworker3")
    own.exchange()
    other.exchange()
    household = office.households[HERE]
    own.exchange([own.mutation("household", household, "update", HERE, {"address": "甲"})])
    other.exchange([other.mutation("household", household, "update", HERE, {"address": "乙"})])
    held_id = next(key[2] for key in other.rows if key[1] == "held_value")
    assert decide(office, held_id, "refused").json["code"] == "permission.own_proposal"


@pytest.mark.parametrize("username", ["reviewer2", "caseworker2", "admin1"])
def test_what_lies_elsewhere_is_not_found(office: Office, proposal: str, username: str):
    assert listing(office, username).json["items"] == []
    assert listing(office, username).json["counts"]["proposal"] == 0
    assert show(office, proposal, username).status_code == 404
    assert decide(office, proposal, "accepted", username, etag='"x"').status_code == 404


def test_it_follows_its_record_to_another_township(office: Office, device: Device, proposal: str):
    with office.app.app_context():
        transact(lambda ledger: ledger.move("person", person_in(device), THERE, the_office(MONDAY)))
    assert [one["id"] for one in listing(office, "reviewer2").json["items"]] == [proposal]
    assert decide(office, proposal, "accepted", "reviewer2").status_code == 201


def test_where_its_household_has_left_no_value_stays_but_its_author_learns_the_end(
    office: Office, device: Device, conflict: str
):
    body = {"to": THERE, "reason": "搬家"}
    household = office.households[HERE]
    client = office.app.test_client()
    moved = client.post(f"/api/v1/households/{household}/move", json=body, headers=office.bearer("county1"))
    assert moved.status_code == 200
    assert (told(device, conflict)["values"], told(device, conflict)["state"]) == ({}, "open")
    assert decide(office, conflict, "refused", "reviewer2").status_code == 201
    assert told(device, conflict)["state"] == "refused"


def test_the_list_is_read_by_kind_area_and_state_page_by_page(office: Office, device: Device, conflict: str):
    proposals = [propose(office, device, name=f"王{at}") for at in range(5)]
    assert listing(office).json["counts"] == {"conflict": 1, "proposal": 5, "removed": 0, "duplicate": 0}
    assert [one["id"] for one in listing(office, kind="conflict").json["items"]] == [conflict]
    assert listing(office, area=THERE).json["items"] == []
    found, cursor = [], ""
    while cursor is not None:
        page = listing(office, kind="proposal", limit="2", cursor=cursor).json
        found += [one["id"] for one in page["items"]]
        cursor = page["cursor"]
    assert found == sorted(proposals)
    decide(office, proposals[0], "refused")
    assert [one["id"] for one in listing(office, state="decided").json["items"]] == [proposals[0]]
    assert proposals[0] not in [one["id"] for one in listing(office).json["items"]]


@pytest.mark.parametrize("query", [{"kind": "x"}, {"state": "x"}, {"area": "%"}, {"cursor": "x"}, {"limit": "0"}])
def test_an_odd_question_is_refused(office: Office, query: dict[str, str]):
    assert listing(office, **query).status_code == 422


def test_the_same_value_from_two_hands_is_decided_once(office: Office, device: Device):
    other = office.device("caseworker3")
    other.exchange()
    one, same = propose(office, device, name="王贵花"), propose(office, other, name="王贵花")
    different = propose(office, other, name="王桂华")
    decide(office, one, "accepted")
    assert [show(office, each).json["state"] for each in (one, same, different)] == ["accepted", "accepted", "open"]


def test_a_decision_is_stable_under_repeats_of_the_edit_also_from_a_cloned_device(office: Office, device: Device):
    mutation = device.mutation("person", person_in(device), "update", HERE, {"name": "王贵花"})
    first = device.exchange([mutation]).results
    held_id = next(key[2] for key in device.rows if key[1] == "held_value")
    decide(office, held_id, "refused")
    assert device.exchange([mutation]).results == first
    device.n += 1
    again = device.exchange([replace(mutation, n=device.n)]).results
    assert again[0].outcome == "held"
    assert listing(office).json["items"] == []
    assert body_of(device, "person", person_in(device))["name"] == "王桂花"


def test_numbers_are_masked_but_for_the_digits_that_differ_and_never_told_to_devices(office: Office, device: Device):
    held_id = propose(office, device, id_number="990101194907010012")
    page = show(office, held_id).json
    assert page["stands"] == {"id_number": "990101*****6**0012"}
    assert page["offered"] == {"id_number": "990101*****7**0012"}
    assert page["original"] == "990101********0012"
    assert told(device, held_id)["values"]["offered"] == "990101********0012"
    decide(office, held_id, "accepted")
    assert body_of(device, "person", person_in(device))["id_number"] == "990101194907010012"


def test_a_value_held_by_the_first_release_can_be_decided(office: Office, device: Device, proposal: str):
    """It has no record for devices."""
    with office.app.app_context():
        transact(lambda ledger: ledger.remove("held_value", proposal, "deleted", the_office(MONDAY)))
    assert decide(office, proposal, "accepted").status_code == 201
    assert body_of(device, "person", person_in(device))["name"] == "王贵花"


def test_every_look_and_every_decision_is_logged_without_a_value(office: Office, proposal: str):
    from tests.server.pages.people import looks

    decide(office, proposal, "refused")
    assert [action for action, subject in looks(office, "reviewer1") if subject == proposal] == [
        "conflict.read",
        "conflict.refused",
    ]
    with office.app.app_context():
        assert reading().get(HeldValue, proposal).decision["staff_id"] == office.staff["reviewer1"]
