"""Plain SQL for the hot path of a sync, the same text on SQLite and PostgreSQL, and many keys in one parameter."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Among:
    """Keys that a statement asks for at once: a sub-select of them, in whatever way the database takes it."""

    columns: tuple[list[str], ...]


def among(keys: Sequence[str] | Sequence[tuple[str, ...]]) -> Among:
    """Make keys, or tuples of keys, the value of a parameter that stands for a sub-select."""
    if keys and isinstance(keys[0], str):
        return Among((list(keys),))  # type: ignore[arg-type]
    return Among(tuple(map(list, zip(*keys, strict=True))))


def run(session: Session, sql: str, **values: Any) -> Sequence[Any]:
    """Run a statement whose parameters stand in braces; gives its rows, if it has any.

    Only text of our own goes into a statement; values always travel beside it.
    """
    if any(isinstance(value, Among) and not value.columns for value in values.values()):
        return ()  # Asked for nothing.
    session.flush()
    connection = session.connection()
    is_postgres = connection.dialect.name == "postgresql"
    widths = tuple((name, len(one.columns)) for name, one in values.items() if isinstance(one, Among))
    text, names = _compiled(sql, widths, is_postgres)
    bound: list[Any] = []
    for name in names:
        value = values[name]
        if not isinstance(value, Among):
            bound.append(value)
        elif is_postgres:
            bound += value.columns
        else:
            bound.append(json.dumps(list(zip(*value.columns, strict=True))))
    found = connection.exec_driver_sql(text, tuple(bound))
    return found.fetchall() if found.returns_rows else ()


@cache
def _compiled(sql: str, widths: tuple[tuple[str, int], ...], is_postgres: bool) -> tuple[str, tuple[str, ...]]:
    """Put the driver's marks in; gives the text and the names of the parameters in their order."""
    many = dict(widths)
    text, names = "", []
    for literal, name, _, _ in Formatter().parse(sql):
        text += literal
        if name is None:
            continue
        names.append(name)
        text += _keys(many[name], is_postgres) if name in many else _mark(is_postgres)
    return text, tuple(names)


def _mark(is_postgres: bool) -> str:
    return "%b" if is_postgres else "?"


def _keys(width: int, is_postgres: bool) -> str:
    """Write the sub-select of keys of some columns; nothing of a value is in it."""
    if is_postgres:
        return f"SELECT * FROM unnest({', '.join(['%b::text[]'] * width)})"  # noqa: S608
    return f"SELECT {', '.join(f'value ->> {place}' for place in range(width))} FROM json_each(?)"  # noqa: S608
