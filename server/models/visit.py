"""The index of field work: tasks, visits, amendments, reviews, receipts, leads, and which blobs each rests on."""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class VisitTask(Base):
    """A task that sends a worker to a household."""

    __tablename__ = "visit_task"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    household_id: Mapped[str | None] = mapped_column(String(64), index=True)
    area_code: Mapped[str | None] = mapped_column(String(12), index=True)
    assignee_id: Mapped[str | None] = mapped_column(String(64), index=True)
    kind: Mapped[str | None] = mapped_column(String(64))
    due_on: Mapped[date | None]
    state: Mapped[str | None] = mapped_column(String(64))


class Visit(Base):
    """A sealed visit that arrived, and where its review stands."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_queue", "review_state", "bucket", "sealed_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    household_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    sealed_at: Mapped[datetime]
    review_state: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(64))
    form_verdict: Mapped[str | None] = mapped_column(String(64))


class Amendment(Base):
    """A sealed addition to a visit, in the order of its revisions."""

    __tablename__ = "amendment"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    visit_id: Mapped[str] = mapped_column(String(64), index=True)
    revision: Mapped[int]
    sealed_at: Mapped[datetime]


class Review(Base):
    """A reviewer's word on a visit at one revision."""

    __tablename__ = "review"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    visit_id: Mapped[str] = mapped_column(String(64), index=True)
    revision: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(64))
    reviewer_id: Mapped[str] = mapped_column(String(64), index=True)
    decided_at: Mapped[datetime]


class Receipt(Base):
    """The signed word that every byte of a visit's revision is stored."""

    __tablename__ = "receipt"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    visit_id: Mapped[str] = mapped_column(String(64), index=True)
    revision: Mapped[int]
    issued_at: Mapped[datetime]


class Lead(Base):
    """A quick report of somebody in need, and where its handling stands."""

    __tablename__ = "lead"
    __table_args__ = (Index("ix_lead_queue", "review_state", "bucket", "sealed_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), index=True)
    urgency: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
    review_state: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(64))


class VisitBlob(Base):
    """A blob that a revision of a visit, or a lead, rests on; whether its bytes are here is told by the table `blob`."""

    __tablename__ = "visit_blob"

    visit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    revision: Mapped[int] = mapped_column(primary_key=True)


class VisitInvestigator(Base):
    """Who took part in a visit: the table that keeps investigators from reviewing their own work."""

    __tablename__ = "visit_investigator"

    visit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class FaceRecheck(Base):
    """What a second look at one comparison of faces found: codes only, never a photograph, a vector or a distance."""

    __tablename__ = "face_recheck"

    visit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the visit's identity step
    needs_review: Mapped[bool] = mapped_column(index=True)
    reasons: Mapped[str] = mapped_column(String(200))  # separated by blanks
    model_version: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
