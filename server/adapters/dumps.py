"""A whole database as one file, and back: SQLite by its online backup, PostgreSQL by its own programs and an exported snapshot.

What is written while a dump is made is not in it, and stops nothing. A load replaces everything or nothing.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from server.adapters import postgresql_dumps
from server.domain.errors import BackupFailed, StorageFull

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILES = {SQLITE: "database.sqlite", POSTGRESQL: "database.pgdump"}


@contextmanager
def dumped(engine: Engine, folder: Path) -> Iterator[Connection]:
    """Write the database into a folder and give a connection that sees exactly what was written.

    Raises StorageFull, BackupFailed, BackupProgramMissing.
    """
    target = folder / FILES[engine.dialect.name]
    if engine.dialect.name == SQLITE:
        _copy_sqlite(str(engine.url.database), target)
        with opened(target) as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        postgresql_dumps.dump(engine.url, snapshot, target)
        yield connection


@contextmanager
def opened(file: Path) -> Iterator[Connection]:
    """Open a SQLite dump for reading only; nothing appears beside it."""
    address = URL.create("sqlite", database=f"file:{file}", query={"uri": "true", "mode": "ro", "immutable": "1"})
    engine = create_engine(address, poolclass=NullPool, creator=lambda: _read_only(file))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def is_sound(file: Path) -> bool:
    """Tell whether a dump can be read at all; of PostgreSQL's, whether its table of contents can."""
    if file.name == FILES[POSTGRESQL]:
        return postgresql_dumps.is_readable(file)
    with closing(_read_only(file)) as copy:
        try:
            return bool(copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False


def load(engine: Engine, file: Path, statements: Sequence[str]) -> None:
    """Replace the database by a dump and run statements on it, all in one transaction.

    Raises BackupFailed while a server is connected: it would go on with what it remembers of another history.
    """
    engine.dispose()
    if engine.dialect.name == SQLITE:
        _load_sqlite(str(engine.url.database), file, statements)
        return
    postgresql_dumps.load(engine, file, statements)


def _copy_sqlite(live: str, target: Path) -> None:
    try:
        with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # One file, without a log beside it.
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise StorageFull(postgresql_dumps.NO_ROOM) from None
        raise BackupFailed(f"SQLite: {error.sqlite_errorname}; 数据库没有受影响") from None


def _load_sqlite(target: str, file: Path, statements: Sequence[str]) -> None:
    """Prepare the new state beside, then let SQLite copy it over in one transaction that a crash undoes."""
    with closing(sqlite3.connect(":memory:")) as prepared, closing(sqlite3.connect(target)) as live:
        _must_be_alone(live)
        with closing(_read_only(file)) as copy:
            copy.backup(prepared)
        for statement in statements:
            prepared.execute(statement)
        prepared.commit()
        prepared.backup(live)


def _must_be_alone(live: sqlite3.Connection) -> None:
    """Leave the write-ahead log, which SQLite allows to the only connection of a file; the next server enters it again."""
    live.execute("PRAGMA busy_timeout = 0")  # A server does not go away while it is waited for.
    try:
        live.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise BackupFailed("数据库还有别的连接: 请先停服务器再恢复; 什么都没有改动") from None


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True, isolation_level=None)
