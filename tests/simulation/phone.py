"""A phone in the field: the real store, outbox and runner, which may die at any statement and are opened again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from field_client import enrolment, syncing
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.settings import Device, Home
from field_client.sqlcipher import Database
from field_client.store import Store, open_store
from field_client.transport import Transport
from sync.protocol import SCHEMA
from tests.simulation.clocks import Hands
from tests.simulation.disk import room_for
from tests.simulation.network import Line
from tests.simulation.places import PASSWORD
from tests.simulation.server import Crash, Fuse

OFFICE = "http://office"


class Fragile:
    """A connection to a database that stops at its fuse."""

    def __init__(self, connection: Any, fuse: Fuse) -> None:
        self._connection, self._fuse = connection, fuse

    def execute(self, *statement: Any) -> Any:
        """Run a statement, unless the power is gone."""
        self._fuse.burn()
        return self._connection.execute(*statement)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@dataclass
class Phone:
    """One user's store on one device. Two users of a device have two of these with the same `hands`."""

    name: str
    user: str
    hands: Hands
    home: Home
    device: Device
    key: bytes
    store: Store
    fuse: Fuse
    crashes: int = 0
    sent_upto: int = 0  # the highest n that ever left
    is_damaged: bool = False
    schema: int = SCHEMA  # what its release says that it knows
    lanes: tuple[str, ...] = (
        "records",
        "photos",
    )  # which the office keeps open, by the last word that reached it whole
    leased: tuple[str, int] = ("", 0)  # when its lease was given, and the boot in which it came
    cursors: dict[str, tuple[str, int]] = field(default_factory=dict)  # bucket -> epoch and highest cursor seen

    @property
    def clock(self) -> Clock:
        """What the phone's code takes for the time."""
        return self.hands.clock()

    @property
    def device_id(self) -> str:
        """The device as the office knows it."""
        return self.device.device_id

    def attempt(self, deed: Callable[[], Any], *, crash_at: int | None = None, room: int | None = None) -> str:
        """Do something; gives "" when it came to its end, else how it did not: a refusal's code, or "crash".

        `crash_at` is the statement at which the power goes, `room` the size beyond which no file may grow.
        """
        self.fuse.left = crash_at
        try:
            with room_for(room):
                deed()
        except Crash:
            self.crashes += 1
            self.reopen()
            return "crash"
        except FieldError as refusal:
            return refusal.code
        finally:
            self.fuse.left = None
        return ""

    def reopen(self) -> None:
        """Let go of the store as a dead process does, and open it again."""
        self.fuse.left = None
        self.store.close()
        self.store, self.fuse = opened(self.home, self.key)

    def sync(self, line: Line, max_bytes: int | None) -> syncing.Summary:
        """Run one whole sync over a line."""
        transport = on_line(syncing.connect(self.store, self.device), line)
        with transport:
            return syncing.sync(self.store, transport, self.clock, max_bytes=max_bytes, sleep=lambda seconds: None)


def enrolled(name: str, user: str, hands: Hands, folder: Path, line: Line) -> Phone:
    """Enrol a phone with the office."""
    home = Home(folder)
    with on_line(Transport(OFFICE), line) as transport:
        device, key = enrolment.enrol(
            home, transport, hands.clock(), server=OFFICE, username=user, password=PASSWORD, name=name, pin=None
        )
    store, fuse = opened(home, key)
    return Phone(name, user, hands, home, device, key, store, fuse)


def on_line(transport: Transport, line: Line) -> Transport:
    """Let a transport speak over a line in memory instead of a socket; all else of it stays."""
    transport._client.close()
    transport._client = httpx.Client(base_url=OFFICE, transport=line)
    return transport


def opened(home: Home, key: bytes) -> tuple[Store, Fuse]:
    """Open a phone's store, with the fuse at which it stops."""
    store, fuse = open_store(home, key, check=False), Fuse()
    return Store(Database(Fragile(store.db.conn, fuse)), home, key), fuse
