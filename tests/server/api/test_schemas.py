"""What a newer client sends is kept whole; what an older one needs is said."""

from typing import Any

import pytest

from server.domain.permissions import Actor
from server.models.held_work import HeldWork
from server.models.office import Staff
from server.services import acceptance
from server.services.sign_in import grants_of
from server.transaction import parts, reading, transact
from sync.protocol import SCHEMA
from sync.records import REGISTRY
from sync.records.fields import WORD, Home, RecordType, contested
from tests.server.office import VILLAGES, Office, an_id


def held(office: Office) -> list[HeldWork]:
    with office.app.app_context():
        return list(reading().query(HeldWork))


def test_a_record_type_that_only_a_newer_release_knows_waits_whole(office: Office):
    device = office.device()
    fields = {"kind": "辘轳井", "depth": 12}
    acks = device.exchange([device.mutation("well", an_id(), "create", VILLAGES[0], fields)], schema=SCHEMA + 1)
    assert acks.results[0].outcome == "held"
    (row,) = held(office)
    assert (row.reason, row.type) == ("schema.newer", "well")


def test_an_upgraded_office_takes_it_in(office: Office, monkeypatch: pytest.MonkeyPatch):
    device, well = office.device(), an_id()
    device.exchange([device.mutation("well", well, "create", VILLAGES[0], {"kind": "辘轳井"})], schema=SCHEMA + 1)
    known = RecordType("well", Home.VILLAGE, {"kind": contested(WORD)}, device_may=frozenset({"create"}))
    monkeypatch.setitem(REGISTRY, "well", known)  # type: ignore[arg-type]  # the release that knows it
    (row,) = held(office)
    with office.app.app_context():
        staff = reading().query(Staff).filter_by(username="reviewer1").one()
        reviewer = Actor(staff.id, "", grants_of(staff, parts().clock()))
        transact(lambda ledger: acceptance.accept(ledger, reviewer, row.id, reason="升级后确认", now=parts().clock()))
    device.exchange()
    assert (VILLAGES[0], "well", well) in device.rows


@pytest.mark.parametrize(
    ("more", "record_type", "bucket"),
    [
        ({}, "well", VILLAGES[0]),
        ({"schema": SCHEMA + 1}, "well", VILLAGES[2]),
        ({"schema": SCHEMA + 1}, "w" * 40, VILLAGES[0]),
    ],
    ids=["from our own release", "of a village that is not the worker's", "with a name that none has"],
)
def test_what_nobody_could_know_is_refused_and_kept_as_before(
    office: Office, more: dict[str, Any], record_type: str, bucket: str
):
    device = office.device()
    acks = device.exchange([device.mutation(record_type, an_id(), "create", bucket, {"a": 1})], **more)
    assert (acks.results[0].outcome, held(office)) == ("refused", [])


@pytest.mark.parametrize(
    ("record_type", "record_id"),
    [("we ll", "well-1"), ("井", "well-1"), ("well", "a b"), ("well", "井")],
)
def test_what_no_release_could_name_so_is_refused(office: Office, record_type: str, record_id: str):
    device = office.device()
    bad = device.mutation(record_type, record_id, "create", VILLAGES[0], {"a": 1})
    (result,) = device.exchange([bad], schema=SCHEMA + 1).results
    assert (result.outcome, held(office)) == ("refused", [])


def test_a_field_that_only_a_newer_release_knows_is_kept_and_given_to_all(office: Office):
    device, household = office.device(), office.households[VILLAGES[0]]
    device.exchange()
    changed = device.mutation("household", household, "update", VILLAGES[0], {"well_depth": 12})
    assert device.exchange([changed], schema=SCHEMA + 1).results[0].outcome == "applied"
    other = office.device("caseworker3")
    other.exchange()
    assert b'"well_depth":12' in other.rows[VILLAGES[0], "household", household][1]
