"""When an edit was made, told by a device whose wall clock may be a year off.

A device's wall clock decides nothing. Each edit carries evidence: wall time, time since boot, the boot's id, and the last
server time that this boot has seen (the anchor), or a satellite's time where a fix gave one. From these the corrected time
and its uncertainty follow.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.canonical import instant, moment

# A phone's oscillator may drift by some 50 parts per million; twice that is a careful bound (100 ms in 1,000 s).
DRIFT_PER_MILLION = 100
# Without an anchor nothing is known about a wall clock: an honest uncertainty is years wide.
UNKNOWN_MS = 10 * 365 * 24 * 3600 * 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Anchor:
    """A server time and the moment of this boot at which the device learned it; `trip_ms` is how long the answer took."""

    server_at: str
    uptime_ms: int
    boot: str
    trip_ms: int


@dataclass(frozen=True)
class Evidence:
    """What the device knew about time when it did something; `satellite` is an anchor that a position fix gave."""

    wall: str
    uptime_ms: int
    boot: str
    anchor: Anchor | None = None
    satellite: Anchor | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the plain form that travels."""
        plain: dict[str, Any] = {"wall": self.wall, "uptime_ms": self.uptime_ms, "boot": self.boot}
        anchors = {"anchor": self.anchor, "satellite": self.satellite}
        return plain | {name: vars(one) for name, one in anchors.items() if one}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Evidence":
        """Read the plain form; what is missing or odd counts as not known, because time never refuses an edit."""
        return cls(
            wall=str(plain.get("wall", "")),
            uptime_ms=_whole(plain.get("uptime_ms")),
            boot=str(plain.get("boot", "")),
            anchor=_anchor(plain.get("anchor")),
            satellite=_anchor(plain.get("satellite")),
        )


@dataclass(frozen=True)
class Corrected:
    """A time on the server's clock, in milliseconds since 1970, and how far it may be off to either side."""

    at_ms: int
    uncertainty_ms: int

    def clearly_after(self, other: "Corrected") -> bool:
        """Tell whether this was later beyond both uncertainties."""
        return self.at_ms - self.uncertainty_ms > other.at_ms + other.uncertainty_ms


def corrected(evidence: Evidence, *, received_ms: int) -> Corrected:
    """Put an edit on the server's clock; without an anchor of the same boot only "before it arrived" is known.

    Whatever the evidence claims, nothing was done after it arrived: an anchor from the future would win for ever.

    >>> seen = Anchor("2026-07-01T00:00:00.000Z", 5_000, "b1", 40)
    >>> corrected(Evidence("1999-01-01T00:00:00.000Z", 65_000, "b1", seen), received_ms=0).uncertainty_ms
    46
    """
    known = [found for anchor in (evidence.anchor, evidence.satellite) if (found := _since(anchor, evidence))]
    best = min(known, key=lambda one: one.uncertainty_ms, default=Corrected(received_ms, UNKNOWN_MS))
    return Corrected(min(best.at_ms, received_ms), best.uncertainty_ms)


def offset_ms(evidence: Evidence) -> int | None:
    """Say how far the wall clock is ahead of the corrected time (negative: behind), or None when it is not known."""
    true = corrected(evidence, received_ms=1 << 62)
    if true.uncertainty_ms >= UNKNOWN_MS:
        return None
    try:
        return milliseconds(moment(evidence.wall)) - true.at_ms
    except ValueError:
        return None


def anchored(server_at: str, *, uptime_ms: int, boot: str, trip_ms: int) -> Anchor:
    """Remember a server time as this boot's anchor."""
    return Anchor(instant(moment(server_at)), uptime_ms, boot, trip_ms)


def _since(anchor: Anchor | None, evidence: Evidence) -> Corrected | None:
    """Count on from an anchor of the same boot; None where it says nothing."""
    if anchor is None or anchor.boot != evidence.boot or evidence.uptime_ms < anchor.uptime_ms:
        return None
    elapsed = evidence.uptime_ms - anchor.uptime_ms
    try:
        at = moment(anchor.server_at) + timedelta(milliseconds=elapsed)
    except (ValueError, OverflowError):
        return None
    return Corrected(milliseconds(at), anchor.trip_ms + elapsed * DRIFT_PER_MILLION // 1_000_000)


def _anchor(plain: Any) -> Anchor | None:
    if not isinstance(plain, dict):
        return None
    return Anchor(
        server_at=str(plain.get("server_at", "")),
        uptime_ms=_whole(plain.get("uptime_ms")),
        boot=str(plain.get("boot", "")),
        trip_ms=_whole(plain.get("trip_ms")),
    )


def milliseconds(at: datetime) -> int:
    """Count the whole milliseconds since 1970, without the rounding of floats."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
