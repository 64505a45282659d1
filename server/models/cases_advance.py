"""先行救助: help that is handed over at once; its papers follow (社会救助法第五十条, 文件000 一(三))."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base
from server.models.cases import Noted, Stateful


class AdvanceAid(Noted, Stateful, Base):
    """One advance: reported by whom, approved by whom, handed over by another, and made good on paper later.

    `area_code` is where the emergency is. `sealed` tells who was helped and why; a person without papers has no household.
    """

    __tablename__ = "advance_aid"

    household_id: Mapped[str | None] = mapped_column(String(64), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    receipt: Mapped[str | None] = mapped_column(String(64))  # a blob: the signed receipt
    paid_at: Mapped[datetime | None]
    application_id: Mapped[str | None] = mapped_column(String(64), index=True)  # the papers that came after
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
