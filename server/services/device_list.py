"""What the office sees of devices: whose, since when in touch, and how far a lost one's farewell is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.domain.permissions import Actor, may
from server.models.device import Device
from server.models.office import Staff
from server.queries import devices
from server.services import farewell, incidents
from server.services.sign_in import grants_of

STATES = {
    "in_use": "在用",
    "revoked": "已停用",
    "wipe_asked": "已停用，等待交出未传内容并抹除",
    "salvaged": "未传内容已交回，等待抹除确认",
    "wiped": "已抹除",
}


def listed(session: Session, actor: Actor, *, now: datetime) -> Sequence[dict[str, Any]]:
    """List the devices that the actor answers for, in the order of their enrolment."""
    found = [
        (device, staff)
        for device, staff in devices.with_staff(session)
        if all(may(actor, "device.manage", grant.area_prefix) for grant in grants_of(staff, now)) or _sees_all(actor)
    ]
    pieces = farewell.pieces_of(session, [device.id for device, _ in found])
    return [
        _line(device, staff, pieces.get(device.id, (0, 0))) | {"incidents": incidents.counts(session, device.id)}
        for device, staff in found
    ]


def state(device: Device) -> str:
    """Say in one word how a device stands."""
    if device.wiped_at:
        return "wiped"
    if device.wipe_asked_at:
        return "salvaged" if device.salvaged_at else "wipe_asked"
    return "revoked" if device.revoked_at else "in_use"


def _line(device: Device, staff: Staff, pieces: tuple[int, int]) -> dict[str, Any]:
    return {
        "id": device.id,
        "name": device.name,
        "staff": staff.display_name,
        "state": state(device),
        "enrolled_at": device.enrolled_at,
        "last_seen_at": device.last_seen_at,
        "revoked": device.revoked_at is not None,
        "revoked_at": device.revoked_at,
        "wipe_asked_at": device.wipe_asked_at,
        "wipe_reason": device.wipe_reason,
        "salvaged_at": device.salvaged_at,
        "wiped_at": device.wiped_at,
        "salvage_pieces": pieces[0],
        "salvage_bytes": pieces[1],
        "clock_offset_ms": device.clock_offset_ms,
    }


def _sees_all(actor: Actor) -> bool:
    return may(actor, "device.manage", "")
