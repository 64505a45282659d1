"""The one door: dense seqs, moves in one piece, a sum that always fits, a history that forgets nothing."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.extensions import db
from server.models.ledger import Bucket, Change, Record, Tombstone
from server.models.register import Household
from server.queries import records
from server.services import proof
from server.services.changes import Ledger
from server.services.staged import Author, office
from server.services.written import ReadStale
from server.transaction import parts, reading, transact
from sync.canonical import dumps, loads
from sync.clock import Corrected
from sync.digest import checksum
from sync.merge import CREATED, OFFICE, UNSEEN, as_seen
from tests.server.conftest import MONDAY

OFFICE_AUTHOR = office(MONDAY, "staff")
HERE, THERE = "430981101001", "430981101002"
FRESH = count()


@pytest.fixture
def do(app: Flask) -> Callable[[Callable[[Ledger], Any]], Any]:
    """Run a deed in a transaction of its own."""

    def run(deed: Callable[[Ledger], Any]) -> Any:
        with app.app_context():
            return transact(deed)

    return run


def create(record_id: str, bucket: str = HERE, **fields: Any) -> Callable[[Ledger], None]:
    return lambda ledger: ledger.create("household", record_id, bucket, {"area_code": bucket, **fields}, OFFICE_AUTHOR)


def update(record_id: str, **fields: Any) -> Callable[[Ledger], None]:
    return lambda ledger: ledger.update("household", record_id, fields, OFFICE_AUTHOR)


def both(*deeds: Callable[[Ledger], None]) -> Callable[[Ledger], None]:
    return lambda ledger: [deed(ledger) for deed in deeds] and None


def rows(app: Flask, model: Any, **where: Any) -> list[Any]:
    with app.app_context():
        return list(reading().scalars(select(model).filter_by(**where)).all())


def feed(app: Flask, bucket: str, since: int = 0, limit: int = 100) -> tuple[list[Any], int]:
    with app.app_context():
        return records.feed(reading(), parts().vault, bucket, since=since, limit=limit)


def test_a_transaction_gives_each_changed_record_the_next_seq(app: Flask, do: Any):
    do(both(create("a"), create("b")))
    do(update("a", address="一组"))
    do(both(update("b", address="二组"), create("c")))
    assert [(row.id, row.seq) for row in feed(app, HERE)[0]] == [("a", 3), ("b", 4), ("c", 5)]
    assert rows(app, Bucket, id=HERE)[0].head == 5


def test_several_changes_of_one_record_in_a_transaction_take_one_seq(app: Flask, do: Any):
    do(both(create("a"), update("a", address="一组"), update("a", remarks="记")))
    ((row,), upto) = feed(app, HERE)
    assert (upto, loads(row.body)) == (1, {"area_code": HERE, "address": "一组", "remarks": "记"})


def test_a_move_is_a_tombstone_there_and_a_row_here_in_one_transaction(app: Flask, do: Any):
    do(create("a", address="一组"))
    do(lambda ledger: ledger.move("household", "a", THERE, OFFICE_AUTHOR))
    ((gone,), _), ((here,), _) = feed(app, HERE), feed(app, THERE)
    assert (gone.id, gone.body, gone.reason) == ("a", None, "moved")
    assert (here.id, loads(here.body)["address"]) == ("a", "一组")
    assert [row.live for row in (rows(app, Bucket, id=HERE) + rows(app, Bucket, id=THERE))] == [0, 1]
    assert rows(app, Household, id="a")[0].bucket == THERE


def test_a_record_that_moves_back_has_no_tombstone_where_it_lives(app: Flask, do: Any):
    do(create("a"))
    do(lambda ledger: ledger.move("household", "a", THERE, OFFICE_AUTHOR))
    do(lambda ledger: ledger.move("household", "a", HERE, OFFICE_AUTHOR))
    assert [row.bucket for row in rows(app, Tombstone)] == [THERE]
    assert [row.id for row in feed(app, HERE)[0]] == ["a"]


def test_after_a_move_the_marks_of_the_other_bucket_count_no_more(app: Flask, do: Any):
    do(create("a"))
    do(update("a", address="一组"))
    do(lambda ledger: ledger.move("household", "a", THERE, OFFICE_AUTHOR))
    current = do(lambda ledger: ledger.get("household", "a"))
    assert set(as_seen(current.marks)) == {CREATED}
    assert current.marks[CREATED].seq == 1


def test_a_record_that_moves_brings_along_what_was_seen_of_it(app: Flask, do: Any):
    do(create("a"))
    do(update("a", address="一组"))
    before = do(lambda ledger: ledger.get("household", "a")).marks
    do(lambda ledger: ledger.move("household", "a", THERE, OFFICE_AUTHOR))
    do(update("a", remarks="记"))
    marks = as_seen(do(lambda ledger: ledger.get("household", "a")).marks, HERE)
    assert {name: marks[name] for name in before} == before
    assert marks["remarks"].seq == UNSEEN


def test_a_removed_record_leaves_its_reason_and_its_values_in_the_history(app: Flask, do: Any):
    do(create("a", address="一组"))
    do(both(update("a", address="二组"), lambda ledger: ledger.remove("household", "a", "deleted", OFFICE_AUTHOR)))
    ((gone,), _) = feed(app, HERE)
    assert (gone.body, gone.reason) == (None, "deleted")
    assert rows(app, Household) == []
    last = rows(app, Change, operation="deleted")[0]
    told = dumps(loads(last.values)).decode()
    assert "一组" in told
    assert "二组" in told


def test_a_removed_id_can_be_used_again(app: Flask, do: Any):
    do(create("a"))
    do(lambda ledger: ledger.remove("household", "a", "deleted", OFFICE_AUTHOR))
    do(create("a", address="新"))
    assert [(row.id, row.seq) for row in feed(app, HERE)[0]] == [("a", 3)]
    assert rows(app, Tombstone) == []


def test_the_history_tells_who_changed_what_from_what_to_what(app: Flask, do: Any):
    do(create("a", address="一组"))
    author = Author("worker", Corrected(5, 1), "device", "device/1")
    do(lambda ledger: ledger.update("household", "a", {"address": "二组", "remarks": "记"}, author))
    line = rows(app, Change, operation="update")[0]
    assert loads(line.values) == {"address": ["一组", "二组"], "remarks": [None, "记"]}
    assert (line.staff_id, line.device_id, line.seq, line.at) == ("worker", "device", 2, MONDAY)


def test_a_change_is_marked_with_its_writer_and_time(do: Any):
    do(create("a", address="一组"))
    author = Author("worker", Corrected(5, 1), "device", "device/1")
    do(lambda ledger: ledger.update("household", "a", {"address": "二组"}, author))
    marks = do(lambda ledger: ledger.get("household", "a")).marks
    assert marks["address"] == (2, "device/1", 5, 1)
    assert marks[CREATED][:2] == (1, OFFICE)


@pytest.mark.parametrize("reason", ["a deed that fails", "a deed that fails after writing"])
def test_a_deed_that_fails_writes_nothing(app: Flask, do: Any, reason: str):
    def deed(ledger: Ledger) -> None:
        create("a")(ledger)
        if "writing" in reason:
            ledger.seal(MONDAY)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        do(deed)
    assert rows(app, Record) + rows(app, Change) + rows(app, Bucket, id=HERE) == []


def test_part_of_a_deed_can_be_undone_and_the_rest_stands(app: Flask, do: Any):
    do(create("b", address="一组"))

    def deed(ledger: Ledger) -> None:
        create("a", address="甲")(ledger)
        update("b", address="二组")(ledger)
        with pytest.raises(RuntimeError), ledger.whole_or_nothing():
            update("a", address="乙")(ledger)
            update("b", address="三组", remarks="记")(ledger)
            create("c")(ledger)
            ledger.session.add(Bucket(id="noise", checksum_key="00"))
            raise RuntimeError
        assert ledger.get("household", "c") is None

    do(deed)
    assert {row.id: loads(row.body)["address"] for row in feed(app, HERE)[0]} == {"a": "甲", "b": "二组"}
    assert rows(app, Bucket, id="noise") == []
    assert "三组" not in "".join(row.values.decode() for row in rows(app, Change))


@pytest.mark.parametrize("underneath", ["another seq", "another bucket", "gone", "appeared"])
def test_what_changed_since_it_was_read_is_not_overwritten(app: Flask, do: Any, underneath: str):
    """SQLite lets one writer in at a time, so the other writer's work is done by hand between reading and sealing."""
    do(create("a"))

    def deed(ledger: Ledger) -> None:
        connection = ledger.session.connection()
        if underneath == "appeared":
            ledger.get("household", "new")
            connection.exec_driver_sql("UPDATE record SET id = 'new'")
            create("new")(ledger)
        else:
            update("a", address="一组")(ledger)
            change = {
                "another seq": "UPDATE record SET seq = 9",
                "another bucket": f"UPDATE record SET bucket = '{THERE}'",
                "gone": "DELETE FROM record",
            }[underneath]
            connection.exec_driver_sql(change)
        ledger.seal(MONDAY)

    with app.app_context(), Session(db.engine) as session:
        session.connection(execution_options={"writes": True})
        with pytest.raises(ReadStale):
            deed(Ledger(session, parts().vault))


