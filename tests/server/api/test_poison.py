"""What a device may send that was never foreseen: it is refused alone, leaves no half of itself, and nothing is lost."""

import logging
import re
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import select

from server.api import compression
from server.domain.errors import MessageMalformed
from server.models.device import MutationResult
from server.models.ledger import Change, Record
from server.models.visit import VisitBlob, VisitInvestigator
from server.services.staged import office as the_office
from server.transaction import parts, reading, transact
from sync.canonical import loads
from sync.protocol import Mutation, Request
from tests.server.conftest import MONDAY
from tests.server.databases import refuse_rows
from tests.server.office import VILLAGES, Device, Office, an_id

HERE = VILLAGES[0]


@pytest.fixture
def device(office: Office) -> Device:
    """A device that has pulled everything."""
    device = office.device()
    device.exchange()
    return device


def sent(device: Device, *mutations: Mutation) -> list[Any]:
    return list(device.exchange(mutations).results)


def history(office: Office, record_id: str) -> list[dict[str, Any]]:
    with office.app.app_context():
        rows = reading().scalars(select(Change).where(Change.record_id == record_id).order_by(Change.id)).all()
        vault = parts().vault
        return [
            loads(vault.open(row.values, f"change/{row.type}/{row.record_id}") if row.is_sealed else row.values)
            for row in rows
        ]


def offered(office: Office, device: Device, n: int) -> Any:
    with office.app.app_context():
        row = reading().get(MutationResult, (device.device_id, 1, n))
        bound = f"mutation/{device.device_id}/1/{n}"
        return row.offered and loads(parts().vault.open(row.offered, bound))


ODD_VISITS: dict[str, dict[str, Any]] = {
    "answers are a list": {"answers": ["a"]},
    "evidence is no list": {"evidence": {"blob": "x"}},
    "evidence holds text": {"evidence": ["x"]},
    "participants hold text": {"participants": ["s1", "s2"]},
    "a participant's id is a list": {"participants": [{"staff_id": ["a"]}, {"staff_id": 5}]},
    "a blob that can never come": {"evidence": [{"blob": "../../etc/passwd"}]},
    "a blob with a long name": {"evidence": [{"blob": "a" * 5000}]},
    "a day that is none": {"sealed_at": "2026-02-30T00:00:00.000Z"},
    "a field named like our marks": {"*": 1},
    "a household of another village": {"household_id": "elsewhere"},
}


@pytest.mark.parametrize("odd", ODD_VISITS.values(), ids=ODD_VISITS)
def test_an_odd_visit_is_refused_alone_with_a_reason_and_kept_whole(
    office: Office, device: Device, odd: dict[str, Any]
):
    fields = device.sealed({**office.visit(device), **odd})
    bad = device.mutation("visit", an_id(), "create", HERE, fields)
    good = device.mutation("visit", an_id(), "create", HERE, office.visit(device))
    results = sent(device, bad, good)
    assert [result.outcome for result in results] == ["refused", "applied"]
    assert results[0].problem["code"] in ("input.invalid", "record.not_found")
    assert offered(office, device, bad.n) == bad.to_dict()
    with office.app.app_context():
        assert reading().scalars(select(VisitBlob).where(VisitBlob.visit_id == bad.id)).all() == []
        assert reading().scalars(select(VisitInvestigator).where(VisitInvestigator.visit_id == bad.id)).all() == []
        assert reading().get(Record, ("visit", bad.id)) is None


def test_what_fails_halfway_leaves_nothing_behind_and_stops_nothing_else(office: Office, device: Device):
    """The database itself refuses one row of a visit, after others of it were written and the seal was counted."""
    with office.app.app_context():
        transact(lambda ledger: refuse_rows(ledger.session, "visit_investigator"))
    bad = device.mutation("visit", an_id(), "create", HERE, office.visit(device))
    good = device.mutation("household", office.households[HERE], "update", HERE, {"remarks": "记"})
    results = sent(device, bad, good)
    assert [result.outcome for result in results] == ["refused", "applied"]
    assert results[0].problem["code"] == "sync.fault"
    assert offered(office, device, bad.n) == bad.to_dict()
    with office.app.app_context():
        assert reading().get(Record, ("visit", bad.id)) is None
        assert reading().scalars(select(VisitBlob.sha256)).all() == []
    assert device.own_state(HERE) == device.states[HERE]


