"""How busy this process is, by the exchanges that it is answering at once; what is shed first is decided by the settings.

Photos are shed before pulls, and what devices send is never refused: their work is the reason why they come.
"""

import threading
from collections.abc import Callable

from server.settings import Settings

ALL = ("records", "photos")
PUSHES = ("mutations",)  # Neither rows nor photos: only what devices send.


class Load:
    """A count of what is going on, shared by the threads of one process."""

    def __init__(self) -> None:
        self._lock, self._at_once = threading.Lock(), 0

    def enter(self) -> "Turn":
        """Count one more exchange, until its turn ends."""
        with self._lock:
            self._at_once += 1
            return Turn(self._at_once, self._leave)

    def _leave(self) -> None:
        with self._lock:
            self._at_once -= 1


class Turn:
    """One exchange that is counted: `at_once` is how many there were when it came, itself included."""

    def __init__(self, at_once: int, leave: Callable[[], None]) -> None:
        self.at_once = at_once
        self._leave: Callable[[], None] | None = leave

    def end(self) -> None:
        """Count it no more; a second time changes nothing."""
        leave, self._leave = self._leave, None
        if leave:
            leave()


def open_lanes(at_once: int, settings: Settings) -> tuple[str, ...]:
    """Name the lanes that are open to a device while so many are answered at once; a bound of 0 never closes anything."""
    if 0 < settings.close_pulls_at <= at_once:
        return PUSHES
    if 0 < settings.close_photos_at <= at_once:
        return ALL[:1]
    return ALL
