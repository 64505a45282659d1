"""What an application rests on: the visits that it sent out, the check of means that it asked for, the assessment."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base
from server.models.cases import Noted


class CaseVisit(Noted, Base):
    """A visit task that a case sent out, and the sealed visit that came back, once a reviewer accepted it."""

    __tablename__ = "case_visit"

    machine: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    task_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    purpose: Mapped[str] = mapped_column(String(32))  # application, objection, county, recheck
    assignee_id: Mapped[str] = mapped_column(String(64))
    visit_id: Mapped[str | None] = mapped_column(String(64), index=True)
    accepted_at: Mapped[datetime | None]


class CheckRequest(Noted, Base):
    """经济状况核对, asked for by right, purpose and legal basis; its answer is sealed. Its sources: models.checks."""

    __tablename__ = "check_request"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(String(500))  # the clause that allows it
    state: Mapped[str] = mapped_column(String(16))  # server.domain.checks
    result: Mapped[str | None] = mapped_column(String(16))  # clear, negative
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(64))
    valid_to: Mapped[date | None]
    told_at: Mapped[datetime | None]  # when the applicant was told of a negative result (57号文第十八条)
    evidence_at: Mapped[datetime | None]  # when the applicant answered it
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class CaseOpinion(Noted, Base):
    """The township's opinion, with its reasons sealed; a new one after an objection or a return is a new row."""

    __tablename__ = "case_opinion"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    suggestion: Mapped[str] = mapped_column(String(16))  # confirm, refuse
    assessment_id: Mapped[str | None] = mapped_column(String(64))
    proposed_fen: Mapped[int | None] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CaseAssessment(Noted, Base):
    """What the rules say of the facts found: a suggestion with its whole trace, sealed; a named person decides."""

    __tablename__ = "case_assessment"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    visit_id: Mapped[str] = mapped_column(String(64))
    check_id: Mapped[str] = mapped_column(String(64))
    rules: Mapped[str] = mapped_column(String(32))  # the version of the rules
    outcome: Mapped[str] = mapped_column(String(16))  # eligible, not_eligible, missing_facts
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)  # a month
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
