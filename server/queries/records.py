"""Synced records as stored: reading them whole, in feed order, and the few statements that the one door needs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.models.base import Base
from server.models.ledger import Bucket, Deployment, Record, Tombstone
from sync.canonical import dumps, loads
from sync.merge import Mark
from sync.protocol import Row
from sync.records import REGISTRY

Key = tuple[str, str]
SLICE = 400  # Keys in one statement; SQLite allows 32,766 parameters, PostgreSQL's planner likes fewer.


@dataclass(frozen=True)
class Stored:
    """A live record as the database holds it."""

    bucket: str
    seq: int
    fields: dict[str, Any]
    marks: dict[str, Mark]


def stored(session: Session, vault: Vault, keys: Sequence[Key]) -> dict[Key, Stored]:
    """Read live records by (type, id); those that do not exist are left out."""
    found: dict[Key, Stored] = {}
    for part in _slices(keys):
        for row in session.execute(
            select(Record.type, Record.id, Record.bucket, Record.seq, Record.body, Record.sealed, Record.marks).where(
                tuple_(Record.type, Record.id).in_(part)
            )
        ):
            fields = from_row(vault, row.type, row.id, row.body, row.sealed)
            found[row.type, row.id] = Stored(row.bucket, row.seq, fields, _marks_from_row(row.marks))
    return found


def fields_of(session: Session, vault: Vault, record_type: str, record_id: str) -> dict[str, Any] | None:
    """Read one record's fields, or None."""
    found = stored(session, vault, [(record_type, record_id)]).get((record_type, record_id))
    return found.fields if found else None


def feed(session: Session, vault: Vault, bucket: str, *, since: int, limit: int) -> tuple[list[Row], int]:
    """Read a bucket's changes after a seq: each record's latest state once, tombstones included, in seq order.

    Gives the rows and the cursor that they reach. A transaction is never split: the last one is read to its end.
    """
    rows = _after(session, vault, bucket, since, limit)
    if not rows:
        return [], since
    end = max(batch_end for _, batch_end in rows[:limit])
    if len(rows) >= limit and end > rows[-1][0].seq:
        rows += _after(session, vault, bucket, rows[-1][0].seq, None, upto=end)
    return [row for row, _ in rows], max(end, rows[-1][0].seq)


def _after(
    session: Session, vault: Vault, bucket: str, since: int, limit: int | None, *, upto: int | None = None
) -> list[tuple[Row, int]]:
    live = select(Record).where(Record.bucket == bucket, Record.seq > since).order_by(Record.seq).limit(limit)
    dead = select(Tombstone).where(Tombstone.bucket == bucket, Tombstone.seq > since).order_by(Tombstone.seq)
    if upto is not None:
        live, dead = live.where(Record.seq <= upto), dead.where(Tombstone.seq <= upto)
    pairs = [
        (Row(r.type, r.id, r.seq, whole_body(vault, r.type, r.id, r.body, r.sealed)), r.batch_end)
        for r in session.execute(live.with_only_columns(*Record.__table__.columns))
    ]
    for t in session.execute(dead.limit(limit).with_only_columns(*Tombstone.__table__.columns)):
        pairs.append((Row(t.type, t.id, t.seq, None, t.reason), t.batch_end))
    pairs.sort(key=lambda pair: pair[0].seq)
    return pairs[:limit] if limit is not None else pairs


def whole(session: Session, vault: Vault, bucket: str) -> Iterator[tuple[str, str, int, bytes]]:
    """Read every live record of a bucket as its checksum needs it: (type, id, seq, canonical body)."""
    for row in session.execute(
        select(Record.type, Record.id, Record.seq, Record.body, Record.sealed).where(Record.bucket == bucket)
    ):
        yield row.type, row.id, row.seq, whole_body(vault, row.type, row.id, row.body, row.sealed)


