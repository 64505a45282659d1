"""A device of every schema ever shipped still delivers its work after the office moved on, and loses nothing itself."""

import json
import lzma
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import httpx
import pytest
from flask import Flask

from field_client import blobs, drafts, outbox, overlay, replica, status, syncing
from field_client.clock import Clock
from field_client.schema import STEPS
from field_client.settings import Device, Home, load_device
from field_client.store import Store, open_store
from field_client.unlock import open_with_pin
from server.app import create_app
from server.extensions import db
from server.settings import Settings
from sync.frames import Acks, frames
from sync.protocol import SCHEMA
from tests.simulation.clocks import Hands, Time
from tests.simulation.phone import on_line
from tests.simulation.places import BEGINNING

SAVED = sorted(path for path in Path(__file__).parent.iterdir() if (path / "facts.json").exists())
Started = Callable[..., Flask]


@dataclass
class Saved:
    """A device as it was saved, opened by this release."""

    facts: dict[str, Any]
    home: Home
    device: Device
    store: Store
    clock: Clock

    def sync(self, app: Flask) -> syncing.Summary:
        with on_line(syncing.connect(self.store, self.device), httpx.WSGITransport(app)) as transport:
            return syncing.sync(self.store, transport, self.clock, sleep=lambda seconds: None)


@pytest.fixture
def time() -> Time:
    return Time(BEGINNING + timedelta(days=400))


@pytest.fixture(params=SAVED, ids=lambda path: f"schema {path.name}")
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def saved(folder: Path, tmp_path: Path, time: Time) -> Iterator[Saved]:
    facts, home = json.loads((folder / "facts.json").read_text()), Home(tmp_path / "home")
    with tarfile.open(folder / "home.tar") as archive:
        archive.extractall(home.path, filter="data")
    store = open_store(home, open_with_pin(home, facts["pin"]))
    yield Saved(facts, home, load_device(home), store, Hands(time, boot=9).clock())
    store.close()


@pytest.fixture
def start(folder: Path, tmp_path: Path, time: Time) -> Iterator[Started]:
    """Start this release's office over the database of that day, with some settings."""
    started: list[Flask] = []

    def make(**settings: Any) -> Flask:
        data = tmp_path / "office"
        data.mkdir()
        (data / "office.db").write_bytes(lzma.decompress((folder / "office.db.xz").read_bytes()))
        app = create_app(Settings(secret_key="s" * 32, data_dir=data, **settings), clock=time)
        with app.app_context():
            flask_migrate.upgrade()
        started.append(app)
        return app

    yield make
    for app in started:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_the_store_is_brought_up_to_date_with_all_that_was_in_it(saved: Saved):
    assert saved.store.value("PRAGMA user_version") == len(STEPS)
    assert outbox.waiting_count(saved.store) == saved.facts["waiting"]
    assert overlay.one(saved.store, "household", saved.facts["household"]).fields["remarks"] == "第一版备注"
    assert overlay.one(saved.store, "visit", saved.facts["visit"]).fields["answers"]["note"] == "第一版走访"
    assert drafts.get(saved.store, saved.facts["draft"]).document["answers"]["note"] == "第一版草稿"
    assert len(blobs.waiting(saved.store)) == 4


def test_its_work_arrives_with_its_photos_and_the_receipt_comes_back(saved: Saved, start: Started):
    summary = saved.sync(start())
    assert (summary.failure, summary.refused, summary.held) == (None, 0, 1), "the corrected name waits for a reviewer"
    assert (summary.pushed, summary.blobs_sent, summary.blobs_waiting) == (saved.facts["waiting"], 4, 0)
    assert overlay.all_of(saved.store, "receipt", visit_id=saved.facts["visit"])
    household = overlay.one(saved.store, "household", saved.facts["household"]).fields
    assert (household["remarks"], household["tags"]["第一版标签"]) == ("第一版备注", True)
    for ours in summary.buckets:
        assert (ours["count"], ours["checksum"]) == (ours["server_count"], ours["server_checksum"])


def test_the_very_bytes_that_it_would_have_sent_are_still_understood(saved: Saved, folder: Path, start: Started):
    app = start()
    saved.sync(app)
    token = {"Authorization": f"Bearer {saved.store.get('token')}"}
    answer = app.test_client().post("/sync/v1/exchange", data=(folder / "request.json").read_bytes(), headers=token)
    acks = next(frame for frame in frames([answer.data]) if isinstance(frame, Acks))
    assert [result.n for result in acks.results] == list(range(1, saved.facts["waiting"] + 1))
    assert {result.outcome for result in acks.results} == {"applied", "held"}
    assert replica.cursors(saved.store)


def test_an_office_that_moved_on_takes_its_work_and_says_what_to_install(saved: Saved, start: Started):
    app = start(rows_from_schema=SCHEMA + 1, client_version="9.8.7")
    summary = saved.sync(app)
    assert (summary.failure, summary.pushed, summary.refused, summary.pulled) == (None, saved.facts["waiting"], 0, 0)
    assert (summary.blobs_sent, summary.blobs_waiting) == (4, 0)
    assert status.show(saved.store, saved.device, saved.clock)["schema"]["install"] == "9.8.7"
    assert overlay.one(saved.store, "household", saved.facts["household"]), "what it had stays"
    again = saved.sync(app)
    assert (again.pushed, again.pulled) == (0, 0)


def test_once_it_is_new_enough_it_gets_everything(saved: Saved, start: Started):
    saved.store.put("install", "9.8.7")
    assert saved.sync(start()).pulled > 0
    assert status.show(saved.store, saved.device, saved.clock)["schema"]["install"] == ""


@pytest.mark.parametrize("folder", SAVED[:1], indirect=True, ids=["schema 1"])
def test_a_device_that_was_enrolled_before_bundles_learns_the_key_for_them(saved: Saved, start: Started):
    assert not saved.store.get("office_key")
    saved.sync(start())
    assert len(bytes.fromhex(saved.store.get("office_key"))) == 32
