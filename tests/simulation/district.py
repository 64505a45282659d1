"""One district: the office, the phones, what the users did, and the lines between them. What happens is `story`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from server.services.changes import Ledger
from sync.protocol import SCHEMA
from tests.simulation import sticks
from tests.simulation.clocks import Hands, Time
from tests.simulation.founding import founded
from tests.simulation.machine import machine
from tests.simulation.network import Letter, Line
from tests.simulation.oracle import Oracle
from tests.simulation.phone import Phone
from tests.simulation.places import HOUSEHOLDS, PHONES, VILLAGES
from tests.simulation.server import Server
from tests.simulation.tap import Exchange, Tap
from tests.simulation.watch_blobs import Carried
from tests.simulation.watch_lease import came_with_a_lease
from tests.simulation.watch_phones import phone_holds

NEWER = "乙"  # This phone's release knows more than the office's.


class District:
    """Everything of one story: the office, the phones, what the users did, and the checkers that watch."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        *,
        clocks: str,
        faults: Mapping[str, int],
        tell: Callable[[str], None],
        checks: frozenset[str],
    ) -> None:
        self.seed, self.folder, self.clocks, self.faults, self.tell, self.checks = (
            seed,
            folder,
            clocks,
            faults,
            tell,
            checks,
        )
        self.time, self.oracle, self.step = Time(), Oracle(), 0
        self.villages, self.households = VILLAGES, dict(HOUSEHOLDS)
        self.people: list[str] = []
        self.tasks: dict[str, str] = {}
        self.late: list[tuple[int, Phone, Letter]] = []
        self.handed_over: set[str] = set()
        self.exchanges: list[Exchange] = []
        self.carried = Carried()
        self.sticks: list[sticks.Stick] = []
        self.watched = 0
        self.meanwhile: Callable[[Phone, Random], None] = lambda phone, chance: (
            None
        )  # what others do between two moments
        machine().put_in(founded().folder / "office", self.time)
        self.server = Server(machine().folder, self.time, machine().app)
        self.devices = {device: Hands(self.time) for _, device in PHONES.values()}
        self.phones: dict[str, Phone] = {}
        self.nicks: dict[str, str] = {}  # a record's id -> the name that it has in every run of this seed

    def begin(self) -> None:
        """Hand out the phones."""
        for name, (_, device) in PHONES.items():
            phone = self.phones[name] = founded().phone(name, self.devices[device], self.folder)
            came_with_a_lease(phone, phone.hands.boot)
        self.phones[NEWER].schema = SCHEMA + 1

    def close(self) -> None:
        """Let go of all files."""
        for phone in self.phones.values():
            phone.store.close()
        self.server.close()

    def sync(
        self,
        phone: Phone,
        chance: Random,
        *,
        badness: float,
        pieces: float | None = None,
        crash_at: int | None = None,
        room: int | None = None,
        max_bytes: int | None = None,
        nested: bool = False,
    ) -> None:
        """Let a phone sync over a line of that badness."""
        line = Line(
            self.server,
            Tap(self, phone),
            chance,
            badness,
            badness if pieces is None else pieces,
            self.faults,
            lambda letter: self.late.append((self.step + chance.randrange(1, 15), phone, letter)),
            lambda: None if nested else self.meanwhile(phone, chance),
            phone.schema,
        )
        told: list[str] = []

        def run() -> None:
            summary = phone.sync(line, max_bytes)
            figures = f"推 {summary.pushed} 拉 {summary.pulled} 照片 {summary.blobs_sent}"
            told.append(f"{figures} {summary.failure.code if summary.failure else ''}")

        ended = phone.attempt(run, crash_at=crash_at, room=room)
        self.say(f"{phone.name} 同步 {told[0] if told else ended}")
        phone_holds(self, phone)

    def quiet_sync(self, phone: Phone) -> None:
        """Sync over a good line."""
        self.sync(phone, Random(0), badness=0)

    def office_writes(self, deed: Callable[[Ledger], Any], *words: str) -> None:
        """Let the office write in one transaction; its words are saved from then on."""
        self.server.write(deed)
        self.server.log.look("office", self.step)
        self.oracle.words |= dict.fromkeys(words, "office")

    def say(self, line: str) -> None:
        """Tell a line of the story."""
        self.tell(f"{self.step:3d} {self.time.at:%m-%d %H:%M} {line}")

    def nick(self, id: str) -> str:
        """Give a name by which a record is told in every run of this seed."""
        return self.nicks.setdefault(id, f"走访{len(self.nicks) + 1}")
