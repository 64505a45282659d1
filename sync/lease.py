"""How long a device may be without the office: a lease that the office signs, and a measure that no clock can stretch.

The lease says when it was given, on the office's clock, and for how many days. How much of it is used up is counted on
the device by the time since boot, which nobody can set back. Across a restart the larger of two lower bounds counts: the
time since that boot, and what the wall clock has moved since the lease came; so a wall clock that is set back saves
nothing of what was counted, and one that is set wrong while the device runs counts for nothing at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.canonical import dumps, instant, moment
from sync.errors import Untrusted

DAY_MS = 24 * 3600 * 1000
LONGEST_DAYS = 3660
RENEW_AFTER = timedelta(hours=1)  # A younger lease is not sent anew, so that an idle exchange stays small.


@dataclass(frozen=True)
class Lease:
    """The office's word: this device may be without it for so many days from then on."""

    device_id: str
    issued_at: str
    days: int
    signature: str

    def to_dict(self) -> dict[str, Any]:
        """Give the plain form that travels."""
        return {"issued_at": self.issued_at, "days": self.days, "signature": self.signature}


def grant(device_id: str, *, now: datetime, days: int, key: Ed25519PrivateKey) -> Lease:
    """Sign a lease for a device."""
    issued_at = instant(now)
    return Lease(device_id, issued_at, days, key.sign(_signed(device_id, issued_at, days)).hex())


def is_due(held: str, *, now: datetime) -> bool:
    """Tell whether a device that holds a lease of this time ("" for none) should get another."""
    try:
        return not timedelta(0) <= now - moment(held) < RENEW_AFTER
    except ValueError:
        return True


def verify(plain: Mapping[str, Any], device_id: str, public_key: bytes) -> Lease:
    """Read a lease that the office signed for this device. Raises Untrusted("lease.forged") for any other."""
    try:
        issued_at, days, signature = (plain[name] for name in ("issued_at", "days", "signature"))
        if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= LONGEST_DAYS:
            raise ValueError
        moment(issued_at)
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(bytes.fromhex(signature), _signed(device_id, issued_at, days))
    except (InvalidSignature, ValueError, TypeError, KeyError, AttributeError):
        raise Untrusted("lease.forged") from None
    return Lease(device_id, issued_at, days, signature)


@dataclass(frozen=True)
class Watch:
    """How much time has passed since a lease came: `used_ms` never falls. `wall_ms` is the wall clock when it came."""

    wall_ms: int
    used_ms: int
    boot: str
    uptime_ms: int


def wound(*, wall_ms: int, boot: str, uptime_ms: int, used_ms: int = 0) -> Watch:
    """Start a watch at the moment at which a lease arrives."""
    return Watch(wall_ms, used_ms, boot, uptime_ms)


def read(watch: Watch, *, wall_ms: int, boot: str, uptime_ms: int) -> Watch:
    """Read a watch now.

    >>> came = wound(wall_ms=0, boot="b1", uptime_ms=100)
    >>> read(came, wall_ms=-9_000, boot="b1", uptime_ms=400).used_ms
    300
    >>> restarted = read(came, wall_ms=-9_000, boot="b2", uptime_ms=50)
    >>> restarted.used_ms, read(came, wall_ms=7_000, boot="b2", uptime_ms=50).used_ms
    (50, 7000)
    """
    if boot == watch.boot:
        return replace(watch, used_ms=watch.used_ms + max(0, uptime_ms - watch.uptime_ms), uptime_ms=uptime_ms)
    used_ms = max(watch.used_ms + uptime_ms, wall_ms - watch.wall_ms)
    return replace(watch, used_ms=used_ms, boot=boot, uptime_ms=uptime_ms)


def left_ms(days: int, watch: Watch) -> int:
    """Say how much of a lease is left; negative when it is over."""
    return days * DAY_MS - watch.used_ms


def _signed(device_id: str, issued_at: str, days: int) -> bytes:
    return dumps({"purpose": "lease", "device_id": device_id, "issued_at": issued_at, "days": days})
