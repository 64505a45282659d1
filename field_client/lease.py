"""This device's lease: kept when it comes, measured whenever the store is opened, and what follows when it is over.

When it is over, what the office sent is not shown any more. Nothing is deleted: drafts go on, new visits can be begun by
the household's number, and all that waits is sent; the next exchange brings a new lease and everything back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.settings import Device
from field_client.store import Store
from sync import lease
from sync.canonical import instant, moment
from sync.errors import Untrusted

NOTED_EACH_MS = 60_000  # The measure is written down at most so often.
WARN_DAYS = 3


@dataclass(frozen=True)
class Standing:
    """How the lease stands. `days_left` counts begun days; 0 when it is over."""

    days: int
    left_ms: int
    issued_at: str

    @property
    def is_over(self) -> bool:
        """Tell whether what the office sent is locked."""
        return self.left_ms <= 0

    @property
    def days_left(self) -> int:
        """Count the days that are left, the begun one included."""
        return max(0, -(-self.left_ms // lease.DAY_MS))

    def to_dict(self) -> dict[str, Any]:
        """Give what `status` shows; the end is on the office's clock."""
        ends_at = instant(moment(self.issued_at) + timedelta(days=self.days)) if self.issued_at else ""
        return {"days": self.days, "days_left": self.days_left, "is_over": self.is_over, "ends_at": ends_at}


def keep(
    store: Store, device: Device, plain: Mapping[str, Any] | None, clock: Clock, *, since: lease.Watch | None = None
) -> None:
    """Keep a lease that came with an answer, and start to measure it; one that the office did not sign is noted only.

    An answer that was long on its way is measured from when it was asked for (`since`). An office that gives no leases
    yet renews by every answer.
    """
    held = store.get("lease")
    if plain is None and held and held["signature"]:
        return
    try:
        given = (
            lease.verify(plain, device.device_id, bytes.fromhex(device.receipt_key)).to_dict()
            if plain is not None
            else {"issued_at": "", "days": device.lease_days, "signature": ""}
        )
    except Untrusted:
        store.db.execute(
            "INSERT INTO incidents (at, kind, facts) VALUES (?, 'lease', ?)", (clock.now(), json.dumps({}))
        )
        return
    wall_ms, uptime_ms = clock.now_ms(), clock.uptime_ms()
    watch = since or lease.wound(wall_ms=wall_ms, boot=clock.boot, uptime_ms=uptime_ms)
    watch = lease.read(watch, wall_ms=wall_ms, boot=clock.boot, uptime_ms=uptime_ms)
    store.put("lease", given)
    store.put("lease_watch", vars(watch))
    store.put("lease_over", lease.left_ms(int(str(given["days"])), watch) <= 0)


def held_since(store: Store) -> str:
    """Say when the lease that we hold was given, for the office to judge whether another is due."""
    held = store.get("lease")
    return str(held["issued_at"]) if held and not is_over(store) else ""


def observe(store: Store, device: Device, clock: Clock) -> Standing:
    """Measure the lease now; from the moment it is over, `require` refuses."""
    held = store.get("lease") or {"issued_at": "", "days": device.lease_days, "signature": ""}
    known = store.get("lease_watch")
    watch = lease.Watch(**known) if known else _from_before(store, device, clock)
    now = lease.read(watch, wall_ms=clock.now_ms(), boot=clock.boot, uptime_ms=clock.uptime_ms())
    standing = Standing(held["days"], lease.left_ms(held["days"], now), held["issued_at"])
    moved = not known or now.boot != watch.boot or now.used_ms - watch.used_ms >= NOTED_EACH_MS
    if moved or standing.is_over != store.get("lease_over", False):
        with store.bookkeeping():
            store.put("lease_watch", vars(now))
            store.put("lease_over", standing.is_over)
    return standing


def is_over(store: Store) -> bool:
    """Tell whether the lease was over when it was last measured."""
    return bool(store.get("lease_over", False))


def require(store: Store) -> None:
    """Refuse to show what the office sent when the lease is over. Raises FieldError("lease.over")."""
    if is_over(store):
        raise FieldError("lease.over")


def _from_before(store: Store, device: Device, clock: Clock) -> lease.Watch:
    """Begin to measure in a store that an earlier release made: from its last sync, by the only clock it knew."""
    since = moment(store.get("synced_at", "") or device.enrolled_at)
    used_ms = max(0, int((clock.wall() - since).total_seconds() * 1000))
    return lease.wound(wall_ms=clock.now_ms() - used_ms, boot=clock.boot, uptime_ms=clock.uptime_ms(), used_ms=used_ms)
