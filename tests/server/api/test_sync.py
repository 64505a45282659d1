"""The exchange through HTTP: exactly once, in scope, atomic, and provably the same at both ends."""

import gc
import json
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import select

from server.extensions import db
from server.models.ledger import HeldValue
from server.transaction import parts, reading
from sync import packing
from sync.canonical import loads
from sync.digest import NOTHING
from sync.frames import End, Scope, frames, proof, tag
from sync.protocol import Request
from tests.server.cli.test_commands import run
from tests.server.office import VILLAGES, Office, an_id, sha_of


def test_a_new_device_pulls_the_villages_of_its_user_and_both_ends_agree(office: Office):
    device = office.device("caseworker1")
    device.exchange()
    buckets = set(device.states)
    assert buckets == {"reference", f"user:{office.staff['caseworker1']}", VILLAGES[0], VILLAGES[1]}
    for bucket in (VILLAGES[0], VILLAGES[1]):
        assert device.own_state(bucket) == device.states[bucket]
        assert device.states[bucket].live == 3


def test_an_idle_exchange_answers_in_a_few_hundred_bytes(office: Office):
    device = office.device()
    device.exchange()
    evidence = proof(device.epoch, device.states)
    response = device.post(Request(1, device.epoch, device.have, proof=evidence, lease="2026-07-06T01:00:00.000Z"))
    assert b'"same":true' in response.data
    assert len(response.data) < 500


def test_a_visit_is_applied_once_however_often_it_is_sent(office: Office):
    device = office.device()
    device.exchange()
    visit_id = an_id()
    mutation = device.mutation("visit", visit_id, "create", VILLAGES[0], office.visit(device))
    first = device.exchange([mutation])
    again = device.exchange([mutation])
    assert [result.outcome for result in first.results] == ["applied"]
    assert again.results == first.results
    assert sum(1 for key in device.rows if key[1:] == ("visit", visit_id)) == 1
    assert device.own_state(VILLAGES[0]) == device.states[VILLAGES[0]]


def test_the_same_number_with_other_content_gets_another_installation_number_and_changes_nothing(office: Office):
    device = office.device()
    device.exchange()
    device.exchange([device.mutation("visit", an_id(), "create", VILLAGES[0], office.visit(device))])
    device.n = 0
    other = device.mutation("visit", an_id(), "create", VILLAGES[0], office.visit(device))
    head = device.have[VILLAGES[0]]
    acks = device.exchange([other])
    assert (acks.applied_n, acks.results, acks.renewed) == (1, (), 2)
    assert device.have[VILLAGES[0]] == head
    assert "复制" in run(office.app, "devices", "list").stdout
    assert json.loads(run(office.app, "devices", "list", "--json").stdout)[0]["incidents"] == {"copied": 1}
    assert json.loads(run(office.app, "doctor", "--json").stdout)["incidents"] == {"copied": 1}


def test_a_device_that_knows_itself_a_copy_gets_another_number(office: Office):
    device = office.device()
    assert [device.exchange(renew=True).renewed, device.exchange().renewed] == [2, 0]


def test_what_a_device_found_wrong_is_counted_once_however_often_it_is_told(office: Office):
    device = office.device()
    for told in ({"checksum": 2}, {"checksum": 2, "unheard_of": 5}, {"checksum": 1}):
        device.exchange(incidents=told)
    assert json.loads(run(office.app, "devices", "list", "--json").stdout)[0]["incidents"] == {"checksum": 2}


def test_running_hashes_that_agree_are_no_incident_even_when_an_answer_was_lost(office: Office):
    device = office.device()
    device.exchange()
    mutations = [
        device.mutation("household", office.households[VILLAGES[0]], "update", VILLAGES[0], {"remarks": text})
        for text in "甲乙丙"
    ]
    first = device.exchange(mutations[:1])
    device.exchange(mutations[1:])
    assert device.exchange(accepted=(1, first.running)).applied_n == 3
    assert device.exchange(accepted=(0, NOTHING)).running == device.exchange().running
    assert device.exchange(accepted=(9, "ab" * 16)).applied_n == 3
    assert json.loads(run(office.app, "devices", "list", "--json").stdout)[0]["incidents"] == {}
    device.exchange(accepted=(2, first.running))
    assert json.loads(run(office.app, "devices", "list", "--json").stdout)[0]["incidents"] == {"running": 1}


def test_after_a_gap_nothing_is_applied_and_the_expected_number_is_told(office: Office):
    device = office.device()
    device.exchange()
    device.n = 5
    acks = device.exchange([device.mutation("visit", an_id(), "create", VILLAGES[0], office.visit(device))])
    assert (acks.applied_n, acks.results) == (0, ())


