"""The lanes on which bytes leave, in their order, and how long a lane or a blob rests after a failure.

Mutations come before all lanes; `syncing` sees to that. The jitter is made of names, not thrown: devices that failed
together come again apart, and a replay of one device is exact.
"""

import hashlib
from datetime import timedelta
from typing import Any

from field_client.clock import Clock
from field_client.settings import load_device
from field_client.store import Store
from sync.canonical import instant

PREVIEWS, PAPERS, PHOTOS = "previews", "papers", "photos"
ORDER = (PREVIEWS, PAPERS, PHOTOS)
PREVIEW = "preview"  # the kind of a blob that is only a small copy of another
REST_FIRST, REST_LONGEST = timedelta(seconds=30), timedelta(hours=1)
_KINDS = {PREVIEW: PREVIEWS, "signature": PAPERS, "paper": PAPERS, "consent": PAPERS}
_RESTS = "lane_rests"


def lane_of(kind: str) -> str:
    """Name the lane of a kind of blob."""
    return _KINDS.get(kind, PHOTOS)


def pause(tries: int, first: timedelta, longest: timedelta, *names: str) -> timedelta:
    """Double the pause with each try, up to the longest, and add up to a quarter by the names."""
    doubled: timedelta = min(longest * 4 // 5, first * 2 ** min(tries - 1, 20))
    return doubled + doubled * jitter(*names, str(tries)) / 4


def asked_pause(after_s: float, *names: str) -> timedelta:
    """Give the pause that the office asked for, up to a quarter longer by the names, never beyond the longest rest."""
    return min(REST_LONGEST, timedelta(seconds=after_s * (1 + jitter(*names) / 4)))


def jitter(*names: str) -> float:
    """Give a number from 0 up to 1 that differs from name to name and never changes."""
    return int.from_bytes(hashlib.sha256("/".join(names).encode()).digest()[:4], "big") / 2**32


def is_due(not_before: str, clock: Clock, longest: timedelta) -> bool:
    """Tell whether a pause is over. One that seems longer than any is was set by a clock that was put back since."""
    return not clock.now() < not_before <= instant(clock.wall() + longest)


def open_lanes(store: Store, clock: Clock) -> frozenset[str]:
    """Name the lanes that do not rest."""
    rests = store.get(_RESTS, {})
    return frozenset(
        lane for lane in ORDER if lane not in rests or is_due(rests[lane]["not_before"], clock, REST_LONGEST)
    )


def rest(store: Store, clock: Clock, lane: str, reason: str, after_s: int = 0) -> None:
    """Let a lane rest for a while that grows with each failure in a row, and as long as the office asks; the others go on."""
    rests = store.get(_RESTS, {})
    tries = rests.get(lane, {}).get("tries", 0) + 1
    names = (load_device(store.home).device_id, lane)
    until = clock.wall() + max(pause(tries, REST_FIRST, REST_LONGEST, *names), asked_pause(after_s, *names))
    store.put(_RESTS, rests | {lane: {"tries": tries, "not_before": instant(until), "reason": reason}})


def wake(store: Store, *lanes: str) -> None:
    """Open lanes again: something went through, or the worker wants it tried now."""
    rests = store.get(_RESTS, {})
    if set(rests) & set(lanes):
        store.put(_RESTS, {lane: one for lane, one in rests.items() if lane not in lanes})


def resting(store: Store, clock: Clock) -> list[dict[str, Any]]:
    """List the lanes that rest, until when and why."""
    rests = store.get(_RESTS, {})
    return [{"lane": lane, **rests[lane]} for lane in ORDER if lane in rests and lane not in open_lanes(store, clock)]
