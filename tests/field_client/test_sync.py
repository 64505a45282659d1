"""The exchange against an office over real sockets: what arrives, what goes up, and what failures leave."""

import json

import pytest

from field_client import drafts, households, outbox, overlay, replica, sealing, standings
from field_client.errors import ServerRefused
from sync import packing
from tests.field_client.conftest import HEAD, HOUSEHOLD, OTHER_VILLAGE, SECOND_STAFF, USER, VILLAGE, Phone
from tests.field_client.office import Office


def assert_equal_ends(phone: Phone) -> None:
    for bucket in phone.office.scope:
        assert replica.state(phone.store, bucket) == phone.office.buckets[bucket].state()


def local_tags(phone: Phone) -> dict[str, bool]:
    household = overlay.one(phone.store, "household", HOUSEHOLD)
    assert household
    return dict(household.fields["tags"])


def tag(phone: Phone, name: str) -> int:
    with phone.store.transaction():
        return outbox.add(
            phone.store,
            phone.clock,
            type="household",
            id=HOUSEHOLD,
            op="update",
            bucket=VILLAGE,
            fields={"tags": {name: True}},
        ).n


def test_the_first_sync_brings_everything_and_both_ends_agree(phone: Phone) -> None:
    summary = phone.sync()
    assert summary.failure is None
    assert summary.pulled == sum(len(bucket.rows) for bucket in phone.office.buckets.values())
    assert_equal_ends(phone)
    for bucket in summary.buckets:
        assert (bucket["count"], bucket["checksum"]) == (bucket["server_count"], bucket["server_checksum"])
    assert {bucket["id"] for bucket in summary.buckets} == {VILLAGE, USER, "reference"}


def test_the_figures_have_exactly_the_agreed_names(synced: Phone) -> None:
    names = [
        "pushed",
        "pulled",
        "held",
        "refused",
        "blobs_sent",
        "blobs_waiting",
        "previews_sent",
        "faces_rechecked",
        "bytes_sent",
        "bytes_received",
        "bytes_resent",
        "budget_spent",
        "buckets",
    ]
    assert list(synced.sync().to_dict()) == names


def test_an_idle_sync_is_one_small_request(synced: Phone) -> None:
    synced.office.requests.clear()
    summary = synced.sync()
    assert synced.office.requests == ["/sync/v1/exchange"]
    assert (summary.pushed, summary.pulled) == (0, 0)
    assert summary.bytes_sent < 600
    assert summary.bytes_received < 400


def test_a_change_goes_up_once_and_shows_at_once(synced: Phone) -> None:
    tag(synced, "watch")
    assert local_tags(synced) == {"old": True, "watch": True}
    assert synced.sync().pushed == 1
    assert synced.office.fields(VILLAGE, "household", HOUSEHOLD)["tags"] == {"old": True, "watch": True}
    assert synced.sync().pushed == 0
    assert local_tags(synced) == {"old": True, "watch": True}
    assert not synced.store.rows("SELECT * FROM outbox")


def test_a_lost_answer_is_asked_again_and_nothing_is_applied_twice(synced: Phone) -> None:
    tag(synced, "watch")
    head = synced.office.buckets[VILLAGE].head
    synced.office.lose_answers = 1
    failed = synced.sync()
    assert failed.failure
    assert failed.failure.exit_code == 3
    assert synced.sync().pushed == 1
    assert synced.office.buckets[VILLAGE].head == head + 1
    assert_equal_ends(synced)


def test_a_change_stays_visible_between_its_answer_and_its_row(synced: Phone) -> None:
    tag(synced, "watch")
    synced.office.cut_answer_at = 400  # Within the scope frame: the answer is here, the row is not.
    synced.sync()
    assert outbox.waiting_count(synced.store) == 0
    assert local_tags(synced) == {"old": True, "watch": True}


@pytest.mark.parametrize("step", range(12))
def test_an_answer_cut_anywhere_leaves_a_consistent_store(phone: Phone, step: int) -> None:
    whole = len(b"".join(answer_bytes(phone)))
    phone.office.cut_answer_at = whole * step // 12 + step
    phone.sync()
    phone.reopen()
    for bucket, cursor in replica.cursors(phone.store).items():
        rows = {
            (row["type"], row["id"], row["seq"])
            for row in phone.store.rows("SELECT * FROM records WHERE bucket = ?", bucket)
        }
        expected = {(row.type, row.id, row.seq) for row in phone.office.buckets[bucket].live() if row.seq <= cursor}
        assert rows == expected, "a cursor at k means exactly the bucket's state at k"
    phone.office.cut_answer_at = None
    assert phone.sync().failure is None
    assert_equal_ends(phone)


