"""Synced records as stored: reading them whole, in feed order, and the few statements that the one door needs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.models.base import Base
from server.models.ledger import Bucket, Record
from server.queries.many import among, run
from sync.canonical import dumps, loads
from sync.digest import as_text
from sync.frames import Row
from sync.merge import UNSEEN, Mark
from sync.records import REGISTRY

Key = tuple[str, str]
SLICE = 400  # Keys in one statement: PostgreSQL's planner likes few.


@dataclass
class Counter:
    """A bucket's counter: its head, the number of its live records, and the sum over their digests under its key."""

    id: str
    head: int
    live: int
    total: int
    key: bytes

    @property
    def checksum(self) -> str:
        """The sum as it travels."""
        return as_text(self.total)

    @property
    def checksum_key(self) -> str:
        """The key as it travels."""
        return self.key.hex()


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
        for type_, id_, bucket, seq, body, sealed, marks in run(
            session,
            "SELECT type, id, bucket, seq, body, sealed, marks FROM record WHERE (type, id) IN ({keys})",
            keys=among(part),
        ):
            fields = from_row(vault, type_, id_, body, sealed)
            found[type_, id_] = Stored(bucket, seq, fields, _marks_from_row(marks))
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
    within = {"bucket": bucket, "since": since, "upto": UNSEEN if upto is None else upto, "limit": limit or ALL_ROWS}
    return [
        (Row(type_, id_, seq, whole_body(vault, type_, id_, body, sealed) if body is not None else None, reason), end)
        for type_, id_, seq, body, sealed, reason, end in run(session, _AFTER, **within)
    ]


ALL_ROWS = 1 << 31
_AFTER = """
SELECT * FROM (
  SELECT type, id, seq, body, sealed, '' AS reason, batch_end FROM record
  WHERE bucket = {bucket} AND seq > {since} AND seq <= {upto} ORDER BY seq LIMIT {limit}) AS live
UNION ALL SELECT * FROM (
  SELECT type, id, seq, CAST(NULL AS bytea), CAST(NULL AS bytea), reason, batch_end FROM tombstone
  WHERE bucket = {bucket} AND seq > {since} AND seq <= {upto} ORDER BY seq LIMIT {limit}) AS dead
ORDER BY seq LIMIT {limit}"""


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
        asked = "SELECT type, id, bucket, seq FROM record WHERE (type, id) IN ({keys})"
        found.update({(row[0], row[1]): (row[2], row[3]) for row in run(session, asked, keys=among(part))})
    return found


def left(session: Session, places: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """Read why records left a bucket, by (bucket, type, id); those that never did are left out."""
    found: dict[tuple[str, str, str], str] = {}
    asked = "SELECT bucket, type, id, reason FROM tombstone WHERE (bucket, type, id) IN ({keys})"
    for start in range(0, len(places), SLICE):
        rows = run(session, asked, keys=among(places[start : start + SLICE]))
        found.update({(row[0], row[1], row[2]): row[3] for row in rows})
    return found


def locked_buckets(session: Session, ids: Sequence[str], new_key: Callable[[], str]) -> dict[str, Counter]:
    """Lock buckets in sorted order, making those that do not exist yet."""
    lock = " FOR UPDATE" if session.get_bind().dialect.name == "postgresql" else ""
    found = {row[0]: counter(*row) for row in run(session, f"{_BUCKETS} ORDER BY id{lock}", ids=among(ids))}
    missing = [name for name in ids if name not in found]
    if missing:
        for name in missing:
            session.merge(Bucket(id=name, head=0, live=0, checksum="0" * 32, checksum_key=new_key()))
        session.flush()
        return locked_buckets(session, ids, new_key)
    return found


def buckets(session: Session, ids: Iterable[str]) -> dict[str, Counter]:
    """Read buckets without locking; one that has never had a record does not exist."""
    return {row[0]: counter(*row) for row in run(session, _BUCKETS, ids=among(sorted(ids)))}


_BUCKETS = "SELECT id, head, live, checksum, checksum_key FROM bucket WHERE id IN ({ids})"


def counter(name: str, head: int, live: int, checksum: str, key: str) -> Counter:
    """Read a bucket's row."""
    return Counter(name, head, live, int(checksum, 16), bytes.fromhex(key))


def epoch(session: Session) -> str:
    """Give the epoch of this database."""
    return str(run(session, "SELECT epoch FROM deployment")[0][0])


def delete_records(session: Session, keys: Sequence[Key]) -> None:
    """Take removed records out; their last values stand in the history."""
    for part in _slices(keys):
        run(session, "DELETE FROM record WHERE (type, id) IN ({keys})", keys=among(part))


def delete_tombstones(session: Session, keys: Sequence[tuple[str, str, str]]) -> None:
    """Take out the tombstones of records that (again) live in the bucket."""
    for start in range(0, len(keys), SLICE):
        part = among(keys[start : start + SLICE])
        run(session, "DELETE FROM tombstone WHERE (bucket, type, id) IN ({keys})", keys=part)


def delete_index(session: Session, index: Mapping[str, type[Base]], keys: Sequence[Key]) -> None:
    """Take removed records out of the typed index."""
    for record_type, record_id in keys:
        if record_type in index:
            table = index[record_type].__table__
            session.execute(delete(index[record_type]).where(table.c.id == record_id))


def _slices(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), SLICE):
        yield keys[start : start + SLICE]