def test_a_bad_mutation_is_refused_alone_and_kept(office: Office):
    device = office.device()
    device.exchange()
    lacking = office.visit(device)
    lacking["participants"] = lacking["participants"][:1]
    bad = device.mutation("visit", an_id(), "create", VILLAGES[0], lacking)
    good = device.mutation("visit", an_id(), "create", VILLAGES[0], office.visit(device))
    acks = device.exchange([bad, good])
    assert [result.outcome for result in acks.results] == ["refused", "applied"]
    assert acks.results[0].problem["code"] == "input.invalid"
    assert "visit.investigator_missing" in acks.results[0].problem["fields"]
    assert acks.applied_n == 2


@pytest.mark.parametrize("bucket", [VILLAGES[2], "reference", "user:somebody"])
def test_nothing_can_be_written_outside_of_the_scope(office: Office, bucket: str):
    device = office.device("caseworker1")
    device.exchange()
    mutation = device.mutation("visit", an_id(), "create", bucket, office.visit(device, VILLAGES[2]))
    (result,) = device.exchange([mutation]).results
    assert (result.outcome, result.problem["code"]) == ("refused", "record.not_found")


def test_a_registered_name_is_held_as_a_proposal_and_the_register_stands(office: Office):
    device = office.device()
    device.exchange()
    person = next(key[2] for key in device.rows if key[:2] == (VILLAGES[0], "person"))
    before = device.rows[VILLAGES[0], "person", person]
    mutation = device.mutation("person", person, "update", VILLAGES[0], {"name": "王贵花"})
    (result,) = device.exchange([mutation]).results
    assert result.outcome == "held"
    assert result.fields["name"]["kind"] == "proposal"
    assert device.rows[VILLAGES[0], "person", person] == before


def test_a_proposal_keeps_its_value_and_the_visit_that_proves_it_sealed(office: Office):
    device = office.device()
    device.exchange()
    person = next(key[2] for key in device.rows if key[:2] == (VILLAGES[0], "person"))
    mutation = device.mutation("person", person, "update", VILLAGES[0], {"name": "王贵花"})
    proven = replace(mutation, at={**mutation.at, "visit_id": "a-visit"})
    device.exchange([proven])
    with office.app.app_context():
        held = reading().scalars(select(HeldValue)).one()
        values = loads(parts().vault.open(held.values, f"held/{held.id}"))
    assert values == {"original": "王桂花", "current": "王桂花", "offered": "王贵花", "evidence": "a-visit"}
    assert "王贵花".encode() not in held.values


def test_two_workers_who_change_an_address_open_a_conflict_and_nothing_is_overwritten(office: Office):
    one, other = office.device("caseworker1"), office.device("caseworker3")
    one.exchange()
    other.exchange()
    household = office.households[VILLAGES[0]]
    first = one.exchange([one.mutation("household", household, "update", VILLAGES[0], {"address": "三组12号"})])
    second = other.exchange([other.mutation("household", household, "update", VILLAGES[0], {"address": "三组21号"})])
    assert [first.results[0].outcome, second.results[0].outcome] == ["applied", "held"]
    assert "三组12号".encode() in other.rows[VILLAGES[0], "household", household][1]


def test_a_device_may_edit_again_what_it_changed_itself_before_the_answer(office: Office):
    device = office.device()
    device.exchange()
    household = office.households[VILLAGES[0]]
    edits = [device.mutation("household", household, "update", VILLAGES[0], {"address": text}) for text in ("甲", "乙")]
    assert [result.outcome for result in device.exchange(edits).results] == ["applied", "applied"]
    assert "乙".encode() in device.rows[VILLAGES[0], "household", household][1]


def test_the_office_decides_the_state_of_a_review_not_the_device(office: Office):
    device = office.device()
    device.exchange()
    visit_id = an_id()
    fields = {**office.visit(device), "review_state": "approved"}
    device.exchange([device.mutation("visit", visit_id, "create", VILLAGES[0], fields)])
    assert b'"review_state":"pending"' in device.rows[VILLAGES[0], "visit", visit_id][1]


def test_a_seal_that_does_not_hold_is_kept_and_shown(office: Office):
    device = office.device()
    device.exchange()
    visit_id = an_id()
    fields = {**office.visit(device), "answers": {"income/monthly": 1}}
    device.exchange([device.mutation("visit", visit_id, "create", VILLAGES[0], fields)])
    assert b'"verdict":"altered"' in device.rows[VILLAGES[0], "visit", visit_id][1]


