"""Devices as the office asks for them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.device import Device
from server.models.office import Staff


def with_staff(session: Session) -> Sequence[tuple[Device, Staff]]:
    """List all devices with whose they are, in the order of their enrolment."""
    statement = select(Device, Staff).join(Staff, Staff.id == Device.staff_id).order_by(Device.enrolled_at, Device.id)
    return [(device, staff) for device, staff in session.execute(statement)]


def faces_kept(session: Session) -> tuple[int, int]:
    """Add up how many persons' faces the devices that are not wiped say they keep, and on how many devices."""
    statement = select(func.sum(Device.faces_kept), func.count()).where(
        Device.faces_kept > 0, Device.wiped_at.is_(None)
    )
    persons, count = session.execute(statement).one()
    return int(persons or 0), int(count)