def test_a_deed_that_read_stale_values_is_run_again_from_the_start(do: Any):
    tries = []

    def deed(ledger: Ledger) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise ReadStale
        create("a")(ledger)
        return "done"

    assert do(deed) == "done"
    assert len(tries) == 3


def test_a_deed_that_never_gets_through_is_refused_with_a_sentence(app: Flask, do: Any):
    from server.domain.errors import Stale

    def deed(ledger: Ledger) -> None:
        create("a")(ledger)
        raise ReadStale

    with pytest.raises(Stale):
        do(deed)
    assert rows(app, Record) == []


def test_a_key_that_somebody_else_wrote_first_is_found_by_the_next_try(app: Flask, do: Any):
    do(lambda ledger: ledger.session.add(Bucket(id="taken", checksum_key="00")))
    tries = []

    def deed(ledger: Ledger) -> None:
        tries.append(1)
        create("a")(ledger)
        if len(tries) == 1:
            ledger.session.add(Bucket(id="taken", checksum_key="00"))

    do(deed)
    assert len(tries) == 2
    assert [row.id for row in rows(app, Record)] == ["a"]


def test_a_key_that_stays_taken_is_a_fault_of_ours_and_writes_nothing(app: Flask, do: Any):
    do(lambda ledger: ledger.session.add(Bucket(id="taken", checksum_key="00")))

    def deed(ledger: Ledger) -> None:
        create("a")(ledger)
        ledger.session.add(Bucket(id="taken", checksum_key="00"))

    with pytest.raises(IntegrityError):
        do(deed)
    assert rows(app, Record) == []


