"""Copies of what only this device has, made by themselves, from which a broken store is built anew.

A snapshot holds what no office could give again: changes that are not safe there yet, drafts, what is known of photos, the
counters and keys. It is an encrypted database under the store's own key, beside it, and small: the register is not in it.
Taking one costs what was changed; only the newest ones stay. Building a store anew from them is `rebuilding`.
"""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from field_client.clock import Clock
from field_client.schema import migrate
from field_client.settings import Home
from field_client.sqlcipher import Database, sqlcipher3
from field_client.store import Store, storage_errors

KEPT = 3
TABLES = ("meta", "outbox", "installations", "accepted", "drafts", "forms_in_use", "blobs", "incidents")
"""What a snapshot holds, in an order in which nothing is named before it is there."""
ROOM_BYTES = 32 * 1024 * 1024  # Where less is left, room is for work and not for copies of it.
_STATE = "snapshot_of"


def take(store: Store, clock: Clock) -> Path | None:
    """Take a snapshot where something has changed since the last one; gives its file.

    It is written beside the others and gets its name when it is whole; a full disk leaves the older ones as they are.
    """
    state = _state(store)
    if store.get(_STATE) == state or store.home.disk().free < ROOM_BYTES:
        return None
    folder = store.home.snapshots
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{_number(store.home):08d}-{clock.wall():%Y%m%dT%H%M%S}.db"
    beside = path.with_suffix(".part")
    beside.unlink(missing_ok=True)
    with storage_errors():
        _write(store, beside)
        beside.replace(path)
    for old in listed(store.home)[KEPT:]:
        old.unlink()
    with store.bookkeeping():
        store.put(_STATE, state)
    return path


def listed(home: Home) -> list[Path]:
    """List the snapshots, the newest first: by their numbers, for a clock may have been set back."""
    return sorted(home.snapshots.glob("*.db"), reverse=True)


def forget(store: Store) -> None:
    """Destroy all snapshots: what they hold must not outlast its place in the store."""
    for path in store.home.snapshots.glob("*"):
        with path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    store.put(_STATE, None)


def taken_at(path: Path) -> datetime:
    """Tell when a snapshot was taken, by this device's clock."""
    return datetime.strptime(path.stem.partition("-")[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _number(home: Home) -> int:
    """Number the next snapshot."""
    newest = next(iter(listed(home)), None)
    return int(newest.name.partition("-")[0]) + 1 if newest else 1


def keyed(path: Path, store_key: bytes) -> sqlcipher3.Connection:
    """Open an encrypted file under the store's key."""
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{store_key.hex()}'\"")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _state(store: Store) -> list[Any]:
    """Name how things stand: a change, an answer, an edit of a draft or a photo makes it another one."""
    questions = (
        "SELECT coalesce(max(n), 0) FROM outbox",
        "SELECT count(*) FROM outbox WHERE outcome = ''",
        "SELECT group_concat(id || updated_at) FROM (SELECT id, updated_at FROM drafts ORDER BY id)",
        "SELECT count(*) || ' ' || coalesce(sum(state = 'sent'), 0) FROM blobs",
    )
    return [store.value(question) for question in questions]


def _write(store: Store, path: Path) -> None:
    """Copy the tables as they stand at one moment; a reader is in no writer's way."""
    with closing(keyed(path, store.key)) as target:
        migrate(Database(target))
        target.execute("BEGIN")
        store.db.conn.execute("BEGIN")
        try:
            for table in TABLES:
                copy(store.rows(f"SELECT * FROM {table}"), table, target)  # noqa: S608 - a constant
        finally:
            store.db.conn.execute("ROLLBACK")
        target.execute("COMMIT")
    path.chmod(0o600)


def copy(rows: list[dict[str, Any]], table: str, target: sqlcipher3.Connection) -> None:
    """Put rows into a table, in the place of those with the same key."""
    if not rows:
        return
    names = ", ".join(rows[0])
    places = ", ".join("?" * len(rows[0]))
    sql = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - names of our own tables
    target.executemany(sql, [tuple(row.values()) for row in rows])
