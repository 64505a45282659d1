"""What a check of means asks of each source and what comes back, who used it, and what was put in doubt.

The check as a whole is `cases_inquiry.CheckRequest`. What a source said is sealed (`sealed`: canonical JSON under the row's
own name) and disposed of on its day; that it was asked for, looked at and disposed of stays (政务数据共享条例第二十七条、
第二十九条).
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base
from server.models.cases import Noted


class CheckReport(Noted, Base):
    """One source's part in a check: what was asked of it, by which clause and on which way, and how that stands.

    Its id names the query outside of this office too; sent twice, it is the same query. `sealed` lists the persons asked
    about, until their data are disposed of. `renews_id`: the report whose data were put in doubt and are asked for again.
    """

    __tablename__ = "check_report"
    __table_args__ = (UniqueConstraint("check_id", "source", "round"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    check_id: Mapped[str] = mapped_column(ForeignKey("check_request.id"), index=True)
    source: Mapped[str] = mapped_column(String(32))
    round: Mapped[int] = mapped_column(default=1)  # one more each time the source is asked again
    renews_id: Mapped[str | None] = mapped_column(ForeignKey("check_report.id"))
    connector: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), index=True)  # server.domain.checks
    basis: Mapped[str] = mapped_column(String(500))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(32))  # why the last try did not come through: a code
    queried_at: Mapped[datetime | None]  # when the source looked, as it says
    answered_at: Mapped[datetime | None]
    valid_to: Mapped[date | None]
    dispose_on: Mapped[date | None] = mapped_column(index=True)
    disposed_at: Mapped[datetime | None]


class CheckItem(Base):
    """One thing that a source knows of one person, as the source said it; `sealed` has the person and the values."""

    __tablename__ = "check_item"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("check_report.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CheckUse(Noted, Base):
    """使用日志: one line for each query, look and disposal, with purpose and basis; never altered, kept until a day."""

    __tablename__ = "check_use"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    check_id: Mapped[str] = mapped_column(ForeignKey("check_request.id"), index=True)
    source: Mapped[str | None] = mapped_column(String(32))  # None: the check as a whole
    deed: Mapped[str] = mapped_column(String(16))  # query, look, summary, dispute, dispose
    asked_by: Mapped[str] = mapped_column(String(64))  # who asked for the check, on whose word the deed rests
    purpose: Mapped[str] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(String(500))
    keep_until: Mapped[date]


class CheckDispute(Noted, Base):
    """Data that were put in doubt: the source looks into them within its days; the grounds are sealed.

    政务数据共享条例第二十六条.
    """

    __tablename__ = "check_dispute"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("check_report.id"), index=True)
    renewed_id: Mapped[str | None] = mapped_column(ForeignKey("check_report.id"))  # the source asked again
    due_on: Mapped[date] = mapped_column(index=True)
    clause: Mapped[str] = mapped_column(String(500))
    outcome: Mapped[str | None] = mapped_column(String(16))  # corrected, upheld
    closed_at: Mapped[datetime | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
