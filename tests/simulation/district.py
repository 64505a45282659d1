"""One district's story: a seed decides who does what, when the line fails and where the power goes; then all is quiet.

`play` is the whole of it. Two runs of one seed tell the same story; `clocks` gives the devices other wall clocks and
leaves everything else as it was.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from server.services.changes import Ledger
from sync.protocol import Frame, Request, frames
from tests.simulation import deeds, desk, sticks
from tests.simulation.clocks import Hands, Time
from tests.simulation.disk import ROOMS
from tests.simulation.founding import founded
from tests.simulation.machine import machine
from tests.simulation.network import FAULTS, Letter, Line
from tests.simulation.oracle import Oracle, words_in
from tests.simulation.phone import Phone
from tests.simulation.places import HOUSEHOLDS, PHONES, VILLAGES, workplace
from tests.simulation.server import Answer, Server
from tests.simulation.sizes import small_sizes
from tests.simulation.violations import ALL
from tests.simulation.watch_blobs import Carried
from tests.simulation.watch_ends import at_the_end
from tests.simulation.watch_lines import exchange_holds
from tests.simulation.watch_office import office_holds
from tests.simulation.watch_phones import deed_is_whole, is_waiting, phone_holds, photos_wait_for_records

STEPS = 80
QUIET_ROUNDS = 12
WORK = {
    deeds.edit_household: 16,
    deeds.tag: 6,
    deeds.propose: 6,
    deeds.add_person: 3,
    deeds.step_task: 8,
    deeds.start_visit: 10,
    deeds.work_on_draft: 8,
    deeds.seal: 14,
    deeds.visit_at_once: 12,
    deeds.amend: 22,
    deeds.poison: 6,
    deeds.alter_sealed: 4,
}
DESK = {desk.edit: 8, desk.move: 6, desk.remove: 2, desk.task: 7, desk.review: 16, desk.grant: 4, desk.decide_work: 4}


@dataclass
class Exchange:
    """One exchange as it passed a line: what was asked, and every whole frame that the office said."""

    phone: Phone
    allowed: set[str]
    asked: Request
    frames: list[Frame]
    bytes_up: int
    bytes_down: int


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
        machine().put_in(founded().folder / "office", self.time)
        self.server = Server(machine().folder, self.time, machine().app)
        self.devices = {device: Hands(self.time) for _, device in PHONES.values()}
        self.phones: dict[str, Phone] = {}
        self.nicks: dict[str, str] = {}  # a record's id -> the name that it has in every run of this seed

    def begin(self) -> None:
        """Hand out the phones."""
        for name, (_, device) in PHONES.items():
            self.phones[name] = founded().phone(name, self.devices[device], self.folder)

    def close(self) -> None:
        """Let go of all files."""
        for phone in self.phones.values():
            phone.store.close()
        self.server.close()

    # what happens

    def live(self, steps: int) -> None:
        """Play the story."""
        for self.step in range(steps):
            chance = Random(f"{self.seed}/{self.step}")
            wandering = Random(f"{self.seed}/{self.step}/{self.clocks}")
            for hands in self.devices.values():
                hands.wander(wandering)
            self.time.pass_by(minutes=chance.choice((1, 5, 40, 300, 1500, 6000)), seconds=chance.randrange(60))
            self._deliver_late()
            part = chance.random()
            if part < 0.25:
                self._desk(chance)
            elif part < 0.46:
                self._sync_somehow(self._phone(chance), chance)
            elif part < 0.49:
                self._reboot(self._phone(chance))
            elif part < 0.56:
                sticks.carry(self, chance)
            else:
                self._work(self._phone(chance), chance)
            office_holds(self)

    def settle(self) -> None:
        """Heal the line and let everybody sync until nothing waits and nothing changes."""
        self.step += 1
        self.late.clear()
        for _ in range(QUIET_ROUNDS):
            before = len(self.server.log.commits)
            for phone in self.phones.values():
                self.quiet_sync(phone)
            is_waiting_still = any(is_waiting(phone) for phone in self.phones.values())
            if len(self.server.log.commits) == before and not is_waiting_still:
                break
            if is_waiting_still:  # A photo that was set aside is tried again within a day.
                self.time.pass_by(days=2)
        office_holds(self)

    def sync(
        self,
        phone: Phone,
        chance: Random,
        *,
        badness: float,
        crash_at: int | None = None,
        room: int | None = None,
        max_bytes: int | None = None,
        nested: bool = False,
    ) -> None:
        """Let a phone sync over a line of that badness."""
        line = Line(
            self.server,
            _Tap(self, phone),
            chance,
            badness,
            self.faults,
            lambda letter: self.late.append((self.step + chance.randrange(1, 15), phone, letter)),
            lambda: None if nested else self._meanwhile(phone, chance),
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

    def _sync_somehow(self, phone: Phone, chance: Random) -> None:
        """Sync over some line, with some budget, and now and then not to the end."""
        crash = chance.randrange(200) if chance.random() < 0.3 else None
        room = chance.choice(ROOMS) if chance.random() < 0.06 else None
        budget = chance.choice((None, None, 900, 2500, 6000))
        self.sync(phone, chance, badness=chance.choice((0, 0.25, 0.5)), crash_at=crash, room=room, max_bytes=budget)

    def _reboot(self, phone: Phone) -> None:
        phone.hands.reboot()
        for other in self.phones.values():
            if other.hands is phone.hands:
                other.reopen()
        self.say(f"{phone.name} 重启")

    def _phone(self, chance: Random) -> Phone:
        return self.phones[chance.choice(list(self.phones))]

    def _work(self, phone: Phone, chance: Random) -> None:
        plans = chance.choices(list(WORK), list(WORK.values()), k=5)
        deed = next(filter(None, (plan(self, phone, chance) for plan in plans)), None)
        if deed is None:
            return
        crash = int(2 ** chance.uniform(0, 8)) if chance.random() < 0.2 else None
        room = chance.choice(ROOMS) if chance.random() < 0.08 else None
        ended = phone.attempt(deed.run, crash_at=crash, room=room)
        taken = self.oracle.take(phone, self.step, len(self.server.log.commits))
        for draft, word in deed.typed.items():
            drafted = phone.store.value("SELECT id FROM drafts WHERE document LIKE ?", f"%{word}%")
            sealed = next((one.id for one in taken if word in words_in(one.fields)), None)  # Under its draft's id.
            if drafted or sealed:
                self.oracle.typed(phone, draft or drafted or sealed or "", word)
        self.say(f"{phone.name} {deed.story} {ended} {[one.n for one in taken] or ''}")
        deed_is_whole(self, phone, deed, ended, taken)
        phone_holds(self, phone)
        if any(one.id in self.oracle.sealed for one in taken) and chance.random() < 0.4:
            self._sync_somehow(phone, chance)

    def _desk(self, chance: Random) -> None:
        self.say(f"办公室 {chance.choices(list(DESK), list(DESK.values()))[0](self, chance)}")

    def _meanwhile(self, phone: Phone, chance: Random) -> None:
        """Let somebody else be quicker, between a phone's commit and its answer."""
        others = [other for other in self.phones.values() if other is not phone]
        if chance.random() < 0.5:
            self._desk(chance)
        else:
            self.sync(chance.choice(others), chance, badness=0, nested=True)

    def _deliver_late(self) -> None:
        due = [one for one in self.late if one[0] <= self.step]
        self.late = [one for one in self.late if one[0] > self.step]
        for _, phone, letter in due:
            self.server.serve(letter.method, letter.path, letter.headers, letter.body)
            self.server.log.look(phone.name, self.step)
            self.say(f"{phone.name} 迟到的请求 {letter.method} {letter.path.split('/')[1]}")


