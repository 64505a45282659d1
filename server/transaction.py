"""The parts of a running server, and one transaction per deed: run it, seal its changes, commit, or run it again.

Views, pages and commands share this; none of them commits by itself.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from flask import current_app
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from policy.calendar import load_calendar
from policy.parameters import ParameterNotSet
from server.adapters.blobs import BlobStore
from server.adapters.vault import Vault
from server.domain.errors import ParameterMissing, Stale
from server.domain.permissions import Actor
from server.extensions import db
from server.load import Load
from server.services import audit, parameters
from server.services.casework.desk import Desk, Rules
from server.services.changes import Ledger
from server.services.written import ReadStale
from server.settings import Settings

ATTEMPTS = 5
PAUSE_S = 0.01  # at most, after the first try that failed; twice as long after each further one
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Parts:
    """What app.py put together: settings, keys, blob store, the folder of unfinished uploads, the clock, the load, and
    how to wait for some seconds.
    """

    settings: Settings
    vault: Vault
    blobs: BlobStore
    uploads: Path
    clock: Callable[[], datetime]
    load: Load = field(default_factory=Load)
    pause: Callable[[float], None] = time.sleep


def parts() -> Parts:
    """Give the parts of the app that serves this request or command."""
    return cast(Parts, current_app.extensions["zhangshangban"])


def transact(deed: Callable[[Ledger], Answer]) -> Answer:
    """Run a deed in one writing transaction; when what it read has changed meanwhile, run it again from the start.

    A key that somebody else wrote first counts as such a change: the next try finds it. What the database refused as a
    whole is tried again row by row, so that a deed which can do without a part of itself finds out which. Raises Stale, or
    what the database said, when it could not get through after several tries; nothing is written then.
    """
    refused: DatabaseError | None = None
    for tries in range(ATTEMPTS):
        if tries:  # Those who met come again apart, or they meet again.
            parts().pause(random.uniform(0, PAUSE_S * 2**tries))  # noqa: S311  chance for spreading, no secret
        session = cast(Session, db.session())
        session.rollback()
        audit.forget(session)
        session.connection(execution_options={"writes": True})
        ledger = Ledger(session, parts().vault, row_by_row=refused is not None)
        try:
            answer = deed(ledger)
            ledger.seal(parts().clock())
            audit.chain(session)
            session.commit()
        except (ReadStale, DatabaseError) as error:
            session.rollback()
            if isinstance(error, DatabaseError) and not _may_pass(error, refused):
                raise
            refused = None if isinstance(error, ReadStale | OperationalError) else error
        except BaseException:
            session.rollback()
            raise
        else:
            return answer
    raise refused or Stale


def rules(session: Session) -> Rules:
    """Give the rules in force: the packaged ones with what regions have set; outside of production the sample's too (示例)."""
    return Rules(parameters.in_force(session, sample=not parts().settings.is_production), load_calendar())


def at_desk(
    actor: Actor,
    deed: Callable[[Desk], Answer],
    *,
    now: datetime,
    by: Rules | None = None,
    run: Callable[[Callable[[Ledger], Answer]], Answer] | None = None,
) -> Answer:
    """Run a deed of casework in one transaction. Raises ParameterMissing, with its name, for a number that nobody has set."""
    try:
        return (run or transact)(lambda ledger: deed(Desk(ledger, actor, by or rules(ledger.session), now)))
    except ParameterNotSet as gap:
        raise ParameterMissing(str(gap)) from None


@contextmanager
def rehearsal() -> Iterator[Callable[[Callable[[Ledger], Answer]], Answer]]:
    """Run deeds one upon another in a transaction of which nothing is kept: what would happen, without its happening."""
    session = cast(Session, db.session())
    session.rollback()
    session.connection(execution_options={"writes": True})

    def play(deed: Callable[[Ledger], Answer]) -> Answer:
        with session.begin_nested():  # What is refused leaves no half of itself to the next.
            return deed(Ledger(session, parts().vault))

    try:
        yield play
    finally:
        session.rollback()
        audit.forget(session)


def reading() -> Session:
    """Give a session for plain reads; it ends with the request."""
    return cast(Session, db.session())


@contextmanager
def questions() -> Iterator[Session]:
    """Give a session whose few plain questions stand each for itself, as they do under READ COMMITTED anyway.

    On PostgreSQL nothing begins or ends a transaction around them: a poll would wait for two further answers just for that.
    """
    session = cast(Session, db.session())
    if session.in_transaction() or db.engine.dialect.name != "postgresql":
        yield session
        return
    session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    try:
        yield session
    finally:
        session.rollback()


def _may_pass(error: DatabaseError, before: DatabaseError | None) -> bool:
    """Tell what another try may get through: taken keys, deadlocks (PostgreSQL 40001, 40P01), and once whatever else."""
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
    return before is None or isinstance(error, IntegrityError)


@contextmanager
def snapshot() -> Iterator[Session]:
    """Open a session of its own that sees one state of the database throughout, whatever others commit meanwhile."""
    with Session(db.engine) as session:
        if db.engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
