"""The statutory clock of a case: what is due when, why a period stood still, and for which reason it was made longer."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base
from server.models.cases import Noted


class Deadline(Base):
    """A period of a case. `is_provisional`: it rests on a year whose holidays are not announced yet."""

    __tablename__ = "deadline"
    __table_args__ = (Index("ix_deadline_case", "machine", "case_id"), Index("ix_deadline_due", "done_on", "due_on"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    machine: Mapped[str] = mapped_column(String(32))
    case_id: Mapped[str] = mapped_column(String(64))
    area_code: Mapped[str] = mapped_column(String(12))
    programme: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    start_on: Mapped[date]
    due_on: Mapped[date]
    is_provisional: Mapped[bool]
    clause: Mapped[str] = mapped_column(String(500))
    is_unstable: Mapped[bool] = mapped_column(default=False)  # of a recheck: income that changes
    extended_for: Mapped[str | None] = mapped_column(String(32))  # the reason's code
    done_on: Mapped[date | None]


class Pause(Noted, Base):
    """A time in which the office waited for somebody else, with its reason; its working days are added at the end."""

    __tablename__ = "pause"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
