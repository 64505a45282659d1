"""The district founded once in this process: the office with its register, and enrolled phones that have fetched theirs.

Every story begins with a copy of it, so that none pays for migrations, enrolments and first syncs.
"""

import gc
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from field_client.settings import Device, Home
from tests.simulation.clocks import Hands, Time
from tests.simulation.machine import machine
from tests.simulation.network import Letter, Line
from tests.simulation.phone import Phone, enrolled, opened
from tests.simulation.places import PHONES, workplace
from tests.simulation.server import Answer, Server
from tests.simulation.sizes import small_sizes


@dataclass(frozen=True)
class Founded:
    """Where the first state lies, and what each phone keeps beside its store."""

    folder: Path
    phones: dict[str, tuple[Device, bytes]]

    def phone(self, name: str, hands: Hands, folder: Path) -> Phone:
        """Give a phone of a story: a copy of the enrolled one."""
        home = Home(folder / name)
        shutil.copytree(self.folder / name, home.path)
        device, key = self.phones[name]
        return Phone(name, PHONES[name][0], hands, home, device, key, *opened(home, key))


@cache
def founded() -> Founded:
    """Found the district. To be called before a fault is put into the product: a mutant shall not found anything."""
    folder, time = workplace() / "founded", Time()
    folder.mkdir()
    machine().clock = time
    office = Server(machine().folder, time, machine().app)
    with small_sizes():
        phones = {name: _enrolled(name, office, Hands(time), folder) for name in PHONES}
    office.close()
    shutil.copytree(machine().folder, folder / "office")
    gc.collect()
    gc.freeze()  # What is here by now stays; looking through it again and again took a sixth of a story's time.
    return Founded(folder, phones)


def _enrolled(name: str, office: Server, hands: Hands, folder: Path) -> tuple[Device, bytes]:
    line = Line(office, _Silence(), Random(0), 0, 0, {}, lambda letter: None, lambda: None)
    phone = enrolled(name, PHONES[name][0], hands, folder / name, line)
    phone.sync(line, None)
    phone.store.close()
    return phone.device, phone.key


class _Silence:
    """Hears nothing."""

    def left(self, letter: Letter, fault: str) -> None: ...
    def arrived(self, letter: Letter) -> None: ...
    def committed(self) -> None: ...
    def answered(self, letter: Letter, answer: Answer, fault: str) -> None: ...
