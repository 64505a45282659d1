"""What follows a decision: the entitlement with its amounts, rechecks, what people report, hearings, adjustments, tapers."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base
from server.models.cases import Noted, Stateful


class Entitlement(Stateful, Base):
    """What a household receives each month under one application; other entitlements of the household are others."""

    __tablename__ = "entitlement"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), unique=True)
    household_id: Mapped[str] = mapped_column(String(64), index=True)
    programme: Mapped[str] = mapped_column(String(64))
    is_unstable: Mapped[
        bool
    ]  # income that changes, or somebody able to work: rechecked twice as often (57号文第三十一条)
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class EntitlementAmount(Noted, Base):
    """The monthly amount from a day on, until the next row's day or the entitlement's end."""

    __tablename__ = "entitlement_amount"

    entitlement_id: Mapped[str] = mapped_column(ForeignKey("entitlement.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)


class ChangeReport(Noted, Base):
    """A death or another change that somebody told, sealed; it leads to a recheck."""

    __tablename__ = "change_report"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    household_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # death, income, members, moved, other
    person_id: Mapped[str | None] = mapped_column(String(64))
    happened_on: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Recheck(Noted, Base):
    """One round of rechecking an entitlement: by its period, after a death, or after a reported change."""

    __tablename__ = "recheck"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    entitlement_id: Mapped[str] = mapped_column(ForeignKey("entitlement.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # period, death, change
    report_id: Mapped[str | None] = mapped_column(ForeignKey("change_report.id"))
    found_at: Mapped[datetime | None]
    finding: Mapped[str | None] = mapped_column(String(16))  # unchanged, raise, reduce, stop, taper
    proposed_fen: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None]


class Hearing(Noted, Base):
    """What the household said before its aid was cut or ended (社会救助法第四十八条), sealed."""

    __tablename__ = "hearing"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    recheck_id: Mapped[str] = mapped_column(ForeignKey("recheck.id"), index=True)
    method: Mapped[str] = mapped_column(String(16))  # in_person, phone, written, declined
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Adjustment(Noted, Base):
    """A decided change of an entitlement: more, less, or its end, served in writing; the reasons are sealed."""

    __tablename__ = "adjustment"

    recheck_id: Mapped[str] = mapped_column(ForeignKey("recheck.id"), primary_key=True)
    entitlement_id: Mapped[str] = mapped_column(ForeignKey("entitlement.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # raise, reduce, stop
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    from_on: Mapped[date]
    served_how: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class TaperPeriod(Noted, Base):
    """渐退: aid that goes on for a while after the income of work has risen above the line."""

    __tablename__ = "taper_period"

    recheck_id: Mapped[str] = mapped_column(ForeignKey("recheck.id"), primary_key=True)
    entitlement_id: Mapped[str] = mapped_column(ForeignKey("entitlement.id"), index=True)
    months: Mapped[int]
    from_on: Mapped[date]
    to_on: Mapped[date] = mapped_column(index=True)
