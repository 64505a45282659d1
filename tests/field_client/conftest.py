"""A small county in memory, devices enrolled with it, and pictures to photograph."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

import forms
from field_client import enrolment, syncing
from field_client.clock import Clock
from field_client.settings import Device, Home
from field_client.store import Store, open_store
from field_client.transport import Transport
from tests.field_client.office import PASSWORD, STAFF_ID, Office, Running

VILLAGE, OTHER_VILLAGE, USER = "430981001001", "430981001002", f"user:{STAFF_ID}"
HOUSEHOLD, HEAD, SON = "household-1", "person-1", "person-2"
SECOND_STAFF, SECOND_NAME = "staff-2", "王秀英"
NAME = "欧阳桂芝"  # A name that stands nowhere else, so that it can be looked for in bytes.
FORM = forms.Definition(
    "short_visit",
    "1",
    "简表",
    items=(
        forms.Question("people", "integer", "家里几口人", required="true()"),
        forms.Question("note", "text", "情况说明"),
    ),
)


@dataclass
class Hands:
    """The hands of a clock that tests move."""

    at: datetime = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
    uptime_ms: int = 1_000_000
    boot: str = "boot-1"

    def move(self, by: timedelta) -> None:
        self.at += by
        self.uptime_ms += int(by.total_seconds() * 1000)

    def clock(self) -> Clock:
        return Clock(lambda: self.at, self._tick, self.boot)

    def _tick(self) -> int:
        self.uptime_ms += 1
        return self.uptime_ms


@dataclass
class Phone:
    """An enrolled device: what most tests hold in their hands."""

    office: Office
    running: Running
    home: Home
    device: Device
    key: bytes
    store: Store
    clock: Clock
    pauses: list[float] = field(default_factory=list)

    def sync(self, **options: Any) -> syncing.Summary:
        with syncing.connect(self.store, self.device) as transport:
            return syncing.sync(self.store, transport, self.clock, sleep=self.pauses.append, **options)

    def reopen(self) -> None:
        self.store.close()
        self.store = open_store(self.home, self.key)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def office() -> Office:
    county = Office()
    fill(county)
    return county


@pytest.fixture
def running(office: Office) -> Iterator[Running]:
    server = office.serve()
    yield server
    server.stop()


@pytest.fixture
def phone(office: Office, running: Running, tmp_path: Path, hands: Hands) -> Iterator[Phone]:
    made = make_phone(running, tmp_path / "home", hands.clock())
    yield made
    made.store.close()


@pytest.fixture
def synced(phone: Phone) -> Phone:
    phone.sync()
    return phone


def make_phone(running: Running, folder: Path, clock: Clock, pin: str | None = None) -> Phone:
    home = Home(folder)
    with Transport(running.url) as transport:
        device, key = enrolment.enrol(
            home, transport, clock, server=running.url, username="caseworker1", password=PASSWORD, name="平板", pin=pin
        )
    return Phone(running.office, running, home, device, key, open_store(home, key), clock)


def fill(office: Office) -> None:
    """Lay down a village with three households, the staff, a form and a task."""
    for number, (name, address) in enumerate(
        [(NAME, "琼湖街道石矶湖村一组"), ("张小明", "石矶湖村二组"), ("曾国强", "石矶湖村三组")], start=1
    ):
        household, person = f"household-{number}", f"person-{number}" if number == 1 else f"person-{number}0"
        office.put(
            VILLAGE,
            "household",
            household,
            number=f"YJ00{number}",
            area_code=VILLAGE,
            head_id=person,
            address=address,
            tags={"old": True},
        )
        office.put(
            VILLAGE, "person", person, name=name, birth_date="1950-03-01", id_number=f"99010119500301{number}00X"
        )
        office.put(VILLAGE, "household_member", f"member-{number}", household_id=household, person_id=person)
    office.put(VILLAGE, "person", SON, name="欧阳平", birth_date="2018-05-01", phone="13800000000")
    office.put(VILLAGE, "household_member", "member-son", household_id=HOUSEHOLD, person_id=SON, relation="child")
    for staff_id, name in ((STAFF_ID, "李建国"), (SECOND_STAFF, SECOND_NAME)):
        office.put("reference", "staff", staff_id, display_name=name, role="caseworker", area_code="430981001")
    put_form(office, FORM)
    office.put("reference", "area", "area-1", code=VILLAGE, name="石矶湖村", level="village", parent_code="430981001")
    office.put(
        USER,
        "visit_task",
        "task-1",
        household_id=HOUSEHOLD,
        kind="recheck",
        title="年度核查",
        due_on="2026-07-31",
        state="planned",
    )


def put_form(office: Office, definition: forms.Definition) -> None:
    import json

    office.put(
        "reference",
        "form",
        f"{definition.form_id}-{definition.version}",
        form_id=definition.form_id,
        version=definition.version,
        title=definition.title,
        hash=definition.hash,
        definition=json.loads(forms.to_json(definition)),
    )


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """Draw a picture; another `seed` gives another picture."""

    def draw(seed: int = 1, size: tuple[int, int] = (640, 480), format: str = "JPEG", **options: Any) -> bytes:
        image = Image.new("RGB", size, (200, 210, 220))
        pen = ImageDraw.Draw(image)
        for step in range(60):
            x, y = (step * 97 * seed) % size[0], (step * 61 + seed * 13) % size[1]
            pen.rectangle(
                (x, y, x + 40, y + 25), fill=(step * 4 % 255, seed * 37 % 255, 255 - step * 3), outline="black"
            )
        buffer = BytesIO()
        image.save(buffer, format, **options)
        return buffer.getvalue()

    return draw


@pytest.fixture
def ready(synced: Phone, picture: Callable[..., bytes]) -> tuple[Phone, str]:
    """A visit that lacks nothing, with one photo and three signatures."""
    return synced, fill_visit(synced, picture)


def fill_visit(phone: Phone, picture: Callable[..., bytes], household: str = HOUSEHOLD, person: str = HEAD) -> str:
    from field_client import identification, visits

    store, clock = phone.store, phone.clock
    visit = visits.start(store, clock, phone.device, household).id
    visits.answer(store, clock, visit, {"people": "2"})
    visits.photo(store, clock, visit, picture(seed=3), kind="house")
    visits.place(store, clock, visit, visits.Place("28.8442", "112.3546", 12))
    identification.by_people(store, clock, visit, person, method="id_card", reason="light")
    for number, (role, signer) in enumerate(
        [("investigator", STAFF_ID), ("investigator", SECOND_NAME), ("household", person)], start=10
    ):
        image = picture(seed=number, size=(300, 150), format="PNG")
        visits.sign(store, clock, visit, role=role, signer=signer, image=image)
    return visit
