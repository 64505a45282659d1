"""The one door: every change of a synced record, whoever makes it, goes through a Ledger.

A service reads and decides first and stages its changes; `seal` then does what must come last and fast, in one go: it
locks the touched buckets in sorted order, makes sure that what was read still stands, gives each changed record the
bucket's next seq, and writes records, history, the typed index and the buckets' sums. Because the seq is taken under the
lock that the commit releases, whoever has seen head n of a bucket has every change up to n (docs/sync-protocol.md).
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, SessionTransaction

from server.adapters.vault import Vault
from server.models.base import Base
from server.queries import records, scope
from server.services.staged import Author, Key, Staged
from server.services.store import Row, bulk_upsert
from server.services.written import ReadStale, Written
from sync.merge import Current, Mark


class Ledger:
    """The changes of one transaction. Reading through it sees what was staged before; nothing is written until `seal`."""

    def __init__(self, session: Session, vault: Vault, *, row_by_row: bool = False) -> None:
        self._session = session
        self.vault = vault
        self._row_by_row = row_by_row
        self._read: dict[Key, records.Stored | None] = {}
        self._staged: dict[Key, Staged] = {}
        self._villages: dict[str, bool] = {}
        self._left: dict[tuple[str, str, str], str] = {}
        self._rows: list[tuple[type[Base], list[Row]]] = []
        self._rows_written = 0
        self._undo: dict[Key, Staged | None] | None = None
        self._savepoint: SessionTransaction | None = None

    @property
    def reading(self) -> Session:
        """The transaction's session for questions, which need no savepoint."""
        return self._session

    @property
    def session(self) -> Session:
        """The transaction's session to write with.

        A deed that may be undone gets its savepoint when it first asks for the session.
        """
        if self._undo is not None and self._savepoint is None:
            self._savepoint = self._session.begin_nested()
        return self._session

    @contextmanager
    def whole_or_nothing(self) -> Iterator[None]:
        """Undo what was staged and written inside when it raises: what is refused leaves no half of itself behind."""
        undo = self._undo = {}
        rows = len(self._rows)
        try:
            yield
            if self._savepoint is not None:
                self._savepoint.commit()
        except BaseException:
            if self._savepoint is not None:
                self._savepoint.rollback()
            del self._rows[rows:]
            self._rows_written = min(self._rows_written, rows)
            for key, before in undo.items():
                if before is None:
                    del self._staged[key]
                else:
                    self._staged[key] = before
            raise
        finally:
            self._undo = self._savepoint = None

    def preload(self, keys: Iterable[Key]) -> None:
        """Read many records in one go before they are asked for one by one."""
        missing = [key for key in set(keys) if key not in self._read]
        found = records.stored(self._session, self.vault, missing)
        self._read.update({key: found.get(key) for key in missing})

    def preload_left(self, places: Iterable[tuple[str, str, str]]) -> None:
        """Read in one go why records left their buckets, by (bucket, type, id), before it is asked one by one."""
        missing = [place for place in set(places) if place not in self._left]
        self._left.update(dict.fromkeys(missing, "") | records.left(self._session, missing))

    def left(self, bucket: str, record_type: str, record_id: str) -> str:
        """Say why a record is no longer in a bucket; nothing when it never was there, or still is."""
        self.preload_left([(bucket, record_type, record_id)])
        return self._left[bucket, record_type, record_id]

    def add_rows(self, model: type[Base], rows: list[Row]) -> None:
        """Stage rows of a table that does not travel; those whose key exists are replaced."""
        if rows:
            self._rows.append((model, rows))
        if self._row_by_row:  # What the database refuses then belongs to the deed that asks for it.
            self.write_rows()

    def rows_added(self, model: type[Base]) -> list[Row]:
        """Give the rows of a table that were staged in this transaction."""
        return [row for one, rows in self._rows if one is model for row in rows]

    def write_rows(self) -> None:
        """Write the staged rows now, for a question that must see them."""
        waiting: dict[type[Base], dict[tuple[Any, ...], Row]] = {}
        for model, rows in self._rows[self._rows_written :]:
            keys = [column.name for column in model.__table__.primary_key]
            waiting.setdefault(model, {}).update({tuple(row[key] for key in keys): row for row in rows})
        self._rows_written = len(self._rows)
        for model, distinct in waiting.items():
            bulk_upsert(self.session, model, list(distinct.values()))

    def get(self, record_type: str, record_id: str) -> Current | None:
        """Give a live record as this transaction sees it, or None."""
        staged = self._staged.get((record_type, record_id))
        if staged:
            return None if staged.removed else Current(staged.fields, staged.marks)
        stored = self._stored((record_type, record_id))
        return Current(stored.fields, stored.marks) if stored else None

    def bucket_of(self, record_type: str, record_id: str) -> str | None:
        """Give the bucket in which a record lives, or None."""
        staged = self._staged.get((record_type, record_id))
        if staged:
            return None if staged.removed else staged.bucket
        stored = self._stored((record_type, record_id))
        return stored.bucket if stored else None

    def is_new(self, record_type: str, record_id: str) -> bool:
        """Tell whether a record was made in this transaction."""
        staged = self._staged.get((record_type, record_id))
        return staged is not None and staged.before is None

    def is_village(self, code: str) -> bool:
        """Tell whether a bucket is a village of this deployment; each is looked up once in a transaction."""
        if code not in self._villages:
            self._villages[code] = scope.is_village(self._session, code)
        return self._villages[code]

    def staged(self, record_type: str) -> list[Mapping[str, Any]]:
        """Give the fields of this transaction's records of a type, which the typed index does not know yet."""
        return [one.fields for one in self._staged.values() if one.type == record_type and not one.removed]

    def staged_records(self, record_type: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Give id, bucket and fields of this transaction's records of a type."""
        for one in self._staged.values():
            if one.type == record_type and not one.removed:
                yield one.id, one.bucket, one.fields

    def create(
        self,
        record_type: str,
        record_id: str,
        bucket: str,
        fields: Mapping[str, Any],
        author: Author,
        *,
        marks: Mapping[str, Mark] | None = None,
    ) -> None:
        """Stage a record that must not exist; `marks` are those of its end where a removed one comes back."""
        assert self.get(record_type, record_id) is None, "the record exists already"
        values = {name: value for name, value in fields.items() if value is not None}
        before = self._stored((record_type, record_id))
        assert before is None, "a record removed in this transaction cannot be created again"
        self._note_undo((record_type, record_id))
        self._staged[record_type, record_id] = Staged(
            record_type,
            record_id,
            None,
            bucket,
            values,
            author,
            changed={name: (None, v) for name, v in values.items()},
            marks_again=dict(marks or {}),
        )

    def update(
        self,
        record_type: str,
        record_id: str,
        fields: Mapping[str, Any],
        author: Author,
        superseded: Mapping[str, Any] | None = None,
        *,
        marks: Mapping[str, Mark] | None = None,
    ) -> None:
        """Stage new values for some fields of a live record; what lost against them is kept in the history.

        `marks` say who changed these fields last, where this undoes a deed.
        """
        staged = self._stage(record_type, record_id, author)
        for name, value in fields.items():
            stands = staged.fields.get(name)
            if name in staged.changed and stands is not None and name not in (superseded or {}):
                staged.superseded.setdefault(name, []).append(stands)
            staged.changed[name] = (staged.changed.get(name, (stands, None))[0], value)
            staged.marks_again.pop(name, None)
            if value is None:
                staged.fields.pop(name, None)
            else:
                staged.fields[name] = value
        for name, lost in (superseded or {}).items():
            staged.superseded.setdefault(name, []).append(lost)
        staged.marks_again.update(marks or {})

    def remove(self, record_type: str, record_id: str, reason: str, author: Author) -> None:
        """Stage a record's end, with the reason that devices are told."""
        self._stage(record_type, record_id, author).removed = reason

    def move(self, record_type: str, record_id: str, bucket: str, author: Author) -> None:
        """Stage a record's move to another bucket: a tombstone there and the row here, in one transaction."""
        self._stage(record_type, record_id, author).bucket = bucket

    def seal(self, now: datetime) -> dict[Key, tuple[str, int]]:
        """Write all that was staged, under the buckets' locks. Gives each record's bucket and seq; commit next.

        Raises ReadStale when a record changed since it was read; the whole transaction is to be run again.
        """
        staged = [one for one in self._staged.values() if one.changed or one.superseded or one.removed or one.moves]
        self.write_rows()
        self._staged, self._read, self._left, self._rows, self._rows_written = {}, {}, {}, [], 0
        if not staged:
            return {}
        touched = {one.bucket for one in staged} | {one.before.bucket for one in staged if one.before}
        buckets = self._locked(sorted(touched))
        self._check_unchanged(staged)
        written = Written(buckets)
        for one in staged:
            written.take(one, self.vault, now)
        written.store(self._session, self.vault)
        return {(one.type, one.id): (one.bucket, one.seq) for one in staged}

    def _stored(self, key: Key) -> records.Stored | None:
        if key not in self._read:
            self.preload([key])
        return self._read[key]

    def _note_undo(self, key: Key) -> None:
        if self._undo is not None and key not in self._undo:
            self._undo[key] = self._staged[key].copy() if key in self._staged else None

    def _stage(self, record_type: str, record_id: str, author: Author) -> Staged:
        key = (record_type, record_id)
        self._note_undo(key)
        if key not in self._staged:
            stored = self._stored(key)
            assert stored is not None, "only a live record can be changed"
            self._staged[key] = Staged(record_type, record_id, stored, stored.bucket, dict(stored.fields), author)
        self._staged[key].author = author
        return self._staged[key]

    def _locked(self, ids: list[str]) -> dict[str, records.Counter]:
        """Take the buckets' counters, and keep everybody else from them until the commit."""
        return records.locked_buckets(self._session, ids, _new_key)

    def _check_unchanged(self, staged: list[Staged]) -> None:
        read = {(one.type, one.id): (one.before.bucket, one.before.seq) for one in staged if one.before}
        # The seq alone is not enough: another bucket may count the same one. What is new is looked for by inserting it.
        if records.places(self._session, list(read)) != read:
            raise ReadStale


def _new_key() -> str:
    return secrets.token_hex(16)
