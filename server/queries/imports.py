"""Who imported which device's bundle, and when: read from the log of deeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.audit import AuditEvent
from server.models.device import Device
from server.models.office import Staff
from sync.canonical import loads


@dataclass(frozen=True)
class BundleImport:
    """One import: the account that ran it, the device and its user, and the figures."""

    at: datetime
    account: str
    device: str
    staff: str
    figures: dict[str, Any]


def latest(session: Session, *, limit: int) -> Sequence[BundleImport]:
    """Return the latest imports of bundles, newest first; for who runs the server."""
    statement = (
        select(AuditEvent, Device.name, Staff.display_name)
        .join(Device, Device.id == AuditEvent.subject_id)
        .join(Staff, Staff.id == Device.staff_id)
        .where(AuditEvent.action == "bundle.import")
        .order_by(AuditEvent.at.desc(), AuditEvent.n.desc())
        .limit(limit)
    )
    found = []
    for event, device, staff in session.execute(statement):
        details = loads(event.details)
        found.append(BundleImport(event.at, str(details.pop("account", "")), device, staff, details))
    return found
