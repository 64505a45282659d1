"""A server for each test: a database of its own, a clock that stands still until told.

Storage on SQLite and on PostgreSQL has one contract: every test runs on both, except those marked `sqlite_only` or
`postgresql_only`, which are about what only that one does.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from tests.server.clock import MONDAY, StillClock
from tests.server.databases import FOUNDED, MIGRATED, Databases, Embedded, Served, dispose, served, settings_in
from tests.server.office import Office

__all__ = ["MONDAY", "StillClock", "dispose", "settings_in"]


DATABASES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that uses a database on both."""
    marks = {one for one in DATABASES if metafunc.definition.get_closest_marker(f"{one}_only")}
    if "databases" in metafunc.fixturenames:
        metafunc.parametrize("databases", [one for one in DATABASES if one in (marks or DATABASES)], indirect=True)


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    """SQLite, with its templates."""
    return Embedded(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The PostgreSQL of `make services`, with the databases of this run."""
    found = served(tmp_path_factory.mktemp("served"))
    yield found
    found.end()


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Databases:
    """Where this test's servers keep their data."""
    kind = getattr(request, "param", "sqlite")
    found: Databases = request.getfixturevalue("postgresql" if kind == "postgresql" else "embedded")
    return found


@pytest.fixture
def clock() -> StillClock:
    """The server's clock."""
    return StillClock()


@pytest.fixture
def make_server(databases: Databases, tmp_path: Path, clock: StillClock) -> Iterator[Callable[..., Flask]]:
    """Start a server over a folder of this test; again over the same folder is a restart."""
    started: list[Flask] = []
    folders: set[Path] = set()

    def make(name: str = "server", *, like: str = MIGRATED, **more: object) -> Flask:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        more = {"database_url": databases.place(folder, like), **more}
        folders.add(folder)
        app = create_app(settings_in(folder, **more), clock=clock)
        app.testing = True
        app.config["PROPAGATE_EXCEPTIONS"] = False
        started.append(app)
        return app

    yield make
    for app in started:
        dispose(app)
    for folder in folders:
        databases.give_back(folder)


@pytest.fixture
def app(make_server: Callable[..., Flask], request: pytest.FixtureRequest) -> Flask:
    """A server: empty, unless the test asks for an office."""
    return make_server(like=FOUNDED if "office" in request.fixturenames else MIGRATED)


@pytest.fixture
def office(app: Flask, databases: Databases) -> Office:
    """A small office: two townships with two villages each, staff of every role, a household in each village."""
    assert databases.office is not None
    return replace(databases.office, app=app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client of the server."""
    return app.test_client()
