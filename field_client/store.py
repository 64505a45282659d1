"""The encrypted local store: opening it, its transactions, and the few facts that belong to no record.

SQLCipher encrypts every page; `secure_delete` overwrites what is deleted. What the rows mean is left to `replica`
(the server's rows), `outbox` (our changes), `drafts` and `uploads`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from field_client.clock import CHINA, Clock
from field_client.errors import FieldError
from field_client.files import NO_SPACE
from field_client.schema import migrate
from field_client.settings import Home
from field_client.sqlcipher import Database, sqlcipher3
from sync.canonical import moment
from sync.clock import Anchor, Evidence

BUSY_MS = 10_000


@dataclass(frozen=True)
class Store:
    """An open store and the folder that it lies in."""

    db: Database
    home: Home
    key: bytes = field(repr=False)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of a block or nothing of it; blocks may be nested. Raises FieldError("storage.full")."""
        with storage_errors():
            if self.db.conn.in_transaction:
                with self.db.atomic():
                    yield
                return
            self.db.conn.execute("BEGIN IMMEDIATE")  # Take the writer's place at once: no late "busy" in the middle.
            try:
                yield
                self.db.conn.execute("COMMIT")
            except BaseException:
                if self.db.conn.in_transaction:
                    self.db.conn.execute("ROLLBACK")
                raise

    @contextmanager
    def bookkeeping(self) -> Iterator[None]:
        """As `transaction`, for what can be noted later just as well: where the disk is full nothing is done, nor told.

        What was stored before can then still be looked at.
        """
        try:
            with self.transaction():
                yield
        except FieldError as refusal:
            if refusal.code != "storage.full":
                raise

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Read rows as dictionaries."""
        cursor = self.db.conn.execute(sql, values)  # `Database.query` makes three statements of one.
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def value(self, sql: str, *values: Any) -> Any:
        """Read the first column of the first row, or None."""
        row = self.db.conn.execute(sql, values).fetchone()
        return row[0] if row else None

    def get(self, key: str, default: Any = None) -> Any:
        """Read a fact of the store itself."""
        text = self.value("SELECT value FROM meta WHERE key = ?", key)
        return default if text is None else json.loads(text)

    def put(self, key: str, value: Any) -> None:
        """Keep a fact of the store itself; part of the transaction around it, if there is one."""
        text = json.dumps(value, ensure_ascii=False)
        with self.transaction():
            self.db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, text))

    def evidence(self, clock: Clock) -> Evidence:
        """Say what this device knows about now, with the last server time and satellite time that it heard."""
        anchors = [Anchor(**known) if (known := self.get(name)) else None for name in ("anchor", "satellite")]
        return clock.evidence(*anchors)

    def rule_day(self, clock: Clock) -> date:
        """Give the day whose rules count: today, or the last day heard of from the office where the clock is behind it.

        What was heard before a restart counts too: an empty battery sends the clock back to 1970, not the law.
        """
        anchor = self.get("anchor")
        heard = moment(anchor["server_at"]).astimezone(CHINA).date() if anchor else date.min
        return max(clock.today(), heard)

    def close(self) -> None:
        """Close the store; an open transaction is undone."""
        self.db.conn.close()


def open_store(home: Home, store_key: bytes, *, check: bool = True) -> Store:
    """Open the store with its key and bring its tables up to date.

    `check` reads the whole file's structure (0.3 s for 18 MB); a server of pages leaves it out after the first time.
    Raises FieldError("storage.damaged") when the file is not sound or the key is not its own.
    """
    if home.wipe_file.exists():
        raise FieldError("device.wiped")
    connection = sqlcipher3.connect(str(home.store_file), timeout=BUSY_MS / 1000, isolation_level=None)
    with storage_errors():
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{store_key.hex()}'\"")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if check and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise FieldError("storage.damaged")
        db = Database(connection)
        migrate(db)
    home.store_file.chmod(0o600)
    return Store(db, home, store_key)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what the disk and SQLite say about room and soundness into a refusal; all else is a bug and goes on."""
    try:
        yield
    except sqlcipher3.DatabaseError as error:
        code = _REFUSALS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if code is None:
            raise
        raise FieldError(code) from error
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        raise FieldError("storage.full") from error


# SQLite's primary result codes: FULL and IOERR (a write that failed, most often for want of room), BUSY, CORRUPT, NOTADB.
_REFUSALS = {13: "storage.full", 10: "storage.full", 5: "storage.busy", 11: "storage.damaged", 26: "storage.damaged"}
