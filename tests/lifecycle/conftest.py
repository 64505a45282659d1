"""A real office behind a real port, and real devices that live through what happens to devices."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from field_client import enrolment, identification, sealing, syncing, visits
from field_client.clock import Clock
from field_client.settings import Device, Home
from field_client.store import Store, open_store
from field_client.transport import Transport
from server.extensions import db
from tests.server.api.serving import serving
from tests.simulation.clocks import Hands, Time
from tests.simulation.places import PASSWORD, VILLAGES, head_of, new_server

HOUSEHOLD, OTHER = "household-0-0", "household-0-1"
VILLAGE = VILLAGES[0]
NOTE = "灶间漏雨需修缮"  # Words that stand nowhere else.


def picture(number: int) -> bytes:
    """Draw a picture that no other number gives."""
    buffer = io.BytesIO()
    colours = [(number * 37 % 256, (at * number) % 256, at) for at in range(256)]
    image = Image.new("RGB", (16, 16))
    image.putdata(colours)
    image.resize((320, 240)).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class County:
    """The office with its command line."""

    folder: Path
    address: str
    app: Flask
    time: Time

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        self.time.pass_by(seconds=1)
        done = self.app.test_cli_runner().invoke(args=list(arguments))
        assert done.exit_code == exit_code, done.output
        return str(done.stdout)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def device(self, device_id: str) -> dict[str, Any]:
        return dict(self.json("devices", "show", device_id))


@dataclass
class Phone:
    """A device of a worker; `open` and `close` are what a program's start and end are."""

    county: County
    home: Home
    device: Device
    key: bytes
    hands: Hands
    runtime: Path
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(self.home, self.key, check=False)

    @property
    def clock(self) -> Clock:
        return self.hands.clock()

    @property
    def environment(self) -> dict[str, str]:
        return {"XDG_RUNTIME_DIR": str(self.runtime)}

    def sync(self) -> syncing.Summary:
        self.county.time.pass_by(seconds=1)
        with syncing.connect(self.store, self.device) as transport:
            return syncing.sync(self.store, transport, self.clock, sleep=lambda seconds: None)

    def draft(self, household: str = HOUSEHOLD, note: str = NOTE, number: int = 1) -> str:
        store, clock, person = self.store, self.clock, head_of(household)
        visit = visits.start(store, clock, self.device, household).id
        visits.answer(store, clock, visit, {"people": "2", "note": note})
        visits.photo(store, clock, visit, picture(number), kind="house")
        identification.by_people(store, clock, visit, person, method="id_card", reason="light")
        for at, (role, signer) in enumerate(
            (("investigator", "worker1"), ("investigator", "worker2"), ("household", person)), start=number + 1
        ):
            visits.sign(store, clock, visit, role=role, signer=signer, image=picture(at))
        return visit

    def visit(self, household: str = HOUSEHOLD, note: str = NOTE, number: int = 1) -> str:
        visit = self.draft(household, note, number)
        sealing.seal(self.store, self.clock, self.device, visit)
        return visit

    def files(self) -> list[str]:
        found = (path.relative_to(self.home.path) for path in self.home.path.rglob("*") if path.is_file())
        return sorted(map(str, found))


@contextmanager
def founded(folder: Path, *, durable_days: int = 0) -> Iterator[County]:
    folder.mkdir()
    time = Time()
    app = new_server(folder, time, durable_days=durable_days)
    with serving(app) as served:
        yield County(folder, served.address, app, time)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def enrolled(county: County, folder: Path, user: str = "worker1", pin: str | None = None) -> Phone:
    home, hands = Home(folder), Hands(county.time)
    runtime = county.folder.parent / f"runtime-{user}-{folder.name}"
    runtime.mkdir(exist_ok=True)
    with Transport(county.address) as transport:
        device, key = enrolment.enrol(
            home,
            transport,
            hands.clock(),
            server=county.address,
            username=user,
            password=PASSWORD,
            name="平板",
            pin=pin,
        )
    return Phone(county, home, device, key, hands, runtime)


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    with founded(tmp_path / "office") as made:
        yield made


@pytest.fixture
def phone(county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phone]:
    """A device of worker1 that has pulled everything."""
    with ExitStack() as stack:
        made = enrolled(county, tmp_path / "home")
        monkeypatch.setitem(os.environ, "XDG_RUNTIME_DIR", str(made.runtime))
        stack.callback(lambda: made.store.close())
        made.sync()
        yield made