def test_a_record_is_created_once(do: Any):
    do(create("a"))
    with pytest.raises(AssertionError):
        do(create("a"))


KEYS, BUCKETS = st.sampled_from("abcd"), st.sampled_from([0, 1, 2])
DEEDS = st.one_of(
    st.tuples(st.just("create"), KEYS, BUCKETS),
    st.tuples(st.just("update"), KEYS, st.sampled_from(["一组", "二组", None])),
    st.tuples(st.just("secret"), KEYS, st.sampled_from(["13800000000", "13900000000", None])),
    st.tuples(st.just("move"), KEYS, BUCKETS),
    st.tuples(st.just("remove"), KEYS, st.none()),
)
Expected = dict[str, tuple[str, dict[str, Any]]]


def play(ledger: Ledger, expected: Expected, known: set[str], deed: Any, names: list[str], run: int) -> None:
    """Do one random deed, and the same to a plain dictionary; what makes no sense is left out."""
    what, key, value = deed
    record_id = f"{key}{run}"
    exists = ledger.get("household", record_id) is not None
    if what == "create" and record_id not in expected and record_id not in known:
        fields = {"area_code": names[value]}
        ledger.create("household", record_id, names[value], fields, OFFICE_AUTHOR)
        expected[record_id] = (names[value], fields)
    elif exists and what in ("update", "secret"):
        name = {"update": "address", "secret": "phone"}[what]
        ledger.update("household", record_id, {name: value}, OFFICE_AUTHOR)
        bucket, fields = expected[record_id]
        expected[record_id] = (bucket, {k: v for k, v in {**fields, name: value}.items() if v is not None})
    elif exists and what == "move":
        ledger.move("household", record_id, names[value], OFFICE_AUTHOR)
        expected[record_id] = (names[value], expected[record_id][1])
    elif exists and what == "remove" and record_id in known:
        ledger.remove("household", record_id, "deleted", OFFICE_AUTHOR)
        del expected[record_id]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(DEEDS, min_size=1, max_size=4), max_size=8), st.integers(1, 4))