@pytest.mark.parametrize("record_id", ["../x", "a b", "名字", "a\n", "x/y"])
def test_an_id_that_no_device_makes_is_refused(office: Office, device: Device, record_id: str):
    (result,) = sent(device, device.mutation("visit", record_id, "create", HERE, office.visit(device)))
    assert (result.outcome, result.problem["fields"]) == ("refused", ["id"])


@pytest.mark.parametrize("body", [b'"\\ud800"', b"[" * 200 + b"]" * 200], ids=["half a character", "deep"])
def test_what_could_never_be_stored_is_refused_before_anything_is_applied(device: Device, body: bytes):
    mutation = device.mutation("household", an_id(), "create", HERE, {"area_code": HERE, "remarks": "HOLE"})
    request = Request(1, device.epoch, device.have, (mutation,)).encode().replace(b'"HOLE"', body)
    answer = device.client.post("/sync/v1/exchange", data=request, headers={"Authorization": f"Bearer {device.token}"})
    assert (answer.status_code, answer.json["code"]) == (422, "sync.malformed")


@pytest.mark.parametrize("op", ["[]", "{}", "5", "null"])
def test_an_operation_that_is_no_word_is_refused(device: Device, op: str):
    mutation = device.mutation("household", an_id(), "create", HERE, {"area_code": HERE})
    request = Request(1, device.epoch, device.have, (mutation,)).encode().replace(b'"create"', op.encode())
    answer = device.client.post("/sync/v1/exchange", data=request, headers={"Authorization": f"Bearer {device.token}"})
    assert answer.status_code == 422


@pytest.mark.parametrize("bucket", ["430981101999", "user:{me}", "4309811010", "reference"])
def test_nothing_is_created_where_nobody_would_ever_see_it(office: Office, device: Device, bucket: str):
    where = bucket.format(me=office.staff["caseworker1"])
    (result,) = sent(device, device.mutation("household", an_id(), "create", where, {"area_code": HERE}))
    assert (result.outcome, result.problem["code"]) == ("refused", "record.not_found")


def remarked(of: Device, household: str, remarks: str, uptime_ms: int) -> Mutation:
    """Edit a household's remarks so long after the start of a boot that every device of these tests shares."""
    anchor = {"server_at": "2026-07-06T00:00:00.000Z", "uptime_ms": 0, "boot": "b", "trip_ms": 1}
    made = of.mutation("household", household, "update", HERE, {"remarks": remarks})
    return Mutation(**{**vars(made), "at": {"wall": "", "uptime_ms": uptime_ms, "boot": "b", "anchor": anchor}})


def test_the_edit_that_lost_to_a_later_one_is_in_the_history(office: Office, device: Device):
    household = office.households[HERE]
    other = office.device("caseworker3")
    other.exchange()
    sent(device, remarked(device, household, "后来写的", 3_000_000))
    results = sent(
        other, remarked(other, household, "先写的一", 1_000_000), remarked(other, household, "先写的二", 2_000_000)
    )
    assert [result.fields["remarks"]["how"] for result in results] == ["superseded"] * 2
    kept = [value for line in history(office, household) for value in line.get("remarks!superseded", [])]
    assert kept == ["先写的一", "先写的二"]
    assert "后来写的".encode() in other.rows[HERE, "household", household][1]
    assert other.own_state(HERE) == other.states[HERE]


def test_the_edit_that_won_is_not_told_that_it_lost(office: Office, device: Device):
    household = office.households[HERE]
    other = office.device("caseworker3")
    other.exchange()
    sent(device, remarked(device, household, "先写的", 1_000_000))
    (won,) = sent(other, remarked(other, household, "后来写的", 3_000_000))
    assert (won.outcome, won.fields) == ("applied", {})
    assert history(office, household)[-1]["remarks!superseded"] == ["先写的"]


