"""The rows that one seal writes: records, tombstones, history, the typed index, and the buckets' sums."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.models.index import INDEX
from server.models.ledger import Bucket, Change, Record, Tombstone
from server.queries import records
from server.queries.history import MARKS
from server.services.index import index_rows
from server.services.staged import Key, Staged
from server.services.store import bulk_insert, bulk_upsert
from sync import digest
from sync.canonical import dumps
from sync.records import REGISTRY


class ReadStale(Exception):
    """What a deed had read was changed before it could commit: the transaction is run again from the start."""


@dataclass
class Written:
    """The rows that one seal writes, gathered first, so that the locked time is a few bulk statements."""

    buckets: dict[str, records.Counter]
    created: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    tombstones: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    gone: list[Key] = field(default_factory=list)
    live: list[Staged] = field(default_factory=list)

    def take(self, one: Staged, vault: Vault, now: datetime) -> None:
        """Give one record its seq and note what is to be written for it."""
        before = one.before
        leaves = before is not None and (one.removed != "" or before.bucket != one.bucket)
        if before is not None:
            self._sum(before.bucket, one, before.seq, dumps(before.fields), sign=-1)
        if before is not None and leaves:
            seq = self._next(before.bucket)
            reason = one.removed or "moved"
            self.tombstones.append(
                {"bucket": before.bucket, "type": one.type, "id": one.id, "seq": seq, "reason": reason}
            )
            one.seq = seq
        if one.removed:
            self.gone.append((one.type, one.id))
        else:
            one.seq = self._next(one.bucket)
            whole = dumps(one.fields)
            self._sum(one.bucket, one, one.seq, whole, sign=1)
            body, sealed = records.to_row(vault, one.type, one.id, one.fields, whole)
            row = {"type": one.type, "id": one.id, "bucket": one.bucket, "seq": one.seq, "body": body}
            rows = self.updated if before else self.created
            rows.append({**row, "sealed": sealed, "marks": records.marks_to_row(one.marks)})
            self.live.append(one)
        self.changes.append(_history(one, vault, now))

    def store(self, session: Session, vault: Vault) -> None:
        """Write everything; each record knows the last seq that this transaction took in its bucket."""
        written = (*self.created, *self.updated)
        for row in (*written, *self.tombstones):
            row["batch_end"] = self.buckets[row["bucket"]].head
        records.delete_records(session, self.gone)
        records.delete_tombstones(session, [(row["bucket"], row["type"], row["id"]) for row in written])
        try:
            bulk_insert(session, Record, self.created)
        except IntegrityError:  # The same id appeared in another bucket, whose lock is not ours.
            raise ReadStale from None
        bulk_upsert(session, Record, self.updated)
        bulk_upsert(session, Tombstone, self.tombstones)
        bulk_insert(session, Change, self.changes)
        bulk_upsert(session, Bucket, [_counted(one) for one in self.buckets.values()])
        records.delete_index(session, INDEX, self.gone)
        for model, rows in index_rows(vault, [(one.type, one.id, one.bucket, one.fields) for one in self.live]):
            bulk_upsert(session, model, rows)
        session.flush()

    def _next(self, bucket: str) -> int:
        self.buckets[bucket].head += 1
        return self.buckets[bucket].head

    def _sum(self, bucket: str, one: Staged, seq: int, whole: bytes, *, sign: int) -> None:
        counter = self.buckets[bucket]
        part = digest.record_digest(counter.key, one.type, one.id, seq, whole)
        counter.total = (digest.add if sign > 0 else digest.remove)(counter.total, part)
        counter.live += sign


def _history(one: Staged, vault: Vault, now: datetime) -> dict[str, Any]:
    """Write the line of history: old and new values of an update; a creation's values stand in the record itself."""
    operation = one.removed or ("create" if one.before is None else "update")
    values: dict[str, Any] = {}
    if operation != "create":
        values = {name: [before, after] for name, (before, after) in one.changed.items()}
    if operation == one.removed:
        values |= {name: [before, None] for name, before in one.fields.items() if name not in values}
        values[MARKS] = {name: list(mark) for name, mark in one.marks.items()}
    values |= {f"{name}!superseded": lost for name, lost in one.superseded.items()}
    if one.before is not None and one.before.bucket != one.bucket:
        values["!bucket"] = [one.before.bucket, one.bucket]
    if one.author.why:
        values["!why"] = one.author.why
    is_sealed = bool(REGISTRY[one.type].secrets & {name.split("!")[0] for name in values})
    plain = dumps(values)
    return {
        "type": one.type,
        "record_id": one.id,
        "bucket": one.before.bucket if one.before and one.removed else one.bucket,  # where it took its seq
        "seq": one.seq,
        "operation": operation,
        "staff_id": one.author.staff_id,
        "device_id": one.author.device_id,
        "at": now,
        "values": vault.seal(plain, f"change/{one.type}/{one.id}") if is_sealed else plain,
        "is_sealed": is_sealed,
    }


def _counted(counter: records.Counter) -> dict[str, Any]:
    return {
        "id": counter.id,
        "head": counter.head,
        "live": counter.live,
        "checksum": counter.checksum,
        "checksum_key": counter.checksum_key,
    }
