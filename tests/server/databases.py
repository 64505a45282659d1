"""The two databases that an office may live in, with one contract: tests ask for a fresh one by what is to be in it.

SQLite: a database is a file in the server's folder, and a fresh one is a copy. PostgreSQL, where `make services` has
started it: a database is put back to how it was made, which takes a few milliseconds, where making one takes half a second.
"""

import gc
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import flask_migrate
import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from backing.addresses import addresses
from server.app import create_app
from server.extensions import db
from server.settings import Settings
from tests.server.clock import StillClock
from tests.server.office import Office

BARE, MIGRATED, FOUNDED = "bare", "migrated", "founded"
PREFIX = "zsb_test_"
NUMBERS = itertools.count(1)  # of this process; its own number stands before, so no two name the same database


def settings_in(folder: Path, **more: Any) -> Settings:
    """The settings of a server that lives in a folder."""
    return Settings(secret_key="s" * 32, data_dir=folder, **more)


def dispose(app: Flask) -> None:
    """Close a server's database connections, also one that an answer holds which a test did not read to its end."""
    with app.app_context():
        db.session.remove()
        pool: Any = db.engine.pool
        if pool.checkedout():
            gc.collect()
        db.engine.dispose()


class Databases(Protocol):
    """Where servers of tests keep their data."""

    office: Office | None

    def place(self, folder: Path, like: str) -> str:
        """Put a database into a folder unless it has one: bare, migrated or founded. Gives ZSB_DATABASE_URL."""

    def give_back(self, folder: Path) -> None:
        """End a folder's database; its servers are closed."""


@dataclass
class Embedded:
    """SQLite files, copied from templates."""

    templates: Path
    office: Office | None = None

    def place(self, folder: Path, like: str) -> str:
        """Copy a template."""
        database = folder / "office.db"
        if not database.exists() and like == BARE:
            database.touch()
        elif not database.exists():
            shutil.copy(self._template(like), database)
        return ""

    def give_back(self, folder: Path) -> None:
        """Leave the file to the folder."""

    def _template(self, like: str) -> Path:
        folder = self.templates / like
        if not folder.exists():
            folder.mkdir()
            if like == FOUNDED:
                self.place(folder, MIGRATED)
            self.office = _filled(settings_in(folder), like) or self.office
        return folder / "office.db"


@dataclass
class Served:
    """Databases of a PostgreSQL service; each folder's has a number, and one that is given back is used again."""

    address: str
    folder: Path
    office: Office | None = None
    _templates: dict[str, str] = field(default_factory=dict)
    _used: dict[Path, tuple[str, str]] = field(default_factory=dict)
    _free: dict[str, list[str]] = field(default_factory=dict)

    def place(self, folder: Path, like: str) -> str:
        """Make a database like a template, or put a used one back to how it was made."""
        if folder not in self._used:
            free = self._free.get(like)
            self._used[folder] = (free.pop() if free else self._make(like), like)
        return self._url(self._used[folder][0])

    def give_back(self, folder: Path) -> None:
        """Put the database back to how it was made; one whose tables were altered is dropped."""
        name, like = self._used.pop(folder)
        with self._connected(name) as connection:
            connection.execute(CUT_OTHERS)
            is_altered = like == BARE or connection.execute("SELECT EXISTS (SELECT FROM kept.altered)").fetchone() == (
                True,
            )
            if not is_altered:
                connection.execute(PUT_BACK)
        if is_altered:
            self._drop(name)
        else:
            self._free.setdefault(like, []).append(name)

    def end(self) -> None:
        """Drop everything that was made here."""
        for name in (*self._templates.values(), *(one for names in self._free.values() for one in names)):
            self._drop(name)

    def drop_left_behind(self) -> None:
        """Drop the databases of test runs that were killed."""
        with self._connected("postgres") as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
            names = [name for (name,) in found if not _is_alive(int(name.removeprefix(PREFIX).split("_")[0]))]
        for name in names:
            self._drop(name)

    def _make(self, like: str) -> str:
        if like == BARE:
            return self._create("template0", LINGUISTIC)
        return self._create(self._template(like))

    def _template(self, like: str) -> str:
        if like not in self._templates:
            name = self._create("template0", LINGUISTIC) if like == MIGRATED else self._create(self._template(MIGRATED))
            self.office = _filled(settings_in(self.folder, database_url=self._url(name)), like) or self.office
            with self._connected(name) as connection:
                connection.execute(KEEP)
            self._templates[like] = name
        return self._templates[like]

    def _create(self, template: str, how: str = "") -> str:
        name = f"{PREFIX}{os.getpid()}_{next(NUMBERS)}"
        with self._connected("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {how}".encode())
        return name

    def _drop(self, name: str) -> None:
        with self._connected("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def _url(self, name: str) -> str:
        return f"{self.address.rpartition('/')[0]}/{name}?options={quote('-c synchronous_commit=off')}"

    @contextmanager
    def _connected(self, name: str) -> Iterator[psycopg.Connection[Any]]:
        plain = self._url(name).replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            yield connection


def refuse_rows(session: Session, table: str) -> None:
    """Let the database itself refuse every new row of a table, in its own way."""
    fault = "BEGIN SELECT RAISE(ABORT, 'fault'); END"
    if session.get_bind().dialect.name == "postgresql":
        body = "'BEGIN RAISE integrity_constraint_violation; END'"
        session.execute(text(f"CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS {body}"))
        fault = "FOR EACH ROW EXECUTE FUNCTION fault()"
    session.execute(text(f"CREATE TRIGGER fault BEFORE INSERT ON {table} {fault}"))


# The harder case, and what an office in China may have: text is not ordered by its bytes.
LINGUISTIC = "LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN'"

CUT_OTHERS = b"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

# Keeps a copy of what is in the tables, and notes from now on whether a test alters the tables themselves.
KEEP = b"""
DROP EVENT TRIGGER IF EXISTS notes_alterations;
DROP SCHEMA IF EXISTS kept CASCADE;
CREATE SCHEMA kept;
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', one.name);
  END LOOP;
END $$;
CREATE TABLE kept.altered (what text);
CREATE FUNCTION kept.note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO kept.altered VALUES (tg_tag); END';
CREATE EVENT TRIGGER notes_alterations ON ddl_command_end EXECUTE FUNCTION kept.note();
"""

PUT_BACK = b"""
DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%1$I', one.name);
    EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', one.name);
  END LOOP;
END $$
"""


def _filled(settings: Settings, like: str) -> Office | None:
    """Migrate an empty database, or found an office in a migrated one."""
    app = create_app(settings, clock=StillClock())
    try:
        if like == FOUNDED:
            return Office.found(app)
        with app.app_context():
            flask_migrate.upgrade()
        return None
    finally:
        dispose(app)


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def served(folder: Path) -> Served:
    """Give the PostgreSQL of `make services`; without it the test is skipped."""
    address = addresses().get("postgresql")
    if address is None:
        pytest.skip("needs PostgreSQL: make services")
    found = Served(address, folder)
    found.drop_left_behind()
    return found
