"""Whole changes of devices that wait for a person: work whose right is in doubt, and what a lost device handed over."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class HeldWork(Base):
    """One mutation that waits whole. `in_order` tells how its seal stood in the device's chain when it arrived."""

    __tablename__ = "held_work"
    __table_args__ = (UniqueConstraint("device_id", "installation", "n"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(64))
    installation: Mapped[int]
    n: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[str] = mapped_column(String(64), index=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    staff_id: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(
        String(32)
    )  # right.ended, right.in_doubt, record.waits, schema.newer, device.lost
    mutation: Mapped[bytes] = mapped_column(LargeBinary)  # whole, sealed
    in_order: Mapped[bool]
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(16))  # accepted, declined
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decision_reason: Mapped[str | None] = mapped_column(String(500))
