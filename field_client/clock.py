"""The device's sense of time as a value that is passed in: wall clock, time since boot, and the boot's id.

What these are worth is judged by `sync.clock`; here they are only read, so that tests can give their own.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from sync.canonical import instant
from sync.clock import Anchor, Evidence

CHINA = timezone(timedelta(hours=8))  # One zone for the whole country, so a day means the same on device and server.
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Clock:
    """Where time comes from. `uptime_ms` never goes back within one `boot`; `wall` may be years off."""

    wall: Callable[[], datetime]
    uptime_ms: Callable[[], int]
    boot: str

    def now(self) -> str:
        """Give the wall time in the form that travels."""
        return instant(self.wall())

    def now_ms(self) -> int:
        """Give the wall time in milliseconds since 1970, for ids."""
        return int(self.wall().timestamp() * 1000)

    def today(self) -> date:
        """Give the day in China."""
        return self.wall().astimezone(CHINA).date()

    def evidence(self, anchor: Anchor | None, satellite: Anchor | None = None) -> Evidence:
        """Say all that the device knows about now; an anchor of another boot says nothing and is left out."""
        same_boot = [one if one and one.boot == self.boot else None for one in (anchor, satellite)]
        return Evidence(self.now(), self.uptime_ms(), self.boot, *same_boot)


def system_clock() -> Clock:
    """Read this machine's clocks."""
    return Clock(lambda: datetime.now(UTC), _uptime_ms, _boot_id())


def _uptime_ms() -> int:
    # Where the system offers it, the clock that also runs while the device sleeps: a phone sleeps most of the day.
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    seconds = time.monotonic() if boot_time is None else time.clock_gettime(boot_time)
    return int(seconds * 1000)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return f"process-{_PROCESS}"


_PROCESS = uuid.uuid4().hex
