"""Removing from the register, and its history: with a reason, within the area, and so that everything can come back."""

from typing import Any

import pytest

from server.services.staged import office as the_office
from server.transaction import transact
from sync.canonical import loads
from tests.server.api.test_conflicts import body_of, decide, device, listing, person_in, show
from tests.server.conftest import MONDAY
from tests.server.office import VILLAGES, Device, Office, an_id

__all__ = ["device"]
HERE = VILLAGES[0]


def remove(
    office: Office, record_type: str, record_id: str, username: str = "reviewer1", reason: str = "已死亡"
) -> Any:
    address = f"/api/v1/register/{record_type}/{record_id}/removal"
    return office.app.test_client().post(address, json={"reason": reason}, headers=office.bearer(username))


def past(office: Office, record_type: str, record_id: str, username: str = "reviewer1") -> Any:
    address = f"/api/v1/register/{record_type}/{record_id}/history"
    return office.app.test_client().get(address, headers=office.bearer(username))


def add_person(office: Office, device: Device, **fields: Any) -> str:
    """Add a person, who lives in the household of the village."""
    person = an_id()
    link = {"household_id": office.households[HERE], "person_id": person, "relation": "子女"}
    made = [
        device.mutation("person", person, "create", HERE, {"name": "李小明", **fields}),
        device.mutation("household_member", an_id(), "create", HERE, link),
    ]
    assert [one.outcome for one in device.exchange(made).results] == ["applied", "applied"]
    return person


def members(device: Device) -> list[dict[str, Any]]:
    device.exchange()
    return [loads(body) for key, (_, body) in device.rows.items() if key[1] == "household_member" and key[0] == HERE]


def test_who_is_removed_is_gone_from_every_device_and_stays_in_the_history(office: Office, device: Device):
    person = add_person(office, device)
    assert remove(office, "person", person).status_code == 201
    assert all(one["person_id"] != person for one in members(device))
    assert (HERE, "person", person) not in device.rows
    newest = past(office, "person", person).json["items"][0]
    assert (newest["operation"], newest["why"], newest["staff_name"]) == ("deleted", "已死亡", "姓名reviewer1")
    assert {"field": "name", "before": "李小明", "after": None} in newest["changes"]


def test_a_household_is_removed_with_its_memberships_but_not_its_persons(office: Office, device: Device):
    person = person_in(device)
    assert remove(office, "household", office.households[HERE], reason="重复登记").status_code == 201
    assert members(device) == []
    assert (HERE, "person", person) in device.rows
    assert device.own_state(HERE) == device.states[HERE]


@pytest.mark.parametrize(
    ("username", "code"),
    [("caseworker1", "permission.denied"), ("reviewer2", "record.not_found"), ("admin1", "record.not_found")],
)
def test_who_may_not_remove_does_not(office: Office, device: Device, username: str, code: str):
    assert remove(office, "household", office.households[HERE], username).json["code"] == code
    assert len(members(device)) == 1


@pytest.mark.parametrize("record_type", ["visit", "staff", "held_value", "nothing"])
def test_only_the_register_is_removed_from(office: Office, record_type: str):
    assert remove(office, record_type, "x").status_code == 404
    assert past(office, record_type, "x").status_code == 404


def test_a_removal_says_why(office: Office):
    assert remove(office, "household", office.households[HERE], reason=" ").json["code"] == "review.reason_missing"


def test_what_the_register_rests_on_is_not_removed(office: Office, device: Device):
    head = remove(office, "person", person_in(device))
    assert (head.status_code, head.json["code"]) == (409, "record.in_use")
    device.exchange([device.mutation("visit", an_id(), "create", HERE, office.visit(device))])
    assert remove(office, "household", office.households[HERE]).json["code"] == "record.in_use"


