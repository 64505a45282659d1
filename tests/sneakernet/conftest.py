"""A real office and real devices, with a stick that carries files between them and a line that can be cut."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from field_client import bundles, enrolment, identification, outbox, overlay, sealing, syncing, visits
from field_client.settings import Home
from field_client.store import open_store
from field_client.transport import Transport
from server.extensions import db
from tests.schemas.make import picture
from tests.simulation.clocks import Hands, Time
from tests.simulation.phone import OFFICE, Phone, on_line
from tests.simulation.places import PASSWORD, VILLAGES, head_of, new_server
from tests.simulation.server import Fuse

HOUSEHOLD, OTHER_HOUSEHOLD = "household-0-0", "household-0-1"
VILLAGE = VILLAGES[0]


@dataclass
class Office:
    """The office's machine, with its command line."""

    folder: Path
    time: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.app = new_server(self.folder, self.time)

    def run(self, *arguments: str) -> Any:
        self.time.pass_by(seconds=1)
        return self.app.test_cli_runner().invoke(args=["bundles", *arguments])

    def import_bundle(self, file: Path, *more: str, exit_code: int = 0) -> dict[str, Any]:
        done = self.run("import", str(file), "--json", *more)
        assert done.exit_code == exit_code, done.stderr
        return json.loads(done.stdout)

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@dataclass
class Carrier:
    """What somebody does with a phone: work, sync where there is a line, carry files where there is none."""

    office: Office
    phone: Phone
    folder: Path
    files: int = 0

    @property
    def store(self) -> Any:
        return self.phone.store

    def sync(self, *, after_s: float = 1) -> syncing.Summary:
        with self.online(syncing.connect(self.store, self.phone.device)) as transport:
            self.office.time.pass_by(seconds=after_s)
            return syncing.sync(self.store, transport, self.phone.clock, sleep=lambda seconds: None)

    def online(self, transport: Transport) -> Transport:
        return on_line(transport, httpx.WSGITransport(self.office.app))

    def export(self, **options: Any) -> Path:
        self.files += 1
        file = self.folder / f"bundle-{self.phone.name}-{self.files}.zsb"
        self.office.time.pass_by(seconds=1)
        bundles.export(self.store, self.phone.device, self.phone.clock, file, **options)
        return file

    def take(self, file: Path) -> bundles.Taken:
        self.office.time.pass_by(seconds=1)
        return bundles.take_in(self.store, self.phone.device, self.phone.clock, file)

    def edit(self, remarks: str, household: str = HOUSEHOLD) -> None:
        with self.store.transaction():
            bucket = overlay.one(self.store, "household", household).bucket
            outbox.add(self.store, self.phone.clock, type="household", id=household, op="update", bucket=bucket,
                       fields={"remarks": remarks})  # fmt: skip

    def visit(self, note: str = "情况", household: str = HOUSEHOLD, picture_number: int = 1) -> str:
        store, clock, person = self.store, self.phone.clock, head_of(household)
        visit = visits.start(store, clock, self.phone.device, household).id
        visits.answer(store, clock, visit, {"people": "2", "note": note})
        visits.photo(store, clock, visit, picture(picture_number), kind="house")
        identification.by_people(store, clock, visit, person, method="id_card", reason="light")
        signers = (("investigator", "worker1"), ("investigator", "worker2"), ("household", person))
        for number, (role, signer) in enumerate(signers, start=picture_number + 1):
            visits.sign(store, clock, visit, role=role, signer=signer, image=picture(number))
        sealing.seal(store, clock, self.phone.device, visit)
        return visit

    def waiting(self) -> int:
        return outbox.waiting_count(self.store)


def answer_of(file: Path) -> Path:
    return file.with_name(f"{file.stem}-answer{file.suffix}")


def carry(office: Office, carrier: Carrier) -> bundles.Taken:
    """Carry a bundle there and its answer back."""
    file = carrier.export()
    office.import_bundle(file)
    return carrier.take(answer_of(file))


def enrolled(office: Office, folder: Path, name: str = "甲", user: str = "worker1") -> Carrier:
    hands = Hands(office.time)
    home = Home(folder / f"home-{name}")
    with on_line(Transport(OFFICE), httpx.WSGITransport(office.app)) as transport:
        device, key = enrolment.enrol(
            home, transport, hands.clock(), server=OFFICE, username=user, password=PASSWORD, name=name, pin=None
        )
    phone = Phone(name, user, hands, home, device, key, open_store(home, key, check=False), Fuse())
    carrier = Carrier(office, phone, folder)
    carrier.sync()
    return carrier


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "office")
    yield made
    made.close()


@pytest.fixture
def carrier(office: Office, tmp_path: Path) -> Iterator[Carrier]:
    made = enrolled(office, tmp_path)
    yield made
    made.store.close()
