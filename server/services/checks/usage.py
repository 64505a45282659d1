"""使用日志: every use of a check's data is written down where the use is (政务数据共享条例第二十九条), and kept for its years."""

from policy.calendar import add_months
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckUse
from server.services import audit
from server.services.casework.desk import Desk

MONTHS_A_YEAR = 12


def note(
    desk: Desk, check: CheckRequest, application: Application, deed: str, *, source: str | None = None, basis: str = ""
) -> None:
    """Write one use: who, for what, by which clause, on whose asking; in the use log and in the actor's own chain."""
    years = desk.law(application.area_code).get("gov_data.use_log_years").read(int)
    row = CheckUse(
        id=desk.new_id(),
        check_id=check.id,
        source=source,
        deed=deed,
        asked_by=check.staff_id,
        purpose=check.purpose,
        basis=basis or check.basis,
        keep_until=add_months(desk.today, years * MONTHS_A_YEAR, desk.rules.calendar).on,
        **desk.noted,
    )
    desk.session.add(row)
    more = {"source": source} if source else {}
    audit.record(
        desk.session,
        desk.actor,
        f"check.{deed}",
        "check_request",
        check.id,
        now=desk.now,
        purpose=check.purpose,
        **more,
    )
