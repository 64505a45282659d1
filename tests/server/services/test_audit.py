"""The audit log: each actor's lines are chained, so that none can be altered, left out or doubled unseen."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Executable, select, text, update

from server.domain.permissions import Actor
from server.models.audit import AuditEvent
from server.services import audit
from server.services.changes import Ledger
from server.services.written import ReadStale
from server.transaction import reading, transact
from tests.server.conftest import MONDAY

ONE, OTHER = Actor("one", "甲", ()), Actor("other", "乙", (), device_id="d")


def note(actor: Actor, subject: str = "s", **details: Any) -> Any:
    return lambda ledger: audit.record(ledger.session, actor, "read", "household", subject, now=MONDAY, **details)


@pytest.fixture
def log(app: Flask) -> Flask:
    """A log of three lines of one actor and two of another."""
    with app.app_context():
        for actor in (ONE, OTHER, ONE, OTHER, ONE):
            transact(note(actor, count=1))
    return app


def broken(app: Flask) -> list[tuple[str, int]]:
    with app.app_context():
        return audit.broken_links(reading())


def tamper(app: Flask, statement: Executable) -> None:
    with app.app_context():
        transact(lambda ledger: ledger.session.execute(statement) and None)


def test_an_untouched_log_holds(log: Flask):
    assert broken(log) == []


@pytest.mark.parametrize(
    "column",
    ["at", "device_id", "action", "subject_type", "subject_id", "purpose", "details", "hash"],
)
def test_an_altered_line_is_found(log: Flask, column: str):
    value = {"at": MONDAY.replace(year=2020), "details": b"{}"}.get(column, "altered")
    tamper(log, update(AuditEvent).where(AuditEvent.actor == "one", AuditEvent.n == 2).values({column: value}))
    assert ("one", 2) in broken(log)
    assert all(actor == "one" for actor, _ in broken(log))


@pytest.mark.parametrize(("n", "found_at"), [(1, 1), (2, 2), (3, 3)], ids=["first", "middle", "last"])
def test_a_missing_line_is_found(log: Flask, n: int, found_at: int):
    tamper(log, text(f"DELETE FROM audit_event WHERE actor = 'one' AND n = {n}"))
    assert ("one", found_at) in broken(log)


def test_a_line_put_in_by_hand_is_found(log: Flask):
    columns = "at, device_id, action, subject_type, subject_id, purpose, details, hash"
    again = f"SELECT actor, 4, {columns} FROM audit_event WHERE actor = 'one' AND n = 3"
    tamper(log, text(f"INSERT INTO audit_event (actor, n, {columns}) {again}"))
    assert broken(log) != []


def test_two_lines_that_changed_places_are_found(log: Flask):
    for change in ("SET n = 9 WHERE n = 1", "SET n = 1 WHERE n = 2", "SET n = 2 WHERE n = 9"):
        tamper(log, text(f"UPDATE audit_event {change} AND actor = 'one'"))
    assert broken(log) != []


def test_a_chain_whose_end_was_taken_away_is_found(log: Flask):
    tamper(log, text("DELETE FROM audit_chain WHERE actor = 'one'"))
    assert broken(log) == [("one", 0)]


def test_a_whole_tail_cut_off_is_found(log: Flask):
    tamper(log, text("DELETE FROM audit_event WHERE actor = 'one'"))
    assert broken(log) == [("one", 3)]


def test_a_deed_that_had_to_be_tried_again_is_written_down_once(app: Flask):
    tries = []

    def deed(ledger: Ledger) -> None:
        note(ONE)(ledger)
        tries.append(1)
        if len(tries) < 3:
            raise ReadStale

    with app.app_context():
        transact(deed)
        lines = reading().scalars(select(AuditEvent)).all()
    assert [(line.actor, line.n) for line in lines] == [("one", 1)]


def test_a_deed_that_failed_is_not_written_down_by_the_next_one(app: Flask):
    def deed(ledger: Ledger) -> None:
        note(ONE, "never happened")(ledger)
        raise RuntimeError

    with app.app_context():
        with pytest.raises(RuntimeError):
            transact(deed)
        transact(note(ONE, "happened"))
        assert [line.subject_id for line in reading().scalars(select(AuditEvent))] == ["happened"]
    assert broken(app) == []


def test_what_one_deed_noted_is_chained_in_its_order(app: Flask):
    with app.app_context():
        transact(lambda ledger: [note(ONE, str(n))(ledger) for n in range(5)] and None)
        lines = reading().scalars(select(AuditEvent).order_by(AuditEvent.n)).all()
    assert [line.subject_id for line in lines] == list("01234")
    assert broken(app) == []
