"""Writing many rows at once, the same on SQLite and PostgreSQL.

This is the hottest writing of a sync. On PostgreSQL all rows travel as one binary array for each column (`unnest`), which
costs a fraction of a statement for each row; SQLite takes row after row anyway.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, String, Table
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from server.models.base import Base

Row = dict[str, Any]


def hold(session: Session, names: Iterable[str]) -> None:
    """Hold names alone until the commit: of two who look whether all is there and then write, the later sees the other's.

    SQLite lets one writer in at a time anyway; PostgreSQL's advisory locks need no row that exists already.
    """
    _lock(session, "SELECT pg_advisory_xact_lock(key) FROM unnest(%b::bigint[]) AS key", names)


def hold_together(session: Session, names: Iterable[str]) -> None:
    """Hold names until the commit against those who hold them alone, but not against others who hold them together."""
    _lock(session, "SELECT pg_advisory_xact_lock_shared(key) FROM unnest(%b::bigint[]) AS key", names)


def shelf(sha256: str) -> str:
    """Name the shelf of a blob, to be held: 256 for all blobs, for a database has few locks and a day's visits many photos."""
    return f"shelf/{sha256[:2]}"


def _lock(session: Session, statement: str, names: Iterable[str]) -> None:
    """Take locks in one statement, and everybody in the same order."""
    keys = sorted(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True) for name in set(names))
    if keys and session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.connection().exec_driver_sql(statement, (keys,))


def bulk_insert(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert new rows. Every row names the same columns. Raises IntegrityError when one exists."""
    if rows:
        _write(session, _table(model), rows, "")


def bulk_upsert(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows, or replace those whose primary key exists. Every row names the same columns."""
    if not rows:
        return
    table = _table(model)
    keys = [column.name for column in table.primary_key]
    others = ", ".join(f'"{name}" = excluded."{name}"' for name in rows[0] if name not in keys)
    quoted = ", ".join(f'"{key}"' for key in keys)
    _write(session, table, rows, f"ON CONFLICT ({quoted}) DO {f'UPDATE SET {others}' if others else 'NOTHING'}")


def _write(session: Session, table: Table, rows: Sequence[Row], conflict: str) -> None:
    session.flush()  # What was added one by one comes first.
    connection = session.connection()
    names = tuple(rows[0])
    binders = [_binder(connection.dialect, table, name) for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    into = f'INSERT INTO "{table.name}" ({columns})'
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"%b::{_sql_type(connection.dialect, table, name)}[]" for name in names)
        values = tuple([_bound(bind, row[name]) for row in rows] for bind, name in zip(binders, names, strict=True))
        connection.exec_driver_sql(" ".join((into, "SELECT * FROM unnest(", arrays, ")", conflict)), values)
        return
    marks = ", ".join("?" * len(names))
    pairs = list(zip(binders, names, strict=True))
    lines = [tuple(_bound(bind, row[name]) for bind, name in pairs) for row in rows]
    connection.exec_driver_sql(" ".join((into, "VALUES (", marks, ")", conflict)), lines)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _bound(bind: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if bind is None else bind(value)


@cache
def _binder(dialect: Dialect, table: Table, name: str) -> Callable[[Any], Any] | None:
    """Give what turns a column's values into the driver's, or None where they are the same."""
    kind: TypeEngine[Any] = table.c[name].type
    return kind.dialect_impl(dialect).bind_processor(dialect)


@cache
def _sql_type(dialect: Dialect, table: Table, name: str) -> str:
    """Name a column's type for a cast; a text's length is left to the table, because a cast would cut it silently."""
    kind = table.c[name].type
    return "text" if isinstance(kind, String) else kind.compile(dialect)