def test_every_value_of_several_edits_sent_at_once_is_in_the_history(office: Office, device: Device):
    household = office.households[HERE]
    sent(device, *(device.mutation("household", household, "update", HERE, {"remarks": text}) for text in "甲乙丙"))
    line = history(office, household)[-1]
    assert line["remarks"] == [None, "丙"]
    assert line["remarks!superseded"] == ["甲", "乙"]


def test_a_value_that_was_created_and_changed_at_once_is_in_the_history(office: Office, device: Device):
    household = an_id()
    created = device.mutation("household", household, "create", HERE, {"area_code": HERE, "address": "甲"})
    sent(device, created, device.mutation("household", household, "update", HERE, {"address": "乙"}))
    assert history(office, household)[-1]["address!superseded"] == ["甲"]


def test_a_refused_field_of_an_edit_that_was_otherwise_applied_is_kept(office: Office, device: Device):
    household = office.households[HERE]
    edit = device.mutation("household", household, "update", HERE, {"remarks": "记", "number": "N-1"})
    (result,) = sent(device, edit)
    assert (result.outcome, result.fields["number"]["how"]) == ("applied", "refused")
    assert offered(office, device, edit.n) == edit.to_dict()


def test_an_edit_of_a_record_that_moved_meanwhile_overwrites_nothing_unseen(office: Office, device: Device):
    household, other = office.households[HERE], VILLAGES[1]
    device.have[HERE] = 500  # However far the device had read: that bucket's numbers mean nothing in the other.
    edit = device.mutation("household", household, "update", HERE, {"address": "旧地址"})
    device.have[HERE] = 0
    with office.app.app_context():
        transact(lambda ledger: ledger.move("household", household, other, the_office(MONDAY)))
        transact(lambda ledger: ledger.update("household", household, {"address": "新地址"}, the_office(MONDAY)))
    (result,) = sent(device, edit)
    assert (result.outcome, result.fields["address"]["now"]) == ("held", "新地址")


def test_a_move_alone_holds_no_edit_and_supersedes_none(office: Office, device: Device):
    household, other = office.households[HERE], VILLAGES[1]
    device.exchange()
    edit = device.mutation("household", household, "update", HERE, {"address": "新地址", "phone": "13800000000"})
    with office.app.app_context():
        transact(lambda ledger: ledger.move("household", household, other, the_office(MONDAY)))
    (result,) = sent(device, edit)
    assert (result.outcome, result.bucket, dict(result.fields)) == ("applied", other, {})


@pytest.mark.parametrize(
    "spoilt", [{"household_id": "nobody"}, {"answers": {"income/monthly": 1}}], ids=["refused", "altered"]
)
def test_the_visit_after_one_that_was_refused_or_altered_is_in_order(
    office: Office, device: Device, spoilt: dict[str, Any]
):
    first = device.mutation("visit", an_id(), "create", HERE, {**office.visit(device), **spoilt})
    second_id = an_id()
    sent(device, first, device.mutation("visit", second_id, "create", HERE, office.visit(device)))
    assert loads(device.rows[HERE, "visit", second_id][1])["verdict"] == "intact"


def test_without_an_anchor_a_wall_clock_decades_behind_loses_nothing(office: Office, device: Device):
    household = office.households[HERE]
    made = device.mutation("household", household, "update", HERE, {"remarks": "1970"})
    with office.app.app_context():
        transact(lambda ledger: ledger.update("household", household, {"remarks": "今天"}, the_office(MONDAY)))
    at = {"wall": "1970-01-01T00:00:00.000Z", "uptime_ms": 0, "boot": "b"}
    (result,) = sent(device, Mutation(**{**vars(made), "at": at}))
    assert (result.outcome, result.fields["remarks"]["kind"]) == ("held", "conflict")


def test_what_somebody_removed_from_a_set_stays_removed_through_later_edits_of_others(office: Office, device: Device):
    household, other = office.households[HERE], office.device("caseworker3")
    sent(device, device.mutation("household", household, "update", HERE, {"tags": {"低保": True}}))
    other.exchange()
    sent(device, device.mutation("household", household, "update", HERE, {"tags": {"低保": False}}))
    base = other.have[HERE]
    for tag in ("残疾", "独居"):
        other.have[HERE] = base
        edit = other.mutation("household", household, "update", HERE, {"tags": {"低保": True, tag: True}})
        sent(other, edit)
    tags = loads(other.rows[HERE, "household", household][1])["tags"]
    assert tags == {"低保": False, "残疾": True, "独居": True}


