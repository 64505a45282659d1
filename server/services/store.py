"""Writing many rows at once, the same on SQLite and PostgreSQL."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.models.base import Base


def hold(session: Session, names: Iterable[str]) -> None:
    """Hold names until the commit: of two who look whether all is there and then write, the later one sees the other's.

    SQLite lets one writer in at a time anyway; PostgreSQL's advisory locks need no row that exists already.
    """
    if session.get_bind().dialect.name == "postgresql":
        for name in sorted(set(names)):
            key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
            session.execute(select(func.pg_advisory_xact_lock(key)))


def bulk_insert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert new rows. Raises IntegrityError when one exists."""
    if rows:
        session.execute(insert(model), rows)


def bulk_upsert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or replace those whose primary key exists. Every row names the same columns."""
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if others:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    session.execute(statement, rows)
