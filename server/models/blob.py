"""Blobs whose bytes are stored and verified, and uploads that are under way."""

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class Blob(Base):
    """Bytes that are all here and have this SHA-256."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime]
    device_id: Mapped[str | None] = mapped_column(String(64), index=True)
    staff_id: Mapped[str] = mapped_column(String(64))


class Upload(Base):
    """A tus upload. Its offset is the length of the staged file, the only truth after a crash, so it is no column."""

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("owner", "sha256"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))  # the device, or the member of staff without one
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
