"""The index of the register: households, persons, members. A column is here because the office asks by it."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class Household(Base):
    """A household that lives together, found by village and number."""

    __tablename__ = "household"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    area_code: Mapped[str] = mapped_column(String(12), index=True)
    number: Mapped[str | None] = mapped_column(String(64), index=True)
    head_id: Mapped[str | None] = mapped_column(String(64), index=True)
    address: Mapped[str | None] = mapped_column(String(4000))


class Person(Base):
    """A person; the id number is found by its keyed hash only."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_name_bucket", "name", "bucket"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str | None] = mapped_column(String(64))
    sex: Mapped[str | None] = mapped_column(String(64))
    birth_date: Mapped[date | None]
    id_number_hash: Mapped[str | None] = mapped_column(String(32), index=True)


class HouseholdMember(Base):
    """Who lives in which household."""

    __tablename__ = "household_member"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    household_id: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[str] = mapped_column(String(64), index=True)
    relation: Mapped[str | None] = mapped_column(String(64))
