"""How long anything of a face may lie on this device: what is set for the device, within what the region allows.

A clock that cannot be trusted shortens the time, never prolongs it. What lies here is told by `kept_faces` and
`face_rechecks`; `faces` runs the timer over both.
"""

from datetime import datetime, timedelta

from field_client import overlay
from field_client.clock import Clock
from field_client.store import Store
from policy.parameters import load_parameters
from sync.canonical import moment


def longest(store: Store, clock: Clock, region: str, hours: int | None) -> timedelta | None:
    """Say how long at most in a region, where `hours` were set for this device; None where nothing is to lie here."""
    if hours is None:
        return None
    limit = load_parameters().find("face.retention_hours", region=region, on=store.rule_day(clock))
    return timedelta(hours=min(hours, limit.read(int)) if limit else hours)


def is_over(store: Store, clock: Clock, person_id: str, *, kept_at: str, until: str) -> bool:
    """Tell whether something has to go: its time is over, or unknown, or its owner has left this device's register."""
    began_later = clock.wall() < moment(kept_at)  # The clock ran back, and nobody knows by how much.
    return _latest(store, clock) >= moment(until) or began_later or overlay.one(store, "person", person_id) is None


def _latest(store: Store, clock: Clock) -> datetime:
    """Give the latest time that this device has heard of."""
    anchor = store.get("anchor")
    return max(clock.wall(), moment(anchor["server_at"])) if anchor else clock.wall()
