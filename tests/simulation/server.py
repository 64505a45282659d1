"""The office's machine: the real application over a SQLite file, which may die at any statement."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import Client

from server.extensions import db
from server.load import Load
from server.services.changes import Ledger
from server.settings import Settings
from server.transaction import Parts, parts, transact
from tests.simulation.clocks import Time
from tests.simulation.log import Log
from tests.simulation.places import new_server

TRIP_MS = 40  # No two requests arrive at the same moment.


class Crash(BaseException):
    """The power is gone: no code of ours tidies up after it."""


@dataclass
class Fuse:
    """Counts statements down to a crash; None burns for ever. A burnt fuse lets nothing through until it is replaced."""

    left: int | None = None

    def burn(self, *_: Any) -> None:
        """Take one statement."""
        if self.left is None:
            return
        if self.left <= 0:
            raise Crash
        self.left -= 1


@dataclass(frozen=True)
class Answer:
    """What came back over the wire: all of it, or what there was before the machine died."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool = True


class Server:
    """The office's machine in a folder: an application of its own, or the one that serves story after story."""

    def __init__(self, folder: Path, time: Time, app: Flask | None = None) -> None:
        self.time, self.fuse = time, Fuse()
        self.app = app or new_server(folder, time)
        self._as_it_was = self.app.extensions["zhangshangban"]
        with self.app.app_context():
            self.log = Log(folder / "office.db", parts().vault)
            event.listen(db.engine, "before_cursor_execute", self.fuse.burn)
            event.listen(db.engine, "commit", self.fuse.burn)
        self.blobs, self.uploads = folder / "blobs", folder / "uploads"
        self.log.look("founding", -1)

    def close(self) -> None:
        """Stop for good; an application that serves another story has its own settings again."""
        self.log.close()
        self.app.extensions["zhangshangban"] = replace(self._as_it_was, load=Load())
        with self.app.app_context():
            event.remove(db.engine, "before_cursor_execute", self.fuse.burn)
            event.remove(db.engine, "commit", self.fuse.burn)
            db.session.remove()
            db.engine.dispose()

    def serve(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        announced: int | None = None,
        crash_at: int | None = None,
        between: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Answer one request. `announced` is its length where the line was cut before the body's end.

        `between` happens after the commit and before the answer is read from the database. Raises Crash when the
        machine died before it had said anything.
        """
        self.time.pass_by(milliseconds=TRIP_MS)
        told: list[bytes] = []
        overrides = {"CONTENT_LENGTH": str(announced)} if announced is not None else {}
        with self.dying_at(crash_at):
            response = Client(self.app).open(
                path, method=method, headers=dict(headers), data=body, environ_overrides=overrides
            )
            try:
                left, self.fuse.left = self.fuse.left, None
                Context().run(between)  # Somebody else's request knows nothing of this one.
                self.fuse.left = left
                told.extend(_pieces(response.response))
            except Crash:
                return Answer(response.status_code, dict(response.headers), b"".join(told), is_whole=False)
            finally:
                response.close()
        return Answer(response.status_code, dict(response.headers), b"".join(told))

    @contextmanager
    def crowded(self, others: int) -> Iterator[None]:
        """Let so many others be answered at the same time."""
        with self.app.app_context():
            turns = [parts().load.enter() for _ in range(others)]
        try:
            yield
        finally:
            for turn in turns:
                turn.end()

    @property
    def settings(self) -> Settings:
        """The office's settings as they are now."""
        known: Parts = self.app.extensions["zhangshangban"]
        return known.settings

    def set(self, **settings: Any) -> None:
        """Let the office's settings be others from now on."""
        known: Parts = self.app.extensions["zhangshangban"]
        self.app.extensions["zhangshangban"] = replace(known, settings=replace(known.settings, **settings))

    def write(self, deed: Callable[[Ledger], Any]) -> Any:
        """Let the office do something in one transaction."""
        with self.app.app_context():
            return transact(deed)

    def read(self, question: Callable[[Any], Any]) -> Any:
        """Ask the database something."""
        with self.app.app_context():
            return question(db.session)

    @contextmanager
    def dying_at(self, statement: int | None) -> Iterator[None]:
        """Let the power go at a statement of what is done inside. Raises Crash, and is ready again after it."""
        self.fuse.left = statement
        try:
            yield
        except Crash:
            self.fuse.left = None
            with self.app.app_context():
                db.engine.dispose()
                # A process that starts anew counts nobody yet.
                self.app.extensions["zhangshangban"] = replace(parts(), load=Load())
            raise
        finally:
            self.fuse.left = None


def _pieces(response: Any) -> Iterator[bytes]:
    for piece in response:
        yield piece if isinstance(piece, bytes) else piece.encode()