def test_an_anchor_from_the_future_does_not_win_for_ever(office: Office, device: Device):
    household, other = office.households[HERE], office.device("caseworker3")
    other.exchange()
    anchor = {"server_at": "2099-01-01T00:00:00.000Z", "uptime_ms": 0, "boot": "b", "trip_ms": 0}
    made = device.mutation("household", household, "update", HERE, {"remarks": "来自未来"})
    sent(device, Mutation(**{**vars(made), "at": {"wall": "", "uptime_ms": 0, "boot": "b", "anchor": anchor}}))
    now = {"wall": "", "uptime_ms": 0, "boot": "b", "anchor": {**anchor, "server_at": "2026-07-06T01:00:00.000Z"}}
    made = other.mutation("household", household, "update", HERE, {"remarks": "现在"})
    (result,) = sent(other, Mutation(**{**vars(made), "at": now}))
    assert result.outcome == "held"


def test_a_device_that_comes_back_to_a_restored_server_forgets_what_that_one_never_had(office: Office, device: Device):
    device.have["430981101002"] = device.have[VILLAGES[1]]
    own = f"user:{office.staff['caseworker1']}"
    request = Request(1, "another epoch", {own: 7, HERE: 3})
    answer = device.post(request).data
    assert b'{"bucket":"%s","frame":"page","rows":[],"since":0,"upto":0}' % own.encode() in answer
    assert b'"since":0' in next(line for line in answer.splitlines() if HERE.encode() in line and b"page" in line)


def test_no_value_of_a_person_reaches_the_log_whatever_goes_wrong(
    office: Office, device: Device, caplog: pytest.LogCaptureFixture
):
    """Everything that can be sent is sent with a name in it, and the database is taken away under the request."""
    secret = "秦始皇"
    odd = [
        device.mutation(
            "visit", an_id(), "create", HERE, {**office.visit(device), "participants": [{"staff_id": [secret]}]}
        ),
        device.mutation("household", an_id(), "create", HERE, {"area_code": HERE, "remarks": {secret: secret}}),
        device.mutation(secret, an_id(), "create", HERE, {secret: secret}),
    ]
    sent(device, *odd)
    with office.app.app_context():
        transact(
            lambda ledger: ledger.session.connection().exec_driver_sql("ALTER TABLE change RENAME TO gone") and None
        )
    household = device.mutation("household", office.households[HERE], "update", HERE, {"remarks": secret})
    answer = device.post(Request(1, device.epoch, device.have, (household,)))
    assert answer.status_code == 500
    assert secret not in answer.get_data(as_text=True)
    assert re.search("OperationalError|ProgrammingError", caplog.text)
    assert secret not in "".join(logging.Formatter().format(one) for one in caplog.records)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_packed_bytes_that_are_none_are_refused(device: Device, encoding: str):
    headers = {"Authorization": f"Bearer {device.token}", "Content-Encoding": encoding}
    answer = device.client.post("/sync/v1/exchange", data=b"no such thing", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "sync.malformed")


def test_an_unknown_packing_is_refused(device: Device):
    headers = {"Authorization": f"Bearer {device.token}", "Content-Encoding": "br"}
    answer = device.client.post("/sync/v1/exchange", data=b"x", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (415, "body.encoding")


@pytest.mark.parametrize("announced", [7, 4096])
def test_a_body_that_was_cut_on_its_way_is_no_body(app: Flask, announced: int):
    """What is sealed shows no end of its own: kept as it came, half a piece would pass for the whole."""
    with (
        app.test_request_context(method="PUT", data=b"sealed", environ_overrides={"CONTENT_LENGTH": str(announced)}),
        pytest.raises(MessageMalformed),
    ):
        compression.body(request, limit_bytes=1 << 20)
