"""What is heard on a phone's line: every request as it leaves and arrives, and every whole frame that is answered."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.frames import End, Frame, frames
from sync.protocol import Request
from tests.simulation.network import Letter
from tests.simulation.phone import Phone
from tests.simulation.server import Answer
from tests.simulation.watch_lines import exchange_holds, lanes_hold
from tests.simulation.watch_phones import photos_wait_for_records

if TYPE_CHECKING:
    from tests.simulation.district import District


@dataclass
class Exchange:
    """One exchange as it passed a line: what was asked, and every whole frame that the office said."""

    phone: Phone
    allowed: set[str]
    asked: Request
    frames: list[Frame]
    bytes_up: int
    bytes_down: int


UNHEARD = ("answer lost", "answer cut", "request cut")  # The office answered, and the phone did not hear it whole.


@dataclass
class Tap:
    """Hears what passes one phone's line."""

    district: "District"
    phone: Phone
    allowed: set[str] = field(default_factory=set)

    def left(self, letter: Letter, fault: str) -> None:
        """Hear a request that leaves the phone, and which fault it will meet."""
        self.district.carried.note(letter, fault)
        lanes_hold(self.district, self.phone, letter.path)
        if letter.method == "PATCH":
            photos_wait_for_records(self.district, self.phone)

    def arrived(self, letter: Letter) -> None:
        """Hear a request that reached the office."""
        self.allowed = self.district.oracle.scope(self.phone.user, self.district.villages)
        if letter.path.startswith("/sync") and letter.body:
            asked = Request.decode(letter.body)
            self.phone.sent_upto = max([self.phone.sent_upto, *(one.n for one in asked.mutations)])

    def committed(self) -> None:
        """Hear that the office may have committed something."""
        self.district.server.log.look(self.phone.name, self.district.step)

    def answered(self, letter: Letter, answer: Answer, fault: str) -> None:
        """Hear what the office says to it, and which fault the letter or its answer meets."""
        if not letter.path.startswith("/sync") or answer.status != 200:
            return
        found = list(frames([answer.body]))
        ends = [frame.lanes for frame in found if isinstance(frame, End)]
        if ends and answer.is_whole and fault not in UNHEARD:
            self.phone.lanes = ends[-1]
        asked = Request.decode(letter.body)
        exchange = Exchange(self.phone, self.allowed, asked, found, len(letter.body), len(answer.body))
        self.district.exchanges.append(exchange)
        exchange_holds(self.district, exchange)