def test_whatever_is_done_seqs_are_dense_sums_fit_and_a_follower_ends_with_the_same(
    app: Flask, transactions: list[list[Any]], limit: int
):
    run = next(FRESH)
    names = [f"bucket{run}-{n}" for n in range(3)]
    expected: Expected = {}
    replica: dict[str, dict[str, tuple[int, bytes]]] = {name: {} for name in names}
    cursors, ends = dict.fromkeys(names, 0), {name: {0} for name in names}
    with app.app_context():
        for number, deeds in enumerate(transactions):
            known = set(expected)
            transact(lambda ledger, deeds=deeds, known=known: [
                play(ledger, expected, known, one, names, run) for one in deeds] and None)  # fmt: skip
            for bucket in reading().scalars(select(Bucket).where(Bucket.id.in_(names))):
                ends[bucket.id].add(bucket.head)
            if number % 2:
                follow(names, replica, cursors, ends, limit)
        follow(names, replica, cursors, ends, limit)
        vault, session = parts().vault, reading()
        held = session.scalars(select(Bucket).where(Bucket.id.in_(names))).all()
        assert list(proof.wrong_buckets(session, vault, held)) == []
        for name in names:
            mine = {key: fields for key, (bucket, fields) in expected.items() if bucket == name}
            assert {key: loads(body) for key, (_, body) in replica[name].items()} == mine
        for bucket in held:
            own = [("household", key, seq, body) for key, (seq, body) in replica[bucket.id].items()]
            assert checksum(bytes.fromhex(bucket.checksum_key), own) == (bucket.live, bucket.checksum)
            lines = session.scalars(select(Change.seq).where(Change.bucket == bucket.id)).all()
            assert max(lines, default=0) <= bucket.head
        session.rollback()


def follow(
    names: list[str],
    replica: dict[str, dict[str, tuple[int, bytes]]],
    cursors: dict[str, int],
    ends: dict[str, set[int]],
    limit: int,
) -> None:
    """Read each bucket to its head in small pages, as a device does."""
    session = reading()
    session.rollback()
    for name in names:
        bucket = session.get(Bucket, name)
        while bucket and cursors[name] < bucket.head:
            found, upto = records.feed(session, parts().vault, name, since=cursors[name], limit=limit)
            assert upto in ends[name], "a transaction was split"
            assert [row.seq for row in found] == sorted({row.seq for row in found})
            for row in found:
                if row.body is None:
                    replica[name].pop(row.id, None)
                else:
                    replica[name][row.id] = (row.seq, row.body)
            cursors[name] = upto
    session.rollback()


def test_a_follower_never_sees_half_of_a_long_transaction(app: Flask, do: Any):
    do(both(*(create(f"{n:02}") for n in range(50))))
    do(both(*(update(f"{n:02}", address="新") for n in range(0, 50, 2))))
    found, upto = feed(app, HERE, limit=10)
    assert (len(found), upto) == (25, 50)
    found, upto = feed(app, HERE, since=50, limit=10)
    assert (len(found), upto) == (25, 75)


def test_a_sum_that_does_not_fit_its_records_is_found(app: Flask, do: Any):
    do(create("a", address="一组"))
    do(lambda ledger: ledger.session.connection().exec_driver_sql("UPDATE record SET seq = 9") and None)
    with app.app_context():
        held = reading().scalars(select(Bucket)).all()
        assert list(proof.wrong_buckets(reading(), parts().vault, held)) == [HERE]


def test_what_happened_at_the_same_moment_keeps_its_order_by_seq(app: Flask, do: Any):
    for n in range(3):
        do(update("a", remarks=str(n)) if n else create("a"))
    assert [row.seq for row in rows(app, Change)] == [1, 2, 3]
    assert {row.at for row in rows(app, Change)} == {MONDAY + timedelta()}
