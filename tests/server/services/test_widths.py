"""What is too long for its column, or cannot stand in one, is refused with a reason on every database alike."""

from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import String

from server.domain.errors import InputInvalid
from server.domain.permissions import Grant
from server.models.index import INDEX
from server.models.ledger import Record
from server.services import areas, staff
from server.services.store import bulk_insert
from server.transaction import transact
from sync.records import REGISTRY
from tests.server.conftest import MONDAY

ODD = {"too long": "长" * 65, "with a hole": "李\0国"}


class Place(NamedTuple):
    code: str
    name: str


@pytest.mark.parametrize("record_type", INDEX)
def test_a_columns_width_takes_whatever_its_field_may_hold(record_type: str):
    fields = REGISTRY[record_type].fields
    columns = [
        one for one in INDEX[record_type].__table__.columns if one.name in fields and isinstance(one.type, String)
    ]
    too_narrow = [one.name for one in columns if fields[one.name].kind.holds("9" * (one.type.length + 1))]
    assert too_narrow == []


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("field", ["username", "display_name"])
def test_an_account_with_an_odd_name_is_refused(app: Flask, field: str, odd: str):
    names = {"username": "somebody", "display_name": "李建国", field: odd}
    with app.app_context(), pytest.raises(InputInvalid):
        transact(
            lambda ledger: staff.create(
                ledger, "s1", **names, password_hash="x", grants=[Grant("caseworker", "430981")], now=MONDAY
            )
        )


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_area_with_an_odd_name_is_refused(app: Flask, odd: str):
    with app.app_context(), pytest.raises(InputInvalid):
        transact(lambda ledger: areas.put(ledger, [Place("430981", odd)], now=MONDAY))


@pytest.mark.postgresql_only
@pytest.mark.parametrize("odd", ["a\0b", "x" * 65], ids=["with a hole", "too long"])
def test_what_only_the_database_refuses_among_many_rows_is_bad_input_and_no_fault(app: Flask, odd: str):
    row = {"type": "household", "id": odd, "bucket": "430981101001", "seq": 1, "batch_end": 1, "body": b"{}"}

    @app.post("/api/v1/odd")
    def write() -> str:
        transact(lambda ledger: bulk_insert(ledger.session, Record, [{**row, "sealed": None, "marks": b""}]))
        return "written"

    answer = app.test_client().post("/api/v1/odd")
    assert (answer.status_code, answer.json["code"]) == (422, "input.invalid")
