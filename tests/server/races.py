"""Writers that can be stopped at a moment, a follower of the feed, and ledgers with known faults."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.extensions import db
from server.queries import records
from server.services.changes import Ledger
from server.services.written import ReadStale
from server.transaction import parts, snapshot
from sync.canonical import loads
from tests.server.conftest import MONDAY
from tests.server.office import an_id

PATIENCE_S = 60
Deed = Callable[[Ledger], Any]


class PlainSequence(records.Counter):
    """FAULTY: a bucket's counter that takes its seqs from a sequence, which gives the next number to whoever asks."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers, self._last = numbers, 0
        self.id, self.live, self.total, self.key = an_id(), 0, 0, bytes(16)  # A row of its own, that locks nobody out.

    @property
    def head(self) -> int:  # type: ignore[override]
        return self._last

    @head.setter
    def head(self, _: int) -> None:
        self._last = next(self._numbers)


def sequence_ledger(numbers: Iterator[int]) -> type[Ledger]:
    """FAULTY: takes seqs from a plain sequence, without the bucket's lock, as many a sync does."""

    class SequenceLedger(Ledger):
        def _locked(self, ids: list[str]) -> dict[str, records.Counter]:
            return {name: PlainSequence(numbers) for name in ids}

    return SequenceLedger


class BlindLedger(Ledger):
    """FAULTY: does not look again whether what it read still stands."""

    def _check_unchanged(self, staged: Any) -> None:
        """Believe."""


class Writer(threading.Thread):
    """Does one deed in a transaction of its own thread and connection, and can be stopped on the way."""

    def __init__(self, app: Flask, ledger: type[Ledger], deed: Deed, *, stops: str = "") -> None:
        super().__init__()
        self.app, self.ledger, self.deed, self.stops = app, ledger, deed, stops
        self.begun, self.stopped, self.go = threading.Event(), threading.Event(), threading.Event()
        self.acked: dict[str, int] = {}
        self.tries = 0
        self.start()

    def run(self) -> None:
        with self.app.app_context():
            while not self.acked:
                self.tries += 1
                with Session(db.engine) as session:
                    self._try(session)

    def _try(self, session: Session) -> None:
        self.begun.set()
        session.connection(execution_options={"writes": True})
        ledger = self.ledger(session, parts().vault)
        self.deed(ledger)
        self._reach("before the seal")
        try:
            sealed = ledger.seal(MONDAY)
        except (ReadStale, IntegrityError):  # As transact does: it is run again from the start.
            return
        self._reach("before the commit")
        session.commit()
        self.acked = {record_id: seq for (_, record_id), (_, seq) in sealed.items()}

    def _reach(self, moment: str) -> None:
        if moment == self.stops and not self.stopped.is_set():
            self.stopped.set()
            assert self.go.wait(PATIENCE_S)

    def waits_at(self) -> None:
        """Wait until it stands where it was to stop."""
        until(lambda: self.stopped.is_set() or not self.is_alive())
        assert self.stopped.is_set(), "the writer ended before it was to stop"

    def is_done_or_locked_out(self) -> bool:
        """Tell whether it got through, or cannot go on before somebody else's commit."""
        if not self.is_alive():
            return True
        with self.app.app_context(), db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                return self.begun.is_set()  # What comes next is the lock of the one writer, which the other one has.
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return connection.execute(text(waiting)).scalar_one() > 0

    def finish(self) -> None:
        """Let it go on to its end."""
        self.go.set()
        self.join(PATIENCE_S)
        assert self.acked, "the writer did not get through"


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that comes."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.005)


@dataclass
class Follower:
    """Reads one bucket's feed from its cursor on, as a device does."""

    app: Flask
    bucket: str
    cursor: int = 0
    rows: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def poll(self) -> None:
        """Read once."""
        with self.app.app_context(), snapshot() as session:
            found, self.cursor = records.feed(session, parts().vault, self.bucket, since=self.cursor, limit=200)
        for row in found:
            self.rows[row.id] = (row.seq, loads(row.body) if row.body else None)

    def holes(self) -> set[int]:
        """Give the seqs that the cursor has passed and that never came; where nothing is changed twice."""
        return set(range(1, self.cursor + 1)) - {seq for seq, _ in self.rows.values()}

    def missing(self, *writers: Writer) -> set[str]:
        """Give what was acknowledged at a seq that the cursor has passed, and is not here."""
        acked = {record_id: seq for writer in writers for record_id, seq in writer.acked.items()}
        return {record_id for record_id, seq in acked.items() if seq <= self.cursor and record_id not in self.rows}
