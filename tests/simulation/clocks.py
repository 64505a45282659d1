"""Time in a story: the true one, which the office has, and what each device believes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from field_client.clock import Clock
from tests.simulation.places import BEGINNING

YEAR = timedelta(days=365)


@dataclass
class Time:
    """The true time; calling it gives it, as the server's clock."""

    at: datetime = BEGINNING

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Hands:
    """A device's clock: the wall clock is wrong by `ahead`, the time since boot is right."""

    time: Time
    ahead: timedelta = timedelta()
    boot: int = 1
    since: datetime = field(default=BEGINNING - timedelta(days=1))

    def clock(self) -> Clock:
        """Give what the field client reads."""
        return Clock(lambda: self.time.at + self.ahead, self.uptime_ms, f"boot-{self.boot}")

    def uptime_ms(self) -> int:
        """Count the milliseconds since this boot."""
        return int((self.time.at - self.since).total_seconds() * 1000)

    def reboot(self) -> None:
        """Begin to count again, with nothing learned."""
        self.boot, self.since = self.boot + 1, self.time.at - timedelta(seconds=20)

    def wander(self, chance: Random) -> None:
        """Let the wall clock jump at times, by seconds or by decades; 1970 is where an empty battery puts it."""
        if chance.random() < 0.15:
            self.ahead = chance.choice((
                timedelta(), timedelta(seconds=-90), timedelta(hours=3), timedelta(days=-2), YEAR, -YEAR,
                11 * YEAR, -25 * YEAR, datetime(1970, 1, 1, tzinfo=self.time.at.tzinfo) - self.time.at,
            ))  # fmt: skip
