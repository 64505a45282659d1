"""What the office committed, in order: read from its database file by a connection of its own, after every commit.

The checkers reason over this log, so it takes nothing from the code that merges, numbers or pages.
"""

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from server.adapters.vault import Vault
from tests.simulation.sums import canonical


class Entry(NamedTuple):
    """A record as one commit left it in a bucket; `fields` is None where it left the bucket, and `text` is empty."""

    commit: int
    bucket: str
    seq: int
    type: str
    id: str
    fields: dict[str, Any] | None
    text: bytes = b""  # the fields as they travel


@dataclass(frozen=True)
class Commit:
    """One transaction: who caused it, in which step, what it wrote, and up to which n it took each device's mutations."""

    index: int
    step: int
    by: str
    heads: dict[str, tuple[int, int]]
    entries: tuple[Entry, ...]
    applied: dict[str, tuple[int, int]]


@dataclass
class Log:
    """All commits so far."""

    file: Path
    vault: Vault
    commits: list[Commit] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    of_bucket: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, int] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._db = sqlite3.connect(self.file)
        self._db.row_factory = sqlite3.Row
        self._read: dict[tuple[Any, ...], tuple[dict[str, Any], bytes]] = {}
        self._live: tuple[int, dict[tuple[str, str], Entry]] = (-1, {})

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Read what is committed now."""
        return self._db.execute(sql, values).fetchall()

    def commit(self) -> None:
        """Commit what a checker changed on purpose."""
        self._db.commit()
        self._live = (-1, {})  # The version of the file counts what others write.

    def look(self, by: str, step: int) -> None:
        """Note what was committed since the last look."""
        index = len(self.commits)
        heads = {
            row["id"]: (self.heads.get(row["id"], 0), row["head"])
            for row in self.rows("SELECT id, head FROM bucket")
            if row["head"] != self.heads.get(row["id"], 0)
        }
        taken = self.rows("SELECT device_id, max(applied_n) AS n FROM installation GROUP BY device_id")
        applied = {
            row["device_id"]: (self.applied.get(row["device_id"], 0), row["n"])
            for row in taken
            if row["n"] != self.applied.get(row["device_id"], 0)
        }
        if not heads and not applied:
            return
        entries = [one for bucket, (since, _) in sorted(heads.items()) for one in self._entries(index, bucket, since)]
        self.commits.append(Commit(index, step, by, heads, tuple(entries), applied))
        self.entries += entries
        for one in entries:
            self.of_bucket[one.bucket].append(one)
        self.heads |= {bucket: head for bucket, (_, head) in heads.items()}
        self.applied |= {device: n for device, (_, n) in applied.items()}

    def of(self, type: str, id: str) -> list[Entry]:
        """Give a record's whole past, oldest first; within a commit, where it left before where it went."""
        mine = [one for one in self.entries if (one.type, one.id) == (type, id)]
        return sorted(mine, key=lambda one: (one.commit, one.fields is not None))

    def state_at(self, bucket: str, cursor: int) -> dict[tuple[str, str], Entry]:
        """Give a bucket's live records as they stood at a seq."""
        found: dict[tuple[str, str], Entry] = {}
        for one in self.of_bucket[bucket]:
            if one.seq <= cursor:
                found[one.type, one.id] = one
        return {key: one for key, one in found.items() if one.fields is not None}

    def live(self) -> dict[tuple[str, str], Entry]:
        """Give every live record as it stands now."""
        version = self.rows("PRAGMA data_version")[0][0]
        if version != self._live[0]:
            rows = self.rows("SELECT type, id, bucket, seq, body, sealed FROM record")
            now = len(self.commits)
            self._live = (version, {(row["type"], row["id"]): self._entry(now, row["bucket"], row) for row in rows})
        return self._live[1]

    def _entries(self, index: int, bucket: str, since: int) -> list[Entry]:
        live = self.rows(
            "SELECT type, id, seq, body, sealed FROM record WHERE bucket = ? AND seq > ? ORDER BY seq", bucket, since
        )
        gone = self.rows("SELECT type, id, seq FROM tombstone WHERE bucket = ? AND seq > ?", bucket, since)
        found = [self._entry(index, bucket, row) for row in live]
        found += [Entry(index, bucket, row["seq"], row["type"], row["id"], None) for row in gone]
        return sorted(found, key=lambda one: one.seq)

    def _entry(self, index: int, bucket: str, row: sqlite3.Row) -> Entry:
        written = (row["type"], row["id"], row["body"], row["sealed"])
        if written not in self._read:  # The same bytes again are read but once.
            self._read[written] = self._opened(*written)
        return Entry(index, bucket, row["seq"], row["type"], row["id"], *self._read[written])

    def _opened(self, type: str, id: str, body: bytes, sealed: bytes | None) -> tuple[dict[str, Any], bytes]:
        fields = json.loads(body)
        if sealed is not None:
            fields |= json.loads(self.vault.open(sealed, f"{type}/{id}"))
        return fields, canonical(fields)


def held_work(log: Log) -> list[dict[str, Any]]:
    """Read every mutation that was held whole, whatever became of it."""
    rows = log.rows("SELECT id, mutation FROM held_work")
    return [json.loads(log.vault.open(row["mutation"], f"held_work/{row['id']}")) for row in rows]
