"""Devices as the office asks for them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.device import Device
from server.models.office import Staff


def with_staff(session: Session) -> Sequence[tuple[Device, Staff]]:
    """List all devices with whose they are, in the order of their enrolment."""
    statement = select(Device, Staff).join(Staff, Staff.id == Device.staff_id).order_by(Device.enrolled_at, Device.id)
    return [(device, staff) for device, staff in session.execute(statement)]
