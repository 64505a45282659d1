"""Two persons who may be one: asked about, never merged by itself, decided once, and undone without a trace."""

from typing import Any

import pytest

from server.services.staged import office as the_office
from server.transaction import transact
from sync.canonical import loads
from tests.server.api.test_conflicts import body_of, decide, device, listing, propose, show
from tests.server.api.test_register import members, past, remove
from tests.server.conftest import MONDAY
from tests.server.office import VILLAGES, Device, Office, an_id

__all__ = ["device"]
HERE, NEXT, THERE = VILLAGES[0], VILLAGES[1], VILLAGES[2]
NUMBER = "990101196008030034"


def add(device: Device, village: str = HERE, household: str = "", **fields: Any) -> str:
    """Create a person on a device, who lives in a household."""
    person = an_id()
    made = [device.mutation("person", person, "create", village, fields)]
    if household:
        link = {"household_id": household, "person_id": person, "relation": "子女"}
        made.append(device.mutation("household_member", an_id(), "create", village, link))
    assert {one.outcome for one in device.exchange(made).results} == {"applied"}
    return person


def waiting(office: Office, username: str = "reviewer1") -> list[dict[str, Any]]:
    return [one for one in listing(office, username).json["items"] if one["kind"] == "duplicate"]


@pytest.fixture
def pair(office: Office, device: Device) -> tuple[str, str, str]:
    """One person from two devices, in two households; gives both, and what waits."""
    other = office.device("caseworker3")
    other.exchange()
    first = add(device, name="李小明", id_number=NUMBER, household=office.households[HERE])
    second = add(other, NEXT, name="李晓明", id_number=NUMBER, phone="19900001234", household=office.households[NEXT])
    (one,) = waiting(office)
    assert {one["record_id"], one["other_id"]} == {first, second}
    return first, second, one["id"]


def test_the_same_number_from_two_devices_is_asked_about_and_nothing_is_merged(
    office: Office, device: Device, pair: tuple[str, str, str]
):
    first, second, held_id = pair
    assert body_of(device, "person", first)["name"] == "李小明"
    assert body_of(device, "person", second, NEXT)["name"] == "李晓明"
    page = show(office, held_id).json
    assert page["field"] == "id_number"
    assert {page["stands"]["name"], page["offered"]["name"]} == {"李小明", "李晓明"}
    assert "id_number" not in page["stands"]
    assert NUMBER not in show(office, held_id).get_data(as_text=True)


def test_a_number_that_the_office_registered_first_is_noticed_too(office: Office, device: Device):
    add(device, name="王桂华", id_number="990101194906010012")
    assert len(waiting(office, "county1")) == 4  # The sample's four villages each have her.
    assert len(waiting(office, "reviewer2")) == 0  # Who sees only one of two persons is told of neither.


def test_persons_whom_a_move_brings_together_are_noticed(office: Office, device: Device):
    alike = {"name": "李小明", "birth_date": "1960-08-03"}
    first = add(device, HERE, office.households[HERE], **alike)
    second = add(device, NEXT, office.households[NEXT], **alike)
    assert waiting(office) == []
    moving = {"to": HERE, "reason": "搬迁"}
    answer = device.client.post(
        f"/api/v1/households/{office.households[NEXT]}/move", json=moving, headers=office.bearer("reviewer1")
    )
    assert answer.status_code == 200, answer.json
    assert {first, second} in [{one["record_id"], one["other_id"]} for one in waiting(office)]


def test_the_same_person_is_merged_and_nothing_is_lost(office: Office, device: Device, pair: tuple[str, str, str]):
    first, second, held_id = pair
    assert decide(office, held_id, "accepted", kept=first, reason="同一人").status_code == 201
    device.exchange()
    assert (NEXT, "person", second) not in device.rows
    assert body_of(device, "person", first)["phone"] == "19900001234"
    homes = {
        loads(body)["household_id"]
        for key, (_, body) in device.rows.items()
        if key[1] == "household_member" and loads(body)["person_id"] == first
    }
    assert homes == {office.households[HERE], office.households[NEXT]}
    newest = past(office, "person", first).json["items"]
    assert {"field": "name", "value": "李晓明"} in [lost for one in newest for lost in one["lost"]]
    assert past(office, "person", second).json["items"][0]["operation"] == "merged"
    assert all(device.own_state(village) == device.states[village] for village in (HERE, NEXT))


def test_a_merge_is_undone_and_all_is_as_before(office: Office, device: Device, pair: tuple[str, str, str]):
    _, second, held_id = pair
    device.exchange()
    before = {key: loads(body) for key, (_, body) in device.rows.items()}
    decide(office, held_id, "accepted", kept=second)
    assert decide(office, held_id, "undone", reason="是堂兄弟").status_code == 201
    device.exchange()
    assert {key: loads(body) for key, (_, body) in device.rows.items()} == before
    assert show(office, held_id).json["state"] == "undone"
    assert waiting(office) == []
    assert decide(office, held_id, "undone").json["code"] == "conflict.decided"


