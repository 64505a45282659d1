"""The real field client and the real server in one process: what only both together can show."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import httpx
import pytest
from flask import Flask

from field_client import enrolment, outbox, overlay, replica, syncing
from field_client.clock import Clock
from field_client.settings import Device, Home
from field_client.store import Store, open_store
from field_client.transport import Transport
from server.app import create_app
from server.extensions import db
from server.settings import Settings
from tests.field_client.conftest import Hands
from tests.server.office import PASSWORD, VILLAGES, Office
from tests.simulation.phone import on_line

HERE = VILLAGES[0]
NOW = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)


@dataclass
class Phone:
    """A device's store, and the office that it speaks to."""

    app: Flask
    home: Home
    device: Device
    key: bytes
    store: Store
    clock: Clock

    def sync(self) -> syncing.Summary:
        with on_line(syncing.connect(self.store, self.device), httpx.WSGITransport(self.app)) as transport:
            return syncing.sync(self.store, transport, self.clock, sleep=lambda seconds: None)

    def edit(self, household: str, **fields: Any) -> None:
        with self.store.transaction():
            outbox.add(self.store, self.clock, type="household", id=household, op="update", bucket=HERE, fields=fields)

    def sees(self, household: str) -> dict[str, Any]:
        found = overlay.one(self.store, "household", household)
        assert found
        return dict(found.fields)

    def outbox(self) -> list[dict[str, Any]]:
        return self.store.rows("SELECT * FROM outbox ORDER BY n")

    def incidents(self) -> list[str]:
        return [row["kind"] for row in self.store.rows("SELECT kind FROM incidents ORDER BY number")]

    def is_level(self) -> bool:
        """Say whether both ends hold the same in every bucket."""
        theirs = replica.server_states(self.store)
        return bool(theirs) and all(replica.state(self.store, name) == state for name, state in theirs.items())

    def copy(self, folder: Path) -> "Phone":
        """Copy the device's files, as a careless backup does."""
        self.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(self.home.path, folder)
        home = Home(folder)
        return Phone(self.app, home, self.device, self.key, open_store(home, self.key), self.clock)


MakePhone = Callable[..., Phone]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    app = create_app(Settings(secret_key="s" * 32, data_dir=tmp_path / "server"), clock=lambda: NOW)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        flask_migrate.upgrade()
    yield Office.found(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def make_phone(office: Office, tmp_path: Path) -> Iterator[MakePhone]:
    made: list[Phone] = []

    def make(user: str = "caseworker1") -> Phone:
        home = Home(tmp_path / f"phone-{len(made)}")
        clock = Hands(at=NOW).clock()
        with on_line(Transport("http://office"), httpx.WSGITransport(office.app)) as transport:
            device, key = enrolment.enrol(
                home, transport, clock, server="http://office", username=user, password=PASSWORD, name=user, pin=None
            )
        made.append(Phone(office.app, home, device, key, open_store(home, key), clock))
        made[-1].sync()
        return made[-1]

    yield make
    for phone in made:
        phone.store.close()