def answer_bytes(phone: Phone) -> list[bytes]:
    from sync.frames import encode
    from sync.protocol import Request

    return [encode(frame) for frame in phone.office.exchange(Request(1, "", {}))]


def test_a_request_is_packed_with_the_dictionary_that_both_ends_have(synced: Phone) -> None:
    synced.office.codings.clear()
    tag(synced, "watch")
    synced.sync()
    assert synced.office.codings == [packing.OURS[0]]


def test_an_office_without_our_dictionary_gets_the_request_by_another_packing(synced: Phone) -> None:
    synced.office.lacks_dictionary = True
    synced.office.codings.clear()
    tag(synced, "watch")
    assert synced.sync().pushed == 1
    assert synced.office.codings == [packing.OURS[0], "zstd"]
    assert_equal_ends(synced)


def test_no_connection_is_an_outcome_and_loses_nothing(synced: Phone) -> None:
    tag(synced, "watch")
    synced.running.stop()
    summary = synced.sync()
    assert summary.failure
    assert summary.failure.code == "connection.none"
    assert outbox.waiting_count(synced.store) == 1
    synced.running.start()
    assert synced.sync().pushed == 1


def test_a_busy_office_means_later(synced: Phone) -> None:
    synced.office.busy = True
    summary = synced.sync()
    assert summary.failure
    assert summary.failure.code == "server.busy"


def test_a_revoked_device_is_told_so(synced: Phone) -> None:
    synced.office.tokens.clear()
    synced.office.revoked = True
    with pytest.raises(ServerRefused) as refusal:
        synced.sync()
    assert refusal.value.code == "device.revoked"
    assert "停用" in refusal.value.message


def test_an_ended_session_is_opened_again_without_asking(synced: Phone) -> None:
    synced.office.tokens.clear()
    assert synced.sync().failure is None


def test_a_small_budget_stops_early_and_the_next_sync_goes_on(phone: Phone) -> None:
    first = phone.sync(max_bytes=1500)
    assert first.failure is None
    assert 0 < first.pulled < sum(len(bucket.rows) for bucket in phone.office.buckets.values())
    phone.sync()
    assert_equal_ends(phone)


def test_a_deleted_record_goes(synced: Phone) -> None:
    synced.office.remove(VILLAGE, "household_member", "member-son")
    synced.sync()
    assert [one["id"] for one in households.members(synced.store, HOUSEHOLD)] == [HEAD]
    assert_equal_ends(synced)


def test_a_moved_record_is_in_one_bucket_whichever_page_comes_first(synced: Phone) -> None:
    fields = synced.office.fields(VILLAGE, "person", "person-20")
    synced.office.put("430981000001", "person", "person-20", **fields)  # Sorts before the old bucket.
    synced.office.put(OTHER_VILLAGE, "person", "person-30", **synced.office.fields(VILLAGE, "person", "person-30"))
    for person in ("person-20", "person-30"):
        synced.office.remove(VILLAGE, "person", person, "moved")
    synced.sync()
    homes = dict(synced.store.db.execute("SELECT id, bucket FROM records WHERE id IN ('person-20', 'person-30')"))
    assert homes == {"person-20": "430981000001", "person-30": OTHER_VILLAGE}
    assert_equal_ends(synced)


def test_a_bucket_out_of_scope_is_dropped_with_its_rows_and_its_index(synced: Phone) -> None:
    synced.office.scope.remove(VILLAGE)
    synced.sync()
    assert not synced.store.rows("SELECT 1 FROM records WHERE bucket = ?", VILLAGE)
    assert not synced.store.rows("SELECT 1 FROM search_entries")
    assert households.found(synced.store, "欧阳") == []


