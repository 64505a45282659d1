"""Id numbers and phones: nowhere in the database's bytes, whichever way they came in."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.models import Base
from server.queries import records
from server.services.staged import office as the_office
from server.transaction import parts, reading, transact
from sync.records import REGISTRY
from tests.server.conftest import MONDAY
from tests.server.office import VILLAGES, Office, an_id

HERE = VILLAGES[0]
NUMBERS = (
    "990101194906010012",
    "990101195007020023",
    "990101196008030034",
    "19912345678",
    "19987654321",
    "19900001111",
)


def bytes_on_disk(app: Flask) -> bytes:
    """Give all that is kept: the files, and what stands in a database that is no file of ours."""
    with app.app_context():
        files = [path.read_bytes() for path in sorted(parts().settings.data_dir.rglob("*")) if path.is_file()]
        rows = [row for table in Base.metadata.tables.values() for row in reading().execute(select(table))]
        values = [bytes(value) if isinstance(value, bytes) else str(value).encode() for row in rows for value in row]
        reading().rollback()
    return b"".join(files) + b"\0".join(values)


def test_no_number_is_in_the_clear_whether_it_was_registered_proposed_held_refused_or_superseded(office: Office):
    device, other = office.device("caseworker1"), office.device("caseworker3")
    device.exchange()
    other.exchange()
    person, household = an_id(), office.households[HERE]
    registered, proposed, refused, first, second, third = NUMBERS
    created = {"name": "李秀英", "id_number": registered, "phone": first}
    device.exchange([device.mutation("person", person, "create", HERE, created)])
    known = next(key[2] for key in other.rows if key[:2] == (HERE, "person"))
    outcomes = [
        *device.exchange([device.mutation("person", known, "update", HERE, {"id_number": proposed})]).results,
        *device.exchange([device.mutation("person", an_id(), "create", VILLAGES[2], {"id_number": refused})]).results,
        *device.exchange([device.mutation("household", household, "update", HERE, {"phone": second})]).results,
        *other.exchange([other.mutation("household", household, "update", HERE, {"phone": third})]).results,
    ]
    assert [result.outcome for result in outcomes] == ["held", "refused", "applied", "held"]
    merged = other.exchange([other.mutation("household", household, "update", HERE, {"remarks": "记"})])
    assert merged.results[0].outcome == "applied"
    stored = bytes_on_disk(office.app)
    assert "李秀英".encode() in stored  # So that the next line would find what it looks for.
    assert [number for number in NUMBERS if number.encode() in stored] == []


def test_a_repeat_of_a_held_secret_gets_the_same_answer(office: Office):
    device = office.device()
    device.exchange()
    person = next(key[2] for key in device.rows if key[:2] == (HERE, "person"))
    edit = device.mutation("person", person, "update", HERE, {"id_number": NUMBERS[1]})
    first, again = device.exchange([edit]), device.exchange([edit])
    assert first.results == again.results
    assert first.results[0].fields["id_number"]["now"] == "990101194906010012"


ARRIVED = {"urgency": "now", "sealed_at": "2026-07-06T00:50:00.000Z", "review_state": "filed", "verdict": "intact"}
"""What the table of leads cannot be without."""


@pytest.mark.parametrize("record_type", [one for one in REGISTRY.values() if one.secrets], ids=lambda one: one.name)
def test_every_secret_field_of_every_type_is_sealed_and_comes_back_whole(app: Flask, record_type: object):
    name, secrets = record_type.name, dict.fromkeys(record_type.secrets, NUMBERS[0])
    fields = {**secrets, "area_code": HERE, **(ARRIVED if name == "lead" else {})}
    with app.app_context():
        transact(lambda ledger: ledger.create(name, "x", HERE, fields, the_office(MONDAY)))
        assert records.fields_of(reading(), parts().vault, name, "x") == fields
    assert NUMBERS[0].encode() not in bytes_on_disk(app)


def test_removed_and_changed_secrets_are_sealed_in_the_history(app: Flask):
    with app.app_context():
        author = the_office(MONDAY)
        transact(lambda ledger: ledger.create("person", "x", HERE, {"phone": NUMBERS[3]}, author))
        transact(lambda ledger: ledger.update("person", "x", {"phone": NUMBERS[4]}, author))
        transact(lambda ledger: ledger.update("person", "x", {}, author, {"phone": NUMBERS[5]}))
        transact(lambda ledger: ledger.remove("person", "x", "deleted", author))
    stored = bytes_on_disk(app)
    assert [number for number in NUMBERS if number.encode() in stored] == []