def to_row(
    vault: Vault, record_type: str, record_id: str, fields: Mapping[str, Any], whole: bytes
) -> tuple[bytes, bytes | None]:
    """Split fields into the canonical body and the sealed secrets; without secrets `whole`, all of it, is the body."""
    secrets = REGISTRY[record_type].secrets
    hidden = {name: fields[name] for name in secrets if name in fields} if secrets else {}
    if not hidden:
        return whole, None
    body = dumps({name: value for name, value in fields.items() if name not in hidden})
    return body, vault.seal(dumps(hidden), f"{record_type}/{record_id}")


def from_row(vault: Vault, record_type: str, record_id: str, body: bytes, sealed: bytes | None) -> dict[str, Any]:
    """Put body and secrets together again."""
    fields: dict[str, Any] = loads(body)
    if sealed is not None:
        fields.update(loads(vault.open(sealed, f"{record_type}/{record_id}")))
    return fields


def whole_body(vault: Vault, record_type: str, record_id: str, body: bytes, sealed: bytes | None) -> bytes:
    """Give the canonical bytes that travel: the stored ones as they are, unless secrets are to be put in."""
    return body if sealed is None else dumps(from_row(vault, record_type, record_id, body, sealed))


def marks_to_row(marks: Mapping[str, Mark]) -> bytes:
    """Write marks as canonical JSON."""
    return dumps({name: list(mark) for name, mark in marks.items()})


def _marks_from_row(data: bytes) -> dict[str, Mark]:
    return {name: Mark(*values) for name, values in loads(data).items()}


def places(session: Session, keys: Sequence[Key]) -> dict[Key, tuple[str, int]]:
    """Read in which bucket, and at which seq, records stand now."""
    found: dict[Key, tuple[str, int]] = {}
    for part in _slices(keys):
        columns = select(Record.type, Record.id, Record.bucket, Record.seq)
        rows = session.execute(columns.where(tuple_(Record.type, Record.id).in_(part)))
        found.update({(row.type, row.id): (row.bucket, row.seq) for row in rows})
    return found


def locked_buckets(session: Session, ids: Sequence[str], new_key: Callable[[], str]) -> dict[str, Bucket]:
    """Lock buckets in sorted order, making those that do not exist yet."""
    statement = select(Bucket).where(Bucket.id.in_(ids)).order_by(Bucket.id).with_for_update()
    found = {bucket.id: bucket for bucket in session.scalars(statement.execution_options(populate_existing=True))}
    missing = [name for name in ids if name not in found]
    if missing:
        for name in missing:
            session.merge(Bucket(id=name, head=0, live=0, checksum="0" * 32, checksum_key=new_key()))
        session.flush()
        return locked_buckets(session, ids, new_key)
    return found


def buckets(session: Session, ids: Iterable[str]) -> dict[str, Bucket]:
    """Read buckets without locking; one that has never had a record does not exist."""
    wanted = sorted(ids)
    found: dict[str, Bucket] = {}
    for start in range(0, len(wanted), SLICE):
        statement = select(Bucket).where(Bucket.id.in_(wanted[start : start + SLICE]))
        found.update({bucket.id: bucket for bucket in session.scalars(statement)})
    return found


def epoch(session: Session) -> str:
    """Give the epoch of this database."""
    return session.scalars(select(Deployment.epoch)).one()


def delete_records(session: Session, keys: Sequence[Key]) -> None:
    """Take removed records out; their last values stand in the history."""
    for part in _slices(keys):
        session.execute(delete(Record).where(tuple_(Record.type, Record.id).in_(part)))


def delete_tombstones(session: Session, keys: Sequence[tuple[str, str, str]]) -> None:
    """Take out the tombstones of records that (again) live in the bucket."""
    for start in range(0, len(keys), SLICE):
        part = keys[start : start + SLICE]
        session.execute(delete(Tombstone).where(tuple_(Tombstone.bucket, Tombstone.type, Tombstone.id).in_(part)))


def delete_index(session: Session, index: Mapping[str, type[Base]], keys: Sequence[Key]) -> None:
    """Take removed records out of the typed index."""
    for record_type, record_id in keys:
        if record_type in index:
            table = index[record_type].__table__
            session.execute(delete(index[record_type]).where(table.c.id == record_id))


def _slices(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), SLICE):
        yield keys[start : start + SLICE]
