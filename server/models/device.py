"""Devices, their installations, and what became of each numbered mutation."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class Device(Base):
    """An enrolled device: whose it is, its public keys, and the head of its chain of seals."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    platform: Mapped[str] = mapped_column(String(64))
    signing_key: Mapped[str] = mapped_column(String(64))
    sealing_key: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    wipe_asked_at: Mapped[datetime | None]
    wipe_reason: Mapped[str | None] = mapped_column(String(500))
    salvaged_at: Mapped[datetime | None]
    farewell_key: Mapped[str | None] = mapped_column(String(64))  # signs that it wiped, when its own keys are gone
    wiped_at: Mapped[datetime | None]
    wiped_signature: Mapped[str | None] = mapped_column(String(128))
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    faces_kept: Mapped[int | None] = mapped_column(
        BigInteger
    )  # persons, as it last said itself; None: keeping was never turned on there
    seal_number: Mapped[int] = mapped_column(default=0)
    seal_hash: Mapped[str] = mapped_column(String(64), default="0" * 64)


class Installation(Base):
    """One life of a device's local store. Its row is the lock under which its mutations are applied, once and in order."""

    __tablename__ = "installation"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    applied_n: Mapped[int] = mapped_column(BigInteger, default=0)
    durable_n: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")  # what a finished backup covers
    running_hash: Mapped[str] = mapped_column(String(64))  # over all that was accepted (sync.digest.carried_on)


class MutationResult(Base):
    """The result of one mutation, kept so that a repeat gets the same; `digest` is the hash of its content."""

    __tablename__ = "mutation_result"

    device_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    installation: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    result: Mapped[bytes] = mapped_column(LargeBinary)
    offered: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # a refused mutation whole, sealed, so that nothing is lost
    at: Mapped[datetime | None]  # when it was taken; None: before this was written down


class Incident(Base):
    """Something about a device that is a bug or a misfortune to be seen: what kind, how often, and since when."""

    __tablename__ = "incident"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