def test_a_bucket_out_of_scope_stays_while_a_draft_lies_in_it(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    phone.office.scope.remove(VILLAGE)
    phone.sync()
    assert phone.store.rows("SELECT 1 FROM records WHERE bucket = ?", VILLAGE)
    assert drafts.get(phone.store, visit)
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    phone.sync()
    assert not phone.store.rows("SELECT 1 FROM records WHERE bucket = ?", VILLAGE)


def test_a_bucket_out_of_scope_that_a_draft_keeps_raises_no_alarm_when_its_rows_move(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    fields = phone.office.fields(VILLAGE, "person", "person-20")
    phone.office.scope.remove(VILLAGE)
    phone.office.remove(VILLAGE, "person", "person-20", "moved")
    phone.office.put(OTHER_VILLAGE, "person", "person-20", **fields)
    phone.sync()
    assert phone.store.value("SELECT bucket FROM records WHERE id = 'person-20'") == OTHER_VILLAGE
    assert phone.store.value("SELECT count(*) FROM incidents") == 0


def test_an_answered_change_does_not_outlive_its_bucket(synced: Phone) -> None:
    tag(synced, "watch")
    synced.office.cut_answer_at = 400  # Within the scope frame: the answer is here, the row is not.
    synced.sync()
    synced.office.cut_answer_at = None
    synced.office.scope.remove(VILLAGE)
    synced.sync()
    assert not synced.store.rows("SELECT * FROM outbox")


def test_a_restored_office_gets_the_lost_tail_again(synced: Phone) -> None:
    """The office falls back to before two changes, and lives under another epoch."""
    office = synced.office
    office.durable_n = 0
    before = (dict(office.buckets[VILLAGE].rows), office.buckets[VILLAGE].head)
    tag(synced, "one")
    tag(synced, "two")
    synced.sync()
    restore(office, before)
    synced.sync()
    assert office.fields(VILLAGE, "household", HOUSEHOLD)["tags"] == {"old": True, "one": True, "two": True}
    synced.sync()
    assert_equal_ends(synced)
    assert local_tags(synced) == {"old": True, "one": True, "two": True}


def restore(office: Office, before: tuple[dict, int]) -> None:
    office.epoch = "epoch-2"
    office.buckets[VILLAGE].rows, office.buckets[VILLAGE].head = before
    office.applied_n = 0
    office.results.clear()
    office.mutations.clear()


def test_what_is_not_covered_by_a_backup_stays_in_the_outbox(synced: Phone) -> None:
    synced.office.durable_n = 0
    tag(synced, "watch")
    synced.sync()
    assert [row["outcome"] for row in synced.store.rows("SELECT * FROM outbox")] == ["applied"]
    synced.office.durable_n = None
    synced.sync()
    assert not synced.store.rows("SELECT * FROM outbox")


def test_a_damaged_row_is_found_reported_and_repaired(synced: Phone) -> None:
    synced.store.db.execute("UPDATE records SET body = json_set(body, '$.address', '被改动') WHERE id = 'household-2'")
    tag(synced, "watch")
    synced.sync()
    assert synced.store.value("SELECT count(*) FROM incidents") == 1
    synced.sync()
    synced.sync()
    assert_equal_ends(synced)
    assert synced.store.value("SELECT count(*) FROM incidents") == 1


def test_a_proposal_is_held_and_the_registers_value_stands(synced: Phone) -> None:
    visit = start(synced)
    households.propose(synced.store, synced.clock, HEAD, {"name": "欧阳桂枝"}, evidence=visit)
    person = overlay.one(synced.store, "person", HEAD)
    assert person
    assert person.fields["name"] == "欧阳桂芝"
    assert person.pending
    assert synced.sync().held == 1
    (held,) = outbox.answered(synced.store, "held")
    assert held["fields"] == {"name": "欧阳桂枝"}
    assert list(held["result"]["fields"]) == ["name"]


def start(phone: Phone) -> str:
    from field_client import visits

    return visits.start(phone.store, phone.clock, phone.device, HOUSEHOLD).id


def test_a_refused_visit_is_kept_whole_and_shown_with_its_reason(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.office.refuse_mutations = True
    summary = phone.sync()
    assert summary.refused == 3  # The task begun, the visit, the task sealed.
    refused = {one["id"]: one for one in outbox.answered(phone.store, "refused")}
    assert refused[visit]["fields"]["answers"] == {"people": 2}
    line = next(line for line in standings.listed(phone.store, phone.device) if line["id"] == visit)
    assert (line["state"], line["reason"]) == ("trouble", "填写的内容有误")


def test_the_clock_evidence_of_a_change_carries_the_servers_time(synced: Phone) -> None:
    tag(synced, "watch")
    (row,) = synced.store.rows("SELECT at FROM outbox")
    at = json.loads(row["at"])
    assert at["anchor"]["server_at"] == "2026-07-01T00:00:00.000Z"
    assert at["boot"] == at["anchor"]["boot"]


def test_the_base_of_a_change_is_the_seq_that_the_device_had_seen(synced: Phone) -> None:
    tag(synced, "watch")
    assert synced.store.value("SELECT base FROM outbox") == synced.office.buckets[VILLAGE].head


def test_more_mutations_than_one_request_takes_all_arrive(synced: Phone) -> None:
    for number in range(250):
        tag(synced, f"t{number}")
    assert synced.sync().pushed == 250
    assert len(synced.office.fields(VILLAGE, "household", HOUSEHOLD)["tags"]) == 251


def test_an_unknown_type_and_unknown_fields_from_a_newer_release_are_kept(synced: Phone) -> None:
    synced.office.put(VILLAGE, "something_new", "new-1", colour="red")
    synced.office.put("reference", "staff", SECOND_STAFF, display_name="王秀英", shoe_size=38)
    synced.sync()
    assert_equal_ends(synced)
    assert overlay.one(synced.store, "something_new", "new-1")
