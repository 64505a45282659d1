"""The synced records and all that keeps them: buckets, records, tombstones, changes, and values held for a decision.

A record's truth is its row in `record`: canonical bytes, ready to be sent as they are. The typed tables (household.py,
visit.py, …) are its index for the office's questions, written by the same door in the same transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class Deployment(Base):
    """One row: this database's epoch. A restored database gets another one, so that devices notice."""

    __tablename__ = "deployment"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))


class FormerEpoch(Base):
    """Up to which seq of a bucket a former epoch and this one are the same history: what a base of that epoch still says."""

    __tablename__ = "former_epoch"

    epoch: Mapped[str] = mapped_column(String(32), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    head: Mapped[int] = mapped_column(BigInteger)


class Bucket(Base):
    """The unit of subscription and of order: its dense counter, and the sum over its live records."""

    __tablename__ = "bucket"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    head: Mapped[int] = mapped_column(BigInteger, default=0)
    live: Mapped[int] = mapped_column(BigInteger, default=0)
    checksum: Mapped[str] = mapped_column(String(32), default="0" * 32)
    checksum_key: Mapped[str] = mapped_column(String(32))


class Record(Base):
    """A live record: its latest state. `batch_end` is the last seq that its transaction took in the bucket."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("bucket", "seq"),)

    type: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    batch_end: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    marks: Mapped[bytes] = mapped_column(LargeBinary)


class Tombstone(Base):
    """Why a record is no longer in a bucket."""

    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("bucket", "seq"),)

    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    batch_end: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(16))


class Change(Base):
    """The history: who changed which fields of a record, from what to what. Never altered, never deleted by a deed."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_record", "type", "record_id", "seq"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[str] = mapped_column(String(64))
    bucket: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    operation: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[str | None] = mapped_column(String(64))
    device_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]
    values: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # canonical {field: [before, after], field!superseded: [lost…]}; sealed where it holds secrets
    is_sealed: Mapped[bool]


class HeldValue(Base):
    """What waits for a person (server/services/held.py): a device's value, or two persons who may be one.

    What the devices are told of it is a record `held_value` of the same id; here are the values as they were given.
    """

    __tablename__ = "held_value"
    __table_args__ = (Index("ix_held_value_record", "type", "record_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[str] = mapped_column(String(64))
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    field: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    other_id: Mapped[str | None] = mapped_column(String(64), index=True)  # the second person of a duplicate
    other_bucket: Mapped[str | None] = mapped_column(String(64))
    values: Mapped[bytes] = mapped_column(LargeBinary)  # sealed {original, current, offered, evidence: a visit's id}
    repeat_key: Mapped[str | None] = mapped_column(
        String(32), index=True
    )  # keyed hash of what was asked, by whom, when
    staff_id: Mapped[str] = mapped_column(String(64))
    device_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[Any | None] = mapped_column(JSON)
