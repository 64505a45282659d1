"""Loading the sample county through the one door, beside the bare SQLite insert of the same record bodies."""

import sqlite3
import tempfile
import time
from datetime import date
from pathlib import Path

import flask_migrate

from benchmarks.report import Row
from server.app import create_app
from server.sample.households import generate
from server.services import sample_county
from server.settings import Settings
from server.transaction import parts, transact
from sync.canonical import dumps

HOUSEHOLDS = 5_000
GOAL_SECONDS_PER_100_000 = 600


def rows() -> list[Row]:
    """Measure records per second, with checks, history, index and sums, against rows alone."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, records = _through_the_door(Path(folder))
        bare = _bare(Path(folder) / "bare.db")
    whole = seconds / HOUSEHOLDS * 100_000
    goal = f"< {GOAL_SECONDS_PER_100_000} s"
    return [
        Row("100,000 households, from a run of 5,000", "s", whole, None, None, goal, whole < GOAL_SECONDS_PER_100_000),
        Row("a thousand records", "ms", seconds / records * 1e6, bare / records * 1e6, "bare SQLite", "(limit)", True),
    ]


def _through_the_door(folder: Path) -> tuple[float, int]:
    app = create_app(Settings(secret_key="b" * 32, data_dir=folder))
    with app.app_context():
        flask_migrate.upgrade()
        now = parts().clock()
        transact(lambda ledger: sample_county.load_office(ledger, now=now))
        start = time.perf_counter()
        loaded = list(sample_county.load_households(transact, seed=1, count=HOUSEHOLDS, now=now))
        return time.perf_counter() - start, loaded[-1].records


def _bare(path: Path) -> float:
    """Generate the same records and only put their bytes into a table."""
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE record (type TEXT, id TEXT, body BLOB, PRIMARY KEY (type, id))")
        start = time.perf_counter()
        drafts = generate(1, HOUSEHOLDS, date(2026, 7, 1))
        plain.executemany("INSERT INTO record VALUES (?, ?, ?)", ((d.type, d.id, dumps(d.fields)) for d in drafts))
    return time.perf_counter() - start
