"""Who did or saw what, to which record, when and why: append-only, each actor's events chained by hash.

社会救助法 art. 70 makes altering records and unlawful look-ups punishable; a missing or changed line breaks the chain. One
chain per actor, because one chain for all would make every writer wait for every other.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class AuditChain(Base):
    """The end of one actor's chain."""

    __tablename__ = "audit_chain"

    actor: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, default=0)
    hash: Mapped[str] = mapped_column(String(64), default="0" * 64)


class AuditEvent(Base):
    """One line of an actor's chain."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject_type", "subject_id"),)

    actor: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    device_id: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(128))
    details: Mapped[bytes] = mapped_column(LargeBinary)  # canonical JSON; codes and ids, nothing personal
    hash: Mapped[str] = mapped_column(String(64))
