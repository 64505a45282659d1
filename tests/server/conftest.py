"""A server for each test: a migrated database copied from a template, a clock that stands still until told."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.extensions import db
from server.settings import Settings
from tests.server.office import Office

MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)


@dataclass
class StillClock:
    """A clock that a test moves by hand."""

    at: datetime = field(default=MONDAY)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


def settings_in(folder: Path, **more: Any) -> Settings:
    """The settings of a server that lives in a folder."""
    return Settings(secret_key="s" * 32, data_dir=folder, **more)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database, made once; tests copy it."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(settings_in(folder))
    with app.app_context():
        flask_migrate.upgrade()
    dispose(app)
    return folder / "office.db"


@pytest.fixture(scope="session")
def founded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Office]:
    """A database with a small office in it, made once; tests copy it."""
    folder = tmp_path_factory.mktemp("founded")
    shutil.copy(template, folder / "office.db")
    app = create_app(settings_in(folder), clock=StillClock())
    office = Office.found(app)
    dispose(app)
    return folder / "office.db", office


@pytest.fixture
def clock() -> StillClock:
    """The server's clock."""
    return StillClock()


@pytest.fixture
def make_server(template: Path, tmp_path: Path, clock: StillClock) -> Iterator[Callable[..., Flask]]:
    """Start a server over a folder of this test; again over the same folder is a restart."""
    started: list[Flask] = []

    def make(name: str = "server", *, database: Path = template, **more: Any) -> Flask:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        if not (folder / "office.db").exists():
            shutil.copy(database, folder / "office.db")
        app = create_app(settings_in(folder, **more), clock=clock)
        app.testing = True
        app.config["PROPAGATE_EXCEPTIONS"] = False
        started.append(app)
        return app

    yield make
    for app in started:
        dispose(app)


@pytest.fixture
def app(make_server: Callable[..., Flask], request: pytest.FixtureRequest) -> Flask:
    """A server: empty, unless the test asks for an office."""
    if "office" in request.fixturenames:
        return make_server(database=request.getfixturevalue("founded")[0])
    return make_server()


@pytest.fixture
def office(app: Flask, founded: tuple[Path, Office]) -> Office:
    """A small office: two townships with two villages each, staff of every role, a household in each village."""
    return replace(founded[1], app=app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client of the server."""
    return app.test_client()


def dispose(app: Flask) -> None:
    """Close a server's database connections."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
