"""A whole database as one file, and back: SQLite by its online backup, PostgreSQL by pg_dump of an exported snapshot.

What is written while a dump is made is not in it, and stops nothing. A load replaces everything or nothing.
"""

import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from server.domain.errors import BackupProgramMissing

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILES = {SQLITE: "database.sqlite", POSTGRESQL: "database.pgdump"}


@contextmanager
def dumped(engine: Engine, folder: Path) -> Iterator[Connection]:
    """Write the database into a folder and give a connection that sees exactly what was written."""
    target = folder / FILES[engine.dialect.name]
    if engine.dialect.name == SQLITE:
        with closing(sqlite3.connect(str(engine.url.database))) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # One file, without a log beside it.
        with opened(target) as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _run(engine.url, ["pg_dump", "--format=custom", f"--snapshot={snapshot}", "--file", str(target)])
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
        return _finishes(["pg_restore", "--list", str(file)])
    with closing(_read_only(file)) as copy:
        try:
            return bool(copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False


def load(engine: Engine, file: Path, statements: Sequence[str]) -> None:
    """Replace the database by a dump and run statements on it, all in one transaction; the server must be stopped."""
    if engine.dialect.name == SQLITE:
        _load_sqlite(str(engine.url.database), file, statements)
        return
    script = subprocess.run(  # noqa: S603
        [_program("pg_restore"), "--clean", "--if-exists", "--no-owner", "--file=-", str(file)],
        check=True,
        capture_output=True,
    ).stdout
    whole = script + "".join(f"{one};\n" for one in statements).encode()
    _run(engine.url, ["psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"], whole)


def _load_sqlite(target: str, file: Path, statements: Sequence[str]) -> None:
    """Prepare the new state beside, then let SQLite copy it over in one transaction that a crash undoes."""
    with closing(sqlite3.connect(":memory:")) as prepared, closing(sqlite3.connect(target)) as live:
        with closing(_read_only(file)) as copy:
            copy.backup(prepared)
        for statement in statements:
            prepared.execute(statement)
        prepared.commit()
        prepared.backup(live)


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True, isolation_level=None)


def _run(url: URL, command: Sequence[str], given: bytes | None = None) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where no list of processes shows it."""
    environment = {**os.environ, "PGPASSWORD": url.password or ""}
    places = {"--host": url.host, "--port": url.port, "--username": url.username, "--dbname": url.database}
    options = [f"{name}={value}" for name, value in places.items() if value]
    options += [f"--host={host}" for host in [url.query.get("host")] if isinstance(host, str)]
    name, *more = command
    subprocess.run([_program(name), *options, *more], input=given, env=environment, check=True, capture_output=True)  # noqa: S603


def _finishes(command: Sequence[str]) -> bool:
    name, *more = command
    return subprocess.run([_program(name), *more], check=False, capture_output=True).returncode == 0  # noqa: S603


def _program(name: str) -> str:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if (Path(folder) / name).is_file():
            return str(Path(folder) / name)
    raise BackupProgramMissing(f"需要 {name}, 请安装 PostgreSQL 的客户端程序")
