"""The parts that are made without an app and bound in app.py: the database and its migrations."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event

from server.models import Base

MIGRATIONS = Path(__file__).parent.parent / "migrations"

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
migrate = Migrate(directory=str(MIGRATIONS), render_as_batch=True)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Give an embedded database the semantics of a server: real transactions, one writer, durable commits."""
    if not isinstance(connection, SqliteConnection):
        return
    connection.isolation_level = None  # We say BEGIN ourselves, below.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at the start of a writing transaction, so that it can never fail halfway for being late."""
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