def edit_of_removed(office: Office, device: Device) -> tuple[str, str]:
    """An edit that meets a removal; gives the person and what waits."""
    person = add_person(office, device, phone="19900001234")
    edit = device.mutation("person", person, "update", HERE, {"phone": "19900005678", "name": "李晓明"})
    remove(office, "person", person, reason="录错了")
    (result,) = device.exchange([edit]).results
    assert (result.outcome, {one["how"] for one in result.fields.values()}) == ("held", {"held"})
    return person, next(one["id"] for one in listing(office).json["items"] if one["kind"] == "removed")


def test_an_edit_of_what_was_removed_is_held_and_restores_it_when_it_is_accepted(office: Office, device: Device):
    person, held_id = edit_of_removed(office, device)
    page = show(office, held_id).json
    assert page["offered"] == {"name": "李晓明", "phone": "199****5678"}
    assert page["stands"] == {"name": None, "phone": None}
    assert decide(office, held_id, "accepted", reason="人还在").status_code == 201
    found = body_of(device, "person", person)
    assert (found["name"], found["phone"]) == ("李晓明", "19900005678")
    assert person in [one["person_id"] for one in members(device)]
    assert device.own_state(HERE) == device.states[HERE]


def test_an_edit_of_what_was_removed_can_be_dismissed_with_a_reason(office: Office, device: Device):
    person, held_id = edit_of_removed(office, device)
    assert decide(office, held_id, "refused", reason="确实录错").status_code == 201
    device.exchange()
    assert (HERE, "person", person) not in device.rows
    assert loads(device.rows[HERE, "held_value", held_id][1])["reason"] == "确实录错"


def test_a_creation_that_is_sent_again_does_not_bring_back_what_was_removed(office: Office, device: Device):
    made = device.mutation("person", an_id(), "create", HERE, {"name": "李小明"})
    device.exchange([made])
    remove(office, "person", made.id)
    device.n += 1
    again = type(made)(**{**vars(made), "n": device.n})
    assert device.exchange([again]).results[0].outcome == "held"
    assert (HERE, "person", made.id) not in device.rows


def test_who_may_not_propose_there_is_refused_as_before(office: Office, device: Device):
    person = add_person(office, device)
    remove(office, "person", person)
    other = office.device("caseworker2")
    other.exchange()
    (result,) = other.exchange([other.mutation("person", person, "update", HERE, {"name": "x"})]).results
    assert (result.outcome, result.problem["code"]) == ("refused", "record.not_found")


def test_the_history_of_a_household_tells_who_changed_what_and_what_lost(office: Office, device: Device):
    household = office.households[HERE]
    device.exchange([device.mutation("household", household, "update", HERE, {"address": "三组12号"})])
    device.exchange([device.mutation("household", household, "update", HERE, {"phone": "19900001234"})])
    with office.app.app_context():
        author = the_office(MONDAY, office.staff["county1"], "电话核实")
        lost = {"phone": "19900005678"}
        transact(lambda ledger: ledger.update("household", household, {"remarks": "独居"}, author, lost))
    newest, phone, address, *older = past(office, "household", household).json["items"]
    assert (newest["staff_name"], newest["why"], newest["is_from_device"]) == ("姓名county1", "电话核实", False)
    assert newest["lost"] == [{"field": "phone", "value": "199****5678"}]
    assert phone["changes"] == [{"field": "phone", "before": None, "after": "199****1234"}]
    assert address["changes"] == [{"field": "address", "before": None, "after": "三组12号"}]
    assert (address["staff_name"], address["is_from_device"]) == ("姓名caseworker1", True)
    assert {one["operation"] for one in older} == {"create"}
    assert {one["type"] for one in older} == {"household", "person", "household_member"}


@pytest.mark.parametrize("username", ["reviewer2", "caseworker2", "admin1"])
def test_a_history_elsewhere_is_not_found(office: Office, device: Device, username: str):
    assert past(office, "household", office.households[HERE], username).status_code == 404
    person = add_person(office, device)
    remove(office, "person", person)
    assert past(office, "person", person, username).status_code == 404
