"""The history of records: every line that the one door wrote, opened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.models.ledger import Change
from sync.canonical import loads
from sync.merge import Mark

MARKS = "!marks"  # In the line of a removal: who had changed which field, for the day on which it is undone.


@dataclass(frozen=True)
class Line:
    """One change: its row, and the values that it tells, with secrets in the clear."""

    row: Change
    values: dict[str, Any]

    def before(self, field: str) -> Any:
        """The value that a field had before."""
        return self.values[field][0]


@dataclass(frozen=True)
class Ended:
    """A removed record: where it was, and its fields and marks at its end (no marks from before they were kept)."""

    bucket: str
    fields: dict[str, Any]
    marks: dict[str, Mark]


def lines(session: Session, vault: Vault, record_type: str, record_id: str) -> Iterator[Line]:
    """Read a record's history, newest first, as far as the caller goes on asking."""
    statement = (
        select(Change).where(Change.type == record_type, Change.record_id == record_id).order_by(Change.id.desc())
    )
    for row in session.scalars(statement):
        yield Line(row, _values(vault, row))


def of_records(session: Session, vault: Vault, keys: Sequence[tuple[str, str]]) -> list[Line]:
    """Read the histories of some records together, newest first."""
    found = [line for record_type, record_id in keys for line in lines(session, vault, record_type, record_id)]
    return sorted(found, key=lambda line: -line.row.id)


def original(
    session: Session, vault: Vault, key: tuple[str, str], field: str, *, bucket: str, base: int, stands: Any
) -> Any:
    """Give a field's value as somebody saw it who had read a bucket up to `base`; `stands` is today's."""
    seen = stands
    for line in lines(session, vault, *key):
        if line.row.bucket == bucket and line.row.seq <= base:
            break
        if field in line.values:
            seen = line.before(field)
    return seen


def last_author(session: Session, vault: Vault, key: tuple[str, str], field: str) -> Change | None:
    """Give the line by which a field's value of today came; a value that nobody changed came with the record."""
    row = None
    for line in lines(session, vault, *key):
        row = line.row
        if field in line.values:
            break
    return row


def ended(session: Session, vault: Vault, key: tuple[str, str]) -> Ended | None:
    """Give a removed record as it was at its end; None when it was not removed."""
    line = next(lines(session, vault, *key), None)
    if line is None or line.row.operation in ("create", "update"):
        return None
    return _end(line.row, line.values)


def withdrawn_with(session: Session, vault: Vault, key: tuple[str, str], name: str) -> dict[str, Ended]:
    """Give the household members that were removed in one deed with a record, by id.

    `name` is the field by which a member names the record.
    """
    end = next(lines(session, vault, *key)).row
    statement = select(Change).where(
        Change.type == "household_member",
        Change.bucket == end.bucket,
        Change.at == end.at,
        Change.operation == "deleted",
    )
    found = {}
    for row in session.scalars(statement):
        values = _values(vault, row)
        if values.get(name, [None])[0] == key[1]:
            found[row.record_id] = _end(row, values)
    return found


def _end(row: Change, values: dict[str, Any]) -> Ended:
    pairs = {name: pair for name, pair in values.items() if "!" not in name}
    last = {name: before if after is None else after for name, (before, after) in pairs.items()}
    marks = {name: Mark(*mark) for name, mark in values.get(MARKS, {}).items()}
    return Ended(row.bucket, {name: value for name, value in last.items() if value is not None}, marks)


def _values(vault: Vault, row: Change) -> dict[str, Any]:
    plain = vault.open(row.values, f"change/{row.type}/{row.record_id}") if row.is_sealed else row.values
    found: dict[str, Any] = loads(plain)
    return found
