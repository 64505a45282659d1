"""What lost devices handed over: sealed pieces, opened only when the office takes them up."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class SalvagePiece(Base):
    """One piece as it came: a bundle sealed to the office, named by the hash of what is in it."""

    __tablename__ = "salvage_piece"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    stored_at: Mapped[datetime]
