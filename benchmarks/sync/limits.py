"""The physical limits of this machine for the same rows: COPY, SQLite's executemany, and zstd's bytes."""

import sqlite3
import tempfile
import time
from pathlib import Path

import psycopg
import zstandard


def copy_s(database: str, rows: list[tuple[str, bytes]]) -> float:
    """Time COPY of the rows into one table with a primary key, committed."""
    with psycopg.connect(database.replace("+psycopg", "")) as line, line.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_copy")
        cursor.execute("CREATE TABLE bench_copy (id text PRIMARY KEY, body text)")
        line.commit()
        start = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN") as copy:
            for record_id, body in rows:
                copy.write_row((record_id, body.decode()))
        line.commit()
        return time.perf_counter() - start


def sqlite_s(rows: list[tuple[str, bytes]]) -> float:
    """Time executemany of the rows in one transaction, with WAL and full synchronisation."""
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "limit.db") as line:
        line.execute("PRAGMA journal_mode=WAL")
        line.execute("PRAGMA synchronous=FULL")
        line.execute("CREATE TABLE records (id TEXT PRIMARY KEY, body TEXT)")
        line.commit()
        start = time.perf_counter()
        line.executemany("INSERT INTO records VALUES (?, ?)", ((i, body.decode()) for i, body in rows))
        line.commit()
        return time.perf_counter() - start


def packed_bytes(rows: list[tuple[str, bytes]]) -> int:
    """Count the rows' bytes after zstd -3, as one stream of lines."""
    return len(zstandard.compress(b"\n".join(body for _, body in rows), 3))