@pytest.mark.parametrize("of_the_one_who_goes", [True, False])
def test_an_edit_under_way_while_two_were_merged_and_parted_again_is_taken(
    office: Office, device: Device, pair: tuple[str, str, str], of_the_one_who_goes: bool
):
    first, second, held_id = pair
    device.exchange()
    person, village = (second, NEXT) if of_the_one_who_goes else (first, HERE)
    edit = device.mutation("person", person, "update", village, {"phone": "19977778888"})
    decide(office, held_id, "accepted", kept=first)
    decide(office, held_id, "undone", reason="是堂兄弟")
    assert device.exchange([edit]).results[0].outcome == "applied"
    assert body_of(device, "person", person, village)["phone"] == "19977778888"


def test_what_was_changed_since_the_merge_is_not_undone(office: Office, device: Device, pair: tuple[str, str, str]):
    first, second, held_id = pair
    decide(office, held_id, "accepted", kept=first)
    with office.app.app_context():
        transact(lambda ledger: ledger.update("person", first, {"phone": "19911112222"}, the_office(MONDAY)))
    assert decide(office, held_id, "undone").status_code == 201
    assert body_of(device, "person", first)["phone"] == "19911112222"
    assert body_of(device, "person", second, NEXT)["phone"] == "19900001234"


def test_two_persons_are_two_and_it_is_not_asked_again(office: Office, device: Device, pair: tuple[str, str, str]):
    first, _, held_id = pair
    assert decide(office, held_id, "refused", reason="号码录错, 是两个人").status_code == 201
    assert waiting(office) == []
    proposal = propose_number(office, device, first, "990101196008030042")
    decide(office, proposal, "accepted")
    proposal = propose_number(office, device, first, NUMBER)
    decide(office, proposal, "accepted")
    assert waiting(office) == []


def propose_number(office: Office, device: Device, person: str, number: str) -> str:
    mutation = device.mutation("person", person, "update", HERE, {"id_number": number})
    assert device.exchange([mutation]).results[0].outcome == "held"
    return next(one["id"] for one in listing(office).json["items"] if one["kind"] == "proposal")


def test_an_accepted_number_that_somebody_else_has_is_asked_about(office: Office, device: Device):
    other = add(device, name="李小明", id_number=NUMBER)
    held_id = propose(office, device, id_number=NUMBER)
    assert waiting(office) == []
    decide(office, held_id, "accepted")
    assert other in {one[name] for one in waiting(office) for name in ("record_id", "other_id")}


def test_the_same_name_and_birth_date_in_one_village_is_asked_about_and_elsewhere_is_not(
    office: Office, device: Device
):
    facts = {"name": "李小明", "birth_date": "1960-08-03"}
    made = [device.mutation("person", an_id(), "create", HERE, facts) for _ in range(2)]
    device.exchange(made)  # In one transaction: the index does not know the first one yet.
    add(device, NEXT, **facts)
    (one,) = waiting(office)
    assert one["field"] == "name"
    assert {one["record_id"], one["other_id"]} == {mutation.id for mutation in made}


def test_in_one_household_the_second_place_ends_and_a_head_stays_a_head(office: Office, device: Device):
    household = office.households[HERE]
    head = next(key[2] for key in device.rows if key[:2] == (HERE, "person"))
    second = add(device, name="王桂华", id_number="990101194906010012", household=household)
    held_id = next(one["id"] for one in waiting(office) if {one["record_id"], one["other_id"]} == {head, second})
    decide(office, held_id, "accepted", kept=second)
    assert [one["person_id"] for one in members(device)] == [second]
    assert body_of(device, "household", household)["head_id"] == second


def test_an_edit_of_a_person_who_was_merged_reaches_the_one_who_stayed(
    office: Office, device: Device, pair: tuple[str, str, str]
):
    first, second, held_id = pair
    device.exchange()
    edit = device.mutation("person", second, "update", NEXT, {"phone": "19977778888"})
    decide(office, held_id, "accepted", kept=first)
    assert device.exchange([edit]).results[0].outcome == "held"
    removed = next(one["id"] for one in listing(office).json["items"] if one["kind"] == "removed")
    assert decide(office, removed, "accepted").status_code == 201
    assert body_of(device, "person", first)["phone"] == "19977778888"


def test_what_waited_for_a_person_who_was_merged_is_decided_for_the_one_who_stayed(
    office: Office, device: Device, pair: tuple[str, str, str]
):
    first, second, held_id = pair
    device.exchange()
    device.exchange([device.mutation("person", second, "update", NEXT, {"name": "李小鸣"})])
    proposal = next(one["id"] for one in listing(office).json["items"] if one["kind"] == "proposal")
    decide(office, held_id, "accepted", kept=first)
    assert decide(office, proposal, "accepted").status_code == 201
    assert body_of(device, "person", first)["name"] == "李小鸣"


def test_one_of_a_pair_who_is_gone_cannot_be_merged(office: Office, pair: tuple[str, str, str]):
    _, second, held_id = pair
    remove(office, "person", second)
    answer = decide(office, held_id, "accepted")
    assert (answer.status_code, answer.json["code"]) == (409, "conflict.decided")
    assert decide(office, held_id, "refused").status_code == 201


@pytest.mark.parametrize("username", ["caseworker1", "inspector1"])
def test_who_does_not_review_does_not_merge(office: Office, pair: tuple[str, str, str], username: str):
    assert decide(office, pair[2], "accepted", username).json["code"] == "permission.denied"


def test_only_one_of_the_pair_can_stay(office: Office, pair: tuple[str, str, str]):
    assert decide(office, pair[2], "accepted", kept="somebody").status_code == 422
