"""The lease of a phone, held against the true time: nobody reads the device's own reckoning here."""

from datetime import timedelta
from typing import TYPE_CHECKING

from field_client import households, lease
from field_client.errors import FieldError
from sync.canonical import moment
from tests.simulation.phone import Phone
from tests.simulation.violations import require

if TYPE_CHECKING:
    from tests.simulation.district import District

SLACK = timedelta(minutes=5)  # A lease is measured from when its answer came.


def lease_holds(district: "District", phone: Phone) -> None:
    """Check, as after each command, whether the phone shows the register; what a restart forgot is not held against it."""
    found = lease.observe(phone.store, phone.device, phone.clock)
    held = phone.store.get("lease")
    if held["issued_at"] != phone.leased[0]:
        came_with_a_lease(phone, phone.hands.boot)
    if phone.leased[1] != phone.hands.boot:
        return
    left = moment(held["issued_at"]) + timedelta(days=held["days"]) - district.time.at
    told = f"{phone.name}: {left} are left of its lease, it is {'over' if found.is_over else 'not over'}"
    require(district, "lease", abs(left) < SLACK or found.is_over == (left < timedelta()), told)
    require(district, "lease", _is_shown(phone) != found.is_over, f"{told}, the register is not as that says")


def came_with_a_lease(phone: Phone, boot: int) -> None:
    """Note in which boot a phone got the lease that it has; 0 where it came on a stick, and counts from its asking."""
    phone.leased = (phone.store.get("lease")["issued_at"], boot)


def renewed(district: "District", phone: Phone) -> None:
    """Check that a phone which has just spoken to the office shows the register."""
    found = lease.observe(phone.store, phone.device, phone.clock)
    require(district, "lease", not found.is_over and _is_shown(phone), f"{phone.name} is locked after a sync")


def _is_shown(phone: Phone) -> bool:
    try:
        households.found(phone.store, "没有这样的名字")
    except FieldError as refusal:
        if refusal.code != "lease.over":
            raise
        return False
    return True
