"""Numbers that a region has set for itself: who proposed each, who approved it, by which document, from which day."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class RegionalParameter(Base):
    """One value of one key in a region, from a day on. A row is never edited; a newer value is another row."""

    __tablename__ = "regional_parameter"
    __table_args__ = (Index("ix_regional_parameter_place", "key", "region"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(6))
    area: Mapped[str | None] = mapped_column(String(8))  # urban, rural; none for both
    value: Mapped[bytes] = mapped_column(LargeBinary)  # canonical JSON, in the form of the rules' data files
    valid_from: Mapped[date]
    document: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(64))
    clause: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    proposed_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(16))  # approved, declined
    decision_reason: Mapped[str | None] = mapped_column(String(500))
