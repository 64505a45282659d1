"""Cases: what people apply for. One intake for all programmes, the applications that it was split into, their history.

None of this travels to a device; what a device needs of a case is its visit task. Free text about people and everything
economic is sealed (`sealed`: canonical JSON, opened by the vault under the row's own name).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class Noted:
    """Who wrote a row, when, and on which device: every deed belongs to one person (文件003 三(六))."""

    at: Mapped[datetime]
    staff_id: Mapped[str] = mapped_column(String(64))
    device_id: Mapped[str | None] = mapped_column(String(64))


class Stateful:
    """What goes through a procedure. `version` counts its steps: whoever saw an older one is told so."""

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    area_code: Mapped[str] = mapped_column(String(12), index=True)
    state: Mapped[str] = mapped_column(String(32), index=True)
    version: Mapped[int] = mapped_column(default=0)


class Intake(Noted, Base):
    """One asking for help, whatever it is for (一门受理): who asks, for which household, what was declared and signed.

    `sealed` holds the agent's name, relation and phone, and where the trouble arose.
    """

    __tablename__ = "intake"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    area_code: Mapped[str] = mapped_column(String(12), index=True)
    household_id: Mapped[str] = mapped_column(String(64), index=True)
    applicant_id: Mapped[str] = mapped_column(String(64), index=True)
    channel: Mapped[str] = mapped_column(String(16))  # window, home, phone, online, transferred
    is_by_agent: Mapped[bool]
    entrustment: Mapped[str | None] = mapped_column(String(64))  # the paper by which an agent acts: a blob
    declaration: Mapped[str | None] = mapped_column(String(64))  # the signed declaration of circumstances: a blob
    declaration_version: Mapped[str | None] = mapped_column(String(32))
    is_pledged: Mapped[bool] = mapped_column(default=False)  # 诚信承诺
    kin_answered: Mapped[bool] = mapped_column(default=False)  # whether the question about kin was put and answered
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Authorisation(Noted, Base):
    """An adult co-living member's signed consent to the check of the household's means (社会救助法第四十条).

    It holds for the sources that it names and until its day; without a day it opens no query. Of somebody who owes the
    household support (赡养、抚养、扶养义务人) it is the consent without which nobody asks about them (社会救助法第四十一条).
    """

    __tablename__ = "authorisation"

    intake_id: Mapped[str] = mapped_column(ForeignKey("intake.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    paper: Mapped[str] = mapped_column(String(64))  # a blob
    is_obligor: Mapped[bool] = mapped_column(default=False, server_default=false())
    scope: Mapped[Any | None] = mapped_column(JSON)  # codes of sources
    valid_to: Mapped[date | None]


class KinshipDisclosure(Noted, Base):
    """近亲属备案: a member of the household is close kin of staff or of the village committee (57号文第十一条).

    `relative_id` is the member of staff, who may take no part in the household's cases; None for somebody without an account.
    """

    __tablename__ = "kinship_disclosure"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    household_id: Mapped[str] = mapped_column(String(64), index=True)
    relative_id: Mapped[str | None] = mapped_column(String(64), index=True)
    post: Mapped[str] = mapped_column(String(64))
    relation: Mapped[str] = mapped_column(String(64))


class Application(Stateful, Base):
    """One household's application for one programme."""

    __tablename__ = "application"
    __table_args__ = (Index("ix_application_household", "household_id", "programme"),)

    intake_id: Mapped[str] = mapped_column(ForeignKey("intake.id"), index=True)
    programme: Mapped[str] = mapped_column(String(64))
    household_id: Mapped[str] = mapped_column(String(64))
    applicant_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    handler_id: Mapped[str | None] = mapped_column(String(64), index=True)  # who accepted it
    accept_basis: Mapped[str | None] = mapped_column(String(32))
    accepted_on: Mapped[date | None]
    is_reported: Mapped[bool] = mapped_column(default=False)  # complained about: the county visits (57号文第二十条)
    papers_asked_at: Mapped[datetime | None]  # the one-time notice went out
    warned_at: Mapped[datetime | None]  # warned that a lack of cooperation may end the procedure (57号文第二十九条)
    suggestion: Mapped[str | None] = mapped_column(String(16))  # the township's opinion: confirm, refuse
    proposed_fen: Mapped[int | None] = mapped_column(BigInteger)  # a month, or once


class CaseStep(Noted, Base):
    """One step of a case: from which state to which, by whom, why, and by which clause. Never altered."""

    __tablename__ = "case_step"

    machine: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(32))
    from_state: Mapped[str] = mapped_column(String(32))
    to_state: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    clause: Mapped[str] = mapped_column(String(500))


class Material(Noted, Base):
    """A paper of an application: given, pledged, still missing, or confirmed by sharing and therefore never asked for."""

    __tablename__ = "material"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(32))  # missing, asked, given, pledged, exempt_by_sharing
    blob: Mapped[str | None] = mapped_column(String(64))
