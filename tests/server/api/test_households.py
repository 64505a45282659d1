"""Households through the API: numbers masked, scope kept, every look written down."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.models.audit import AuditEvent
from server.services.staged import office as the_office
from server.transaction import reading, transact
from sync.records import REGISTRY
from tests.server.conftest import MONDAY
from tests.server.office import VILLAGES, Office, an_id

HERE, ELSEWHERE = VILLAGES[0], VILLAGES[2]


def read(office: Office, household_id: str, username: str = "reviewer1") -> Any:
    return office.app.test_client().get(f"/api/v1/households/{household_id}", headers=office.bearer(username))


def write(office: Office, *deeds: Any) -> None:
    with office.app.app_context():
        transact(lambda ledger: [deed(ledger) for deed in deeds] and None)


def events(office: Office, username: str) -> list[tuple[str, str]]:
    with office.app.app_context():
        rows = reading().scalars(
            select(AuditEvent).where(AuditEvent.actor == office.staff[username]).order_by(AuditEvent.n)
        )
        return [(row.action, row.subject_id) for row in rows if row.action != "session.open"]


def test_numbers_are_masked_whoever_asks(office: Office):
    household = office.households[HERE]
    write(office, lambda ledger: ledger.update("household", household, {"phone": "19900001234"}, the_office(MONDAY)))
    for username in ("caseworker1", "reviewer1", "county1", "inspector1"):
        answer = read(office, household, username)
        assert answer.json["members"][0]["id_number"] == "990101********0012"
        assert answer.json["phone"] == "199****1234"
        assert "990101194906010012" not in answer.get_data(as_text=True)


def test_a_household_is_shown_with_its_head_first(office: Office):
    household, child = office.households[HERE], an_id()
    write(
        office,
        lambda ledger: ledger.create("person", child, HERE, {"name": "王小明"}, the_office(MONDAY)),
        lambda ledger: ledger.create(
            "household_member", "0", HERE, {"household_id": household, "person_id": child}, the_office(MONDAY)
        ),
    )
    answer = read(office, household).json
    assert answer["head_name"] == "王桂花"
    assert [member["name"] for member in answer["members"]] == ["王桂花", "王小明"]


@pytest.mark.parametrize("username", ["caseworker2", "reviewer2", "admin1"])
def test_outside_of_the_area_there_is_no_such_household(office: Office, username: str):
    outside, nowhere = read(office, office.households[HERE], username), read(office, "nowhere", username)
    assert (outside.status_code, outside.json["code"]) == (404, "record.not_found")
    assert {**outside.json, "instance": ""} == {**nowhere.json, "instance": ""}


def test_a_list_holds_only_the_area(office: Office, client: FlaskClient):
    page = client.get("/api/v1/households", headers=office.bearer("caseworker1")).json
    assert {item["area_code"] for item in page["items"]} == set(VILLAGES[:2])


def test_a_list_comes_in_pages_without_gap_or_repeat(office: Office, client: FlaskClient):
    headers, seen, cursor = office.bearer("county1"), [], ""
    while cursor is not None:
        page = client.get("/api/v1/households", query_string={"limit": 1, "cursor": cursor}, headers=headers).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["cursor"]
        assert len(seen) <= 5
    assert sorted(seen) == sorted(office.households.values())


def test_a_link_to_a_person_elsewhere_shows_nothing_of_them(office: Office):
    """A device may name any person's id in a link; that must not open a door to another township."""
    stranger, household = an_id(), office.households[HERE]
    write(
        office,
        lambda ledger: ledger.create("person", stranger, ELSEWHERE, {"name": "外乡人"}, the_office(MONDAY)),
        lambda ledger: ledger.create(
            "household_member", an_id(), HERE, {"household_id": household, "person_id": stranger}, the_office(MONDAY)
        ),
    )
    assert "外乡人" not in read(office, household, "caseworker1").get_data(as_text=True)
    assert "外乡人" in read(office, household, "county1").get_data(as_text=True)


def test_a_head_who_lives_elsewhere_is_not_named_in_a_list(office: Office, client: FlaskClient):
    stranger, household = an_id(), office.households[HERE]
    write(
        office,
        lambda ledger: ledger.create("person", stranger, ELSEWHERE, {"name": "外乡人"}, the_office(MONDAY)),
        lambda ledger: ledger.update("household", household, {"head_id": stranger}, the_office(MONDAY)),
    )
    page = client.get("/api/v1/households", headers=office.bearer("caseworker1"))
    assert "外乡人" not in page.get_data(as_text=True)


def test_fields_of_a_newer_release_do_not_displace_ours(office: Office):
    household = office.households[HERE]
    odd = {"members": "x", "id": "y", "head_name": "z"}
    write(office, lambda ledger: ledger.update("household", household, odd, the_office(MONDAY)))
    answer = read(office, household).json
    assert (answer["id"], answer["head_name"], len(answer["members"])) == (household, "王桂花", 1)


def test_a_person_without_a_name_does_not_hide_the_household(office: Office):
    household, nameless = office.households[HERE], an_id()
    write(
        office,
        lambda ledger: ledger.create("person", nameless, HERE, {"sex": "女"}, the_office(MONDAY)),
        lambda ledger: ledger.update("household", household, {"head_id": nameless}, the_office(MONDAY)),
        lambda ledger: ledger.create(
            "household_member", an_id(), HERE, {"household_id": household, "person_id": nameless}, the_office(MONDAY)
        ),
    )
    answer = read(office, household)
    assert (answer.status_code, answer.json["head_name"]) == (200, None)


def test_every_look_is_written_down_with_who_and_what(office: Office, client: FlaskClient):
    household = office.households[HERE]
    read(office, household, "inspector1")
    client.get("/api/v1/households", headers=office.bearer("inspector1"))
    assert events(office, "inspector1") == [("household.read", household), ("household.list", "")]


def test_a_look_that_was_refused_shows_nothing_and_is_no_look(office: Office):
    read(office, office.households[HERE], "reviewer2")
    assert events(office, "reviewer2") == []


def test_no_secret_field_leaves_the_api_unmasked(office: Office):
    from server.api.schemas.households import HouseholdOut, Masked, MemberOut

    secrets = REGISTRY["household"].secrets | REGISTRY["person"].secrets
    for schema in (HouseholdOut(), MemberOut()):
        for name in secrets & set(schema.fields):
            assert isinstance(schema.fields[name], Masked)


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1"])
def test_an_odd_limit_is_refused(office: Office, client: FlaskClient, limit: str):
    answer = client.get("/api/v1/households", query_string={"limit": limit}, headers=office.bearer("county1"))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "limit"