def test_a_small_budget_brings_everything_in_several_answers(office: Office):
    device = office.device()
    rounds = 0
    while rounds == 0 or device.end.more:
        device.exchange(limit_bytes=1)
        rounds += 1
    assert rounds > 1
    assert all(device.own_state(bucket) == device.states[bucket] for bucket in VILLAGES[:2])


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"protocol":1}', b"\xff", b'{"protocol":1.5}'])
def test_bytes_that_are_no_message_are_refused_with_a_problem(office: Office, body: bytes):
    device = office.device()
    response = device.client.post("/sync/v1/exchange", data=body, headers={"Authorization": f"Bearer {device.token}"})
    assert (response.status_code, response.json["code"]) == (422, "sync.malformed")


def test_only_what_differs_from_the_devices_own_proofs_is_told(office: Office):
    one, other = office.device("caseworker1"), office.device("caseworker3")
    one.exchange()
    other.exchange()
    other.exchange(
        [other.mutation("household", office.households[VILLAGES[1]], "update", VILLAGES[1], {"remarks": "漏雨"})]
    )
    tags = {name: tag(one.epoch, name, state) for name, state in one.states.items()}
    have = {**dict.fromkeys(one.states, 0), **one.have, "user:elsewhere": 3}
    asked = Request(1, one.epoch, have, tags=tags, proof=proof(one.epoch, one.states))
    (scope,) = [frame for frame in frames([one.post(asked).data]) if isinstance(frame, Scope)]
    assert (set(scope.states), scope.keys, scope.gone) == ({VILLAGES[1]}, {}, ("user:elsewhere",))


def test_of_another_epoch_everything_is_told_with_its_key(office: Office):
    device = office.device("caseworker1")
    device.exchange()
    tags = {name: tag("before", name, state) for name, state in device.states.items()}
    answer = device.post(Request(1, "before", device.have, tags=tags)).data
    (scope,) = [frame for frame in frames([answer]) if isinstance(frame, Scope)]
    assert set(scope.states) == set(scope.keys) == set(device.states)


@pytest.mark.parametrize("coding", packing.CODINGS)
def test_both_ways_every_packing_serves(office: Office, coding: str):
    device = office.device()
    headers = {"Authorization": f"Bearer {device.token}", "Content-Encoding": coding, "Accept-Encoding": coding}
    body = packing.pack(Request(1, "", {}).encode(), coding)
    answer = device.client.post("/sync/v1/exchange", data=body, headers=headers)
    assert answer.headers.get("Content-Encoding", "identity") == coding
    found = list(frames(packing.unpack_pieces([answer.data], coding, limit_bytes=1 << 20)))
    assert isinstance(found[-1], End)


def test_an_unknown_dictionary_is_refused_clearly(office: Office):
    device = office.device()
    headers = {"Authorization": f"Bearer {device.token}", "Content-Encoding": "zstd-0123456789abcdef"}
    answer = device.client.post("/sync/v1/exchange", data=b"x", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (415, "body.encoding")
    assert packing.OURS[0] in answer.json["detail"]


@pytest.mark.parametrize("coding", [packing.OURS[0], "zstd", "gzip"])
def test_a_packed_bomb_is_refused(office: Office, coding: str):
    bomb = packing.pack(bytes(64 << 20), coding)
    device = office.device()
    headers = {"Authorization": f"Bearer {device.token}", "Content-Encoding": coding}
    response = device.client.post("/sync/v1/exchange", data=bomb, headers=headers)
    assert (response.status_code, response.json["code"]) == (413, "body.too_large")


def test_blobs_of_a_visit_are_known_before_they_arrive(office: Office):
    device = office.device()
    device.exchange()
    visit_id = an_id()
    device.exchange([device.mutation("visit", visit_id, "create", VILLAGES[0], office.visit(device))])
    response = device.client.get(f"/api/v1/visits/{visit_id}", headers=office.bearer("reviewer1"))
    assert sha_of("photo") in response.json["blobs_missing"]


@pytest.mark.parametrize("coding", packing.CODINGS)
@pytest.mark.parametrize("pieces", [0, 1, 2])
def test_an_answer_that_is_not_read_to_its_end_gives_its_connection_and_its_turn_back(
    office: Office, coding: str, pieces: int
):
    device = office.device()
    headers = {"Authorization": f"Bearer {device.token}", "Accept-Encoding": coding}
    gc.disable()  # What only the collector finds may be found when all connections are gone.
    try:
        asked = Request(1, "", {}).encode()
        answer = device.client.post("/sync/v1/exchange", data=asked, headers=headers, buffered=False)
        list(islice(answer.iter_encoded(), pieces))
        answer.close()
        with office.app.app_context():
            pool: Any = db.engine.pool
            assert pool.checkedout() == 0
            assert parts().load.enter().at_once == 1
    finally:
        gc.enable()
