"""A follower that reads the feed while others write never passes over a change that comes later.

The moments are forced, not hoped for: a writer is stopped with everything written and nothing committed, a second one is
let loose, and the follower reads. The same stories are told with faulty ledgers, to show that they would find the fault.
"""

import threading
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.extensions import db
from server.models.ledger import Bucket, Change
from server.queries import records
from server.services import proof
from server.services.changes import Ledger
from server.services.staged import office
from server.transaction import parts, reading, snapshot, transact
from tests.server.conftest import MONDAY
from tests.server.races import PATIENCE_S, BlindLedger, Deed, Follower, Writer, sequence_ledger, until

HERE, THERE = "430981101001", "430981101002"
AUTHOR = office(MONDAY)


def create(record_id: str, bucket: str = HERE) -> Deed:
    return lambda ledger: ledger.create("household", record_id, bucket, {"area_code": bucket}, AUTHOR)


def update(record_id: str, **fields: Any) -> Deed:
    return lambda ledger: ledger.update("household", record_id, fields, AUTHOR)


def move(record_id: str, bucket: str) -> Deed:
    return lambda ledger: ledger.move("household", record_id, bucket, AUTHOR)


def is_postgresql(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "postgresql"


def overtake(app: Flask, ledger: type[Ledger]) -> tuple[set[int], set[str]]:
    """A second writer comes while the first has written and not committed; give the holes then, and what is lost at the end."""
    follower = Follower(app, HERE)
    first = Writer(app, ledger, create("first"), stops="before the commit")
    first.waits_at()
    second = Writer(app, ledger, create("second"))
    until(second.is_done_or_locked_out)
    follower.poll()
    holes = follower.holes()
    first.finish()
    second.finish()
    follower.poll()
    return holes, follower.missing(first, second)


def test_a_follower_has_no_hole_and_misses_nothing_that_was_acknowledged(app: Flask):
    assert overtake(app, Ledger) == (set(), set())
    follower = Follower(app, HERE)
    follower.poll()
    assert {record_id: seq for record_id, (seq, _) in follower.rows.items()} == {"first": 1, "second": 2}


def test_with_a_plain_sequence_it_would_have_both_faults_where_several_write_at_once(app: Flask):
    """On SQLite there is one writer at a time, from its first statement to its commit: there the fault does not show."""
    found = overtake(app, sequence_ledger(count(1)))
    assert found == (({1}, {"first"}) if is_postgresql(app) else (set(), set()))


def edit_at_once(app: Flask, ledger: type[Ledger]) -> tuple[Any, int]:
    """Two read the same record and change different fields; give what stands at the end, and the first one's tries."""
    Writer(app, ledger, create("shared")).finish()
    first = Writer(app, ledger, update("shared", address="甲"), stops="before the seal")
    first.waits_at()
    second = Writer(app, ledger, update("shared", remarks="乙"))
    until(second.is_done_or_locked_out)
    first.finish()
    second.finish()
    with app.app_context():
        fields = records.fields_of(reading(), parts().vault, "household", "shared")
    return {name: (fields or {}).get(name) for name in ("address", "remarks")}, first.tries


def test_what_two_change_at_once_stands_for_both(app: Flask):
    assert edit_at_once(app, Ledger) == ({"address": "甲", "remarks": "乙"}, 2 if is_postgresql(app) else 1)


def test_without_looking_again_an_acknowledged_change_would_be_lost_where_several_write_at_once(app: Flask):
    stands, _ = edit_at_once(app, BlindLedger)
    assert stands["remarks"] == (None if is_postgresql(app) else "乙")


def test_an_answer_is_one_moment_of_the_database_whatever_is_committed_meanwhile(app: Flask):
    Writer(app, Ledger, create("before")).finish()
    with app.app_context(), snapshot() as session:
        before = records.buckets(session, [HERE])[HERE].head
        Writer(app, Ledger, create("meanwhile")).finish()
        rows, upto = records.feed(session, parts().vault, HERE, since=0, limit=200)
        assert ([row.id for row in rows], upto, before) == (["before"], 1, 1)


@pytest.mark.postgresql_only
def test_without_a_snapshot_an_answer_would_hold_more_than_the_head_that_it_told(app: Flask):
    Writer(app, Ledger, create("before")).finish()
    with app.app_context(), Session(db.engine) as session:
        assert records.buckets(session, [HERE])[HERE].head == 1
        Writer(app, Ledger, create("meanwhile")).finish()
        assert records.feed(session, parts().vault, HERE, since=0, limit=200)[1] == 2


def test_records_that_cross_between_two_villages_at_once_lock_nobody_out_for_ever(app: Flask):
    for record_id, bucket in (("east", HERE), ("west", THERE)):
        Writer(app, Ledger, create(record_id, bucket)).finish()
    crossing = [
        Writer(app, Ledger, move("east", THERE), stops="before the seal"),
        Writer(app, Ledger, move("west", HERE), stops="before the seal"),
    ]
    if is_postgresql(app):  # On SQLite the second one begins when the first one is done.
        crossing[1].waits_at()
    crossing[0].waits_at() if is_postgresql(app) else until(lambda: any(one.stopped.is_set() for one in crossing))
    for one in crossing:
        one.go.set()
    for one in crossing:
        one.finish()
    with app.app_context():
        buckets = reading().scalars(select(Bucket).order_by(Bucket.id)).all()
        assert [(one.id, one.head, one.live) for one in buckets] == [(HERE, 3, 1), (THERE, 3, 1)]
        assert list(proof.wrong_buckets(reading(), parts().vault, buckets)) == []


def test_many_who_write_and_move_at_once_leave_dense_numbers_and_sums_that_fit(app: Flask):
    """Nothing is forced here: several writers and a follower run freely, and the follower is right at each moment."""
    each, follower = 6, Follower(app, HERE)

    def work(number: int) -> None:
        for step in range(each):
            Writer(app, Ledger, create(f"{number}-{step}")).finish()
            Writer(app, Ledger, update(f"{number}-{step}", remarks="记")).finish()
            if step % 3 == 0:
                Writer(app, Ledger, move(f"{number}-{step}", THERE)).finish()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        follower.poll()
        with app.app_context(), snapshot() as session:
            later = {row.id for row in records.feed(session, parts().vault, HERE, since=follower.cursor, limit=200)[0]}
            standing = {record_id for _, record_id, _, _ in records.whole(session, parts().vault, HERE)}
        assert standing <= follower.rows.keys() | later
    for one in threads:
        one.join(PATIENCE_S)
    follower.poll()
    with app.app_context():
        buckets = {one.id: one for one in reading().scalars(select(Bucket))}
        assert list(proof.wrong_buckets(reading(), parts().vault, buckets.values())) == []
        assert {name: one.live for name, one in buckets.items()} == {HERE: 16, THERE: 8}
        assert buckets[HERE].head == 4 * each * 2 + 8
        assert len(reading().scalars(select(Change)).all()) == 4 * each * 2 + 8
    assert follower.cursor == buckets[HERE].head
    assert sum(fields is not None for _, fields in follower.rows.values()) == 16


@pytest.mark.postgresql_only
def test_two_deeds_that_lock_each_other_out_are_both_done(app: Flask):
    """The database ends one of them; it is run again from the start, and nobody notices."""
    with app.app_context():
        for bucket in (HERE, THERE):
            transact(create(bucket, bucket))
    both_hold_one, one_is_done, tries = threading.Barrier(2), threading.Event(), []

    def lock(ledger: Ledger, order: list[str], number: int) -> None:
        tries.append(number)
        if tries.count(number) > 1:  # Else the two may meet again, as often as the machine is slow.
            assert one_is_done.wait(PATIENCE_S)
        for name in order:
            ledger.session.execute(text("SELECT 1 FROM bucket WHERE id = :id FOR UPDATE").bindparams(id=name))
            if tries.count(number) == 1 and name == order[0]:
                both_hold_one.wait(PATIENCE_S)
        ledger.update("household", order[0], {"remarks": str(number)}, AUTHOR)

    def run(order: list[str], number: int) -> None:
        with app.app_context():
            transact(lambda ledger: lock(ledger, order, number))
        one_is_done.set()

    threads = [
        threading.Thread(target=run, args=(order, number))
        for number, order in enumerate(([HERE, THERE], [THERE, HERE]))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_S)
    with app.app_context():
        stand = [records.fields_of(reading(), parts().vault, "household", name) for name in (HERE, THERE)]
    assert [fields and fields["remarks"] for fields in stand] == ["0", "1"]
    assert sorted(tries) in ([0, 0, 1], [0, 1, 1])


@pytest.mark.postgresql_only
@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_transaction_that_the_database_could_not_put_in_order_is_run_again(app: Flask, state: str):
    tries: list[int] = []

    def deed(ledger: Ledger) -> None:
        tries.append(1)
        create("one")(ledger)
        if len(tries) == 1:
            ledger.session.execute(
                text(f"DO $$ BEGIN RAISE EXCEPTION 'out of order' USING ERRCODE = '{state}'; END $$")
            )

    with app.app_context():
        transact(deed)
        assert [row.record_id for row in reading().scalars(select(Change))] == ["one"]
    assert len(tries) == 2
