"""The same facts in a plain SQLite file, asked for by one or two queries: the limit of what a page can cost."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.field.device import Scene
from field_client.search import FIRST_HITS
from field_client.store import open_store

TABLES = """
CREATE TABLE household (id TEXT PRIMARY KEY, bucket TEXT, number TEXT, address TEXT, head TEXT);
CREATE INDEX household_listed ON household (bucket, number, id);
CREATE TABLE visit (id TEXT PRIMARY KEY, household TEXT, started_at TEXT, state TEXT, body TEXT);
CREATE INDEX visit_listed ON visit (started_at);
CREATE INDEX visit_state ON visit (state);
CREATE INDEX visit_household ON visit (household);
CREATE TABLE task (id TEXT PRIMARY KEY, household TEXT, due_on TEXT, title TEXT);
CREATE INDEX task_due ON task (due_on);
CREATE TABLE photo (sha256 TEXT PRIMARY KEY, visit TEXT, state TEXT);
CREATE INDEX photo_state ON photo (state);
CREATE VIRTUAL TABLE search USING fts5(words, initials, tails, tokenize='unicode61', prefix='2 3 4');
"""
PAGES = {
    "home": "SELECT * FROM task JOIN household ON household.id = household ORDER BY due_on LIMIT 60",
    "households": "SELECT * FROM household ORDER BY bucket, number, id LIMIT 50",
    "households, the last page": "SELECT * FROM household ORDER BY bucket, number, id LIMIT 50 OFFSET 15950",
    "a household": "SELECT * FROM household LEFT JOIN visit ON household = household.id WHERE household.id = :household",
    "visits": "SELECT * FROM visit JOIN household ON household.id = household ORDER BY started_at DESC LIMIT 50",
    "a sealed visit": "SELECT * FROM visit WHERE id = :visit",
    "tasks": "SELECT * FROM task JOIN household ON household.id = household ORDER BY due_on LIMIT 50",
    "sync": "SELECT * FROM visit WHERE state = 'waiting' ORDER BY started_at DESC LIMIT 30",
    "storage": "SELECT count(*) FROM photo",
    "the strip alone": "SELECT count(*) FROM photo WHERE state = 'waiting'",
}


@dataclass
class Plain:
    """The plain file, open."""

    path: Path
    db: sqlite3.Connection
    values: dict[str, Any]

    def ask(self, what: str) -> list[Any]:
        """Ask for what a page shows."""
        return self.db.execute(PAGES[what], self.values).fetchall()

    def find(self, text: str) -> list[Any]:
        """Search as the device does."""
        parts = " ".join(text)
        wanted = {True: f'words : "{parts}"', False: f'initials : "{text}" * OR words : "{text}" *'}[not text.isascii()]
        if text.isdigit():
            wanted = f'tails : "{text[::-1]}" * OR words : "{text}" *'
        return self.db.execute(
            "SELECT household.* FROM search JOIN household ON household.rowid = search.rowid WHERE search MATCH ?"
            " ORDER BY rank LIMIT ?",
            (wanted, FIRST_HITS),
        ).fetchall()


@contextlib.contextmanager
def beside(found: Scene) -> Iterator[Plain]:
    """Copy what the device holds into a plain file."""
    path = found.home.path / "plain.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(TABLES)
        _copy(found, db)
        yield Plain(path, db, {"household": found.household, "visit": found.visit})


def first_look(path: Path) -> list[Any]:
    """Open the file and ask for what the home page shows."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(PAGES["home"]).fetchall()


def _copy(found: Scene, db: sqlite3.Connection) -> None:
    store = open_store(found.home, found.store_key, check=False)
    try:
        heads = {row["id"]: row["name"] for row in store.rows(_NAMES)}
        for row in store.rows(
            "SELECT entry, id, records.bucket, body FROM records JOIN search_entries ON household_id = id"
            " WHERE type = 'household'"
        ):
            body = json.loads(row["body"])
            values = (
                row["entry"],
                row["id"],
                row["bucket"],
                body["number"],
                body["address"],
                heads.get(body["head_id"]),
            )
            db.execute(
                "INSERT INTO household (rowid, id, bucket, number, address, head) VALUES (?, ?, ?, ?, ?, ?)", values
            )
        for row in store.rows("SELECT rowid, words, initials, tails FROM search"):
            db.execute("INSERT INTO search (rowid, words, initials, tails) VALUES (?, ?, ?, ?)", tuple(row.values()))
        for row in store.rows("SELECT visit_id, household_id, started_at, state, line FROM standings"):
            db.execute("INSERT INTO visit VALUES (?, ?, ?, ?, ?)", tuple(row.values()))
        for row in store.rows(
            "SELECT id, json_extract(body, '$.household_id'), json_extract(body, '$.due_on'), json_extract(body, '$.title')"
            " FROM records WHERE type = 'visit_task'"
        ):
            db.execute("INSERT INTO task VALUES (?, ?, ?, ?)", tuple(row.values()))
        for row in store.rows("SELECT sha256, visit_id, state FROM blobs"):
            db.execute("INSERT INTO photo VALUES (?, ?, ?)", tuple(row.values()))
        db.commit()
    finally:
        store.close()


_NAMES = "SELECT id, json_extract(body, '$.name') AS name FROM records WHERE type = 'person'"
