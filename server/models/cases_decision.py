"""From the opinion to the decision: what hung in the village, who objected, what was decided, and whether it was served."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base
from server.models.cases import Noted


class PublicNotice(Noted, Base):
    """公示 before the decision (`proposal`) or 公布 after it (`announcement`): fields of its template and no others."""

    __tablename__ = "public_notice"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    fields: Mapped[Any] = mapped_column(JSON)
    place: Mapped[str] = mapped_column(String(200))
    posted_on: Mapped[date]
    ends_on: Mapped[date | None]
    photo: Mapped[str] = mapped_column(String(64))  # a blob


class Objection(Noted, Base):
    """What somebody says against a notice, sealed; and how it was met: a new visit, or a democratic review."""

    __tablename__ = "objection"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("public_notice.id"))
    source: Mapped[str] = mapped_column(String(32))  # villager, supervision_committee, anonymous, other
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(64))


class DemocraticReview(Noted, Base):
    """民主评议, held because of an objection, or where the region always asks for it (57号文第十九条), with its minutes."""

    __tablename__ = "democratic_review"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    objection_id: Mapped[str | None] = mapped_column(ForeignKey("objection.id"))
    held_on: Mapped[date]
    members: Mapped[int]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    minutes: Mapped[str] = mapped_column(String(64))  # a blob


class Decision(Noted, Base):
    """A named person's word on an application, once for ever: `sealed` has the reasons, the trace and the remedies."""

    __tablename__ = "decision"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    level: Mapped[str] = mapped_column(String(16))
    result: Mapped[str] = mapped_column(String(16))  # confirmed, refused
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    assessment_id: Mapped[str | None] = mapped_column(String(64))
    next_programmes: Mapped[Any] = mapped_column(JSON)  # what a refused household may apply for instead
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    served_at: Mapped[datetime | None]
    served_how: Mapped[str | None] = mapped_column(String(32))