@dataclass
class _Tap:
    """Hears what passes one phone's line."""

    district: District
    phone: Phone

    def left(self, letter: Letter, fault: str) -> None:
        self.district.carried.note(letter, fault)
        if letter.method == "PATCH":
            photos_wait_for_records(self.district, self.phone)

    def arrived(self, letter: Letter) -> None:
        self.allowed = self.district.oracle.scope(self.phone.user, VILLAGES)
        if letter.path.startswith("/sync") and letter.body:
            asked = _asked(letter)
            self.phone.sent_upto = max([self.phone.sent_upto, *(one.n for one in asked.mutations)])

    def committed(self) -> None:
        self.district.server.log.look(self.phone.name, self.district.step)

    def answered(self, letter: Letter, answer: Answer) -> None:
        if not letter.path.startswith("/sync") or answer.status != 200:
            return
        found = list(frames([answer.body]))
        exchange = Exchange(self.phone, self.allowed, _asked(letter), found, len(letter.body), len(answer.body))
        self.district.exchanges.append(exchange)
        exchange_holds(self.district, exchange)


def _asked(letter: Letter) -> Request:
    return Request.decode(letter.body)


def play(
    seed: int,
    *,
    steps: int = STEPS,
    clocks: str = "",
    faults: Mapping[str, int] = FAULTS,
    tell: Callable[[str], None] = lambda line: None,
    checks: frozenset[str] = ALL,
    look: Callable[[District], Any] = lambda district: None,
) -> Any:
    """Play one district to its quiet end under the named checkers; gives what `look` sees there. Raises Violation."""
    folder = Path(tempfile.mkdtemp(prefix=f"story-{seed}-", dir=workplace()))
    with small_sizes():
        district = District(seed, folder, clocks=clocks, faults=faults, tell=tell, checks=checks)
        try:
            district.begin()
            district.live(steps)
            district.settle()
            seen = look(district)
            at_the_end(district)
            return seen
        except Exception as error:
            error.add_note(f"in step {district.step} of the story that `make sim SEED={seed}` tells")
            raise
        finally:
            district.close()
            shutil.rmtree(folder)
