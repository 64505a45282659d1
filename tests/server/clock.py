"""A clock that stands still until a test moves it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)


@dataclass
class StillClock:
    """A clock that a test moves by hand."""

    at: datetime = field(default=MONDAY)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)
