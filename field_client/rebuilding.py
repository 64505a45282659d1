"""Building a broken store anew: from what is still readable in it, and from a snapshot where it is not.

What came after the snapshot is not lost with it: each table is read from the broken file, whole where it can be, else row by
row; only gaps are filled from the snapshot. The register comes back with the next sync. The broken file is kept, for whoever
can read more of it. What the office must make of a store that went back in time is in docs/sync-protocol.md, "Up".
"""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from field_client import chain, drafts, incidents, outbox, snapshots
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.files import flush_folder
from field_client.settings import Home
from field_client.sqlcipher import sqlcipher3
from field_client.store import Store, open_store, storage_errors

BEYOND = 5_000  # Rows that a broken table may have had beyond the last one that is known.


@dataclass(frozen=True)
class Rebuilt:
    """What was done: the tables read whole, those with gaps, when the snapshot was taken, and what the store holds now."""

    whole: list[str]
    with_gaps: list[str]
    snapshot_at: str
    drafts: int
    waiting: int
    kept_as: str


def rebuild(home: Home, store_key: bytes, clock: Clock) -> Rebuilt:
    """Build the store anew and put it in the place of the broken one.

    Raises FieldError("storage.sound") where nothing is broken, "snapshot.none" where nothing could be read at all.
    """
    if _is_sound(home, store_key):
        raise FieldError("storage.sound")
    fresh = Home(home.path / "rebuilding")
    fresh.media.mkdir(parents=True, exist_ok=True)
    for leftover in fresh.path.glob(f"{fresh.store_file.name}*"):
        leftover.unlink()
    store = open_store(fresh, store_key, check=False)
    try:
        with storage_errors():
            whole, with_gaps, snapshot = _fill(store, home, store_key)
            _settle(store, clock, with_gaps)
        drafts_count, waiting = drafts.count(store), outbox.waiting_count(store)
        store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        store.close()
    kept_as = _exchange(home, fresh, clock)
    taken = snapshots.taken_at(snapshot).isoformat() if snapshot else ""
    return Rebuilt(whole, with_gaps, taken, drafts_count, waiting, kept_as)


def _is_sound(home: Home, store_key: bytes) -> bool:
    try:
        open_store(home, store_key).close()
    except FieldError as refusal:
        if refusal.code == "storage.damaged":
            return False
        raise
    return True


def _fill(store: Store, home: Home, store_key: bytes) -> tuple[list[str], list[str], Path | None]:
    broken = Broken(home.store_file, store_key)
    taken = next(iter(snapshots.listed(home)), None)
    earlier = Broken(taken, store_key) if taken else None
    whole, with_gaps = [], []
    with contextlib.closing(broken), store.transaction():
        for table in snapshots.TABLES:
            rows = broken.all_rows(table)
            if rows is None:
                with_gaps.append(table)
                if earlier:
                    snapshots.copy(earlier.all_rows(table) or [], table, store.db.conn)
                last = int(store.value(f"SELECT coalesce(max(rowid), 0) FROM {table}"))  # noqa: S608 - a constant
                rows = list(broken.each_row(table, last + BEYOND))
            else:
                whole.append(table)
            snapshots.copy(rows, table, store.db.conn)
    if earlier:
        earlier.close()
    if store.get("keys") is None:
        raise FieldError("snapshot.none")
    return whole, with_gaps, taken if with_gaps else None


def _settle(store: Store, clock: Clock, with_gaps: list[str]) -> None:
    """Make what came from two moments one: what is sealed is no draft, and no number is given twice."""
    with store.transaction():
        store.db.execute("DELETE FROM drafts WHERE id IN (SELECT id FROM outbox WHERE type IN ('visit', 'amendment'))")
        highest = store.value("SELECT coalesce(max(n), 0) FROM outbox")
        store.put("last_n", max(store.get("last_n", 0), highest))
        mine = store.get("installation", 1)
        number = store.value("SELECT coalesce(max(number), 0) FROM outbox WHERE installation = ?", mine)
        store.put("last_number", max(store.get("last_number", 0), number))
        chain.doubt(store, clock.now())
        incidents.note(store, "rebuilt", {"gaps": with_gaps}, clock)


def _exchange(home: Home, fresh: Home, clock: Clock) -> str:
    """Put the new file in the place of the broken one, which keeps a name that tells what it is."""
    kept = home.path / f"broken-{clock.wall():%Y%m%dT%H%M%S}.db"
    for suffix in ("-wal", "-shm", ""):
        old = home.path / (home.store_file.name + suffix)
        if old.exists():
            old.rename(home.path / (kept.name + suffix))
    fresh.store_file.rename(home.store_file)
    shutil.rmtree(fresh.path)
    flush_folder(home.path)
    return kept.name


class Broken:
    """A file of which some pages cannot be read. After an unreadable page SQLCipher reads no more: it is opened anew."""

    def __init__(self, path: Path, store_key: bytes) -> None:
        self._path, self._key = path, store_key
        self._open = snapshots.keyed(path, store_key)

    def all_rows(self, table: str) -> list[dict[str, Any]] | None:
        """Give all rows of a table, or None where one of its pages cannot be read."""
        return self._asked(f"SELECT * FROM {table}")  # noqa: S608 - a constant

    def each_row(self, table: str, upto: int) -> Iterator[dict[str, Any]]:
        """Give each row of a table that can be read, looking at every place up to one."""
        for place in range(1, upto + 1):
            yield from self._asked(f"SELECT * FROM {table} WHERE rowid = {place}") or []  # noqa: S608 - a number

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    def _asked(self, sql: str) -> list[dict[str, Any]] | None:
        try:
            cursor = self._open.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        except sqlcipher3.DatabaseError:
            self._open.close()
            self._open = snapshots.keyed(self._path, self._key)
            return None
