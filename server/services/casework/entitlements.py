"""Entitlements: granted by a confirmed decision from the next month on, and shown in the register of the household.

The end of one keeps the household's others (文件001 二(三)): each is an entitlement of its own.
"""

from datetime import date
from typing import Any

from policy.catalogue import catalogue
from policy.procedure.machines import load_machine
from server.models.cases import Application
from server.models.cases_after import Entitlement, EntitlementAmount
from server.models.cases_decision import Decision
from server.services.casework import steps
from server.services.casework.desk import Desk
from server.services.staged import office

ONCE = "emergency"
"""The layer of programmes that are paid once, and leave no monthly entitlement."""


def grant(desk: Desk, application: Application, decision: Decision, *, is_unstable: bool) -> Entitlement | None:
    """Grant what was confirmed from the first day of the next month; aid that is paid once grants nothing monthly."""
    layer = next(one.layer for one in catalogue() if one.code == application.programme)
    if layer == ONCE:
        return None
    entitlement = Entitlement(
        id=desk.new_id(),
        area_code=application.area_code,
        state=load_machine("entitlement").start,
        version=0,
        application_id=application.id,
        household_id=application.household_id,
        programme=application.programme,
        is_unstable=is_unstable,
        from_on=next_month(desk.today),
    )
    desk.session.add(entitlement)
    desk.session.flush()
    set_amount(desk, entitlement, decision.amount_fen or 0, from_on=entitlement.from_on)
    steps.take(desk, entitlement, "grant")
    _show(desk, entitlement, {"programme": entitlement.programme, "from_on": entitlement.from_on.isoformat()})
    return entitlement


def set_amount(desk: Desk, entitlement: Entitlement, amount_fen: int, *, from_on: date) -> None:
    """Set the monthly amount from a day on; what was paid before stays what it was."""
    row = EntitlementAmount(entitlement_id=entitlement.id, from_on=from_on, amount_fen=amount_fen, **desk.noted)
    desk.session.merge(row)


def end(desk: Desk, entitlement: Entitlement, *, on: date) -> None:
    """Note an entitlement's last day and take it, and only it, out of what the household is shown to receive."""
    entitlement.to_on = on
    _show(desk, entitlement, None)


def next_month(day: date) -> date:
    """Give the first day of the next month.

    >>> next_month(date(2026, 12, 31))
    datetime.date(2027, 1, 1)
    """
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def month_end(day: date) -> date:
    """Give the last day of a month.

    >>> month_end(date(2026, 2, 3))
    datetime.date(2026, 2, 28)
    """
    return date.fromordinal(next_month(day).toordinal() - 1)


def _show(desk: Desk, entitlement: Entitlement, line: dict[str, Any] | None) -> None:
    """Replace one programme's line in the household's record, which devices see."""
    household = desk.ledger.get("household", entitlement.household_id)
    if household is None:
        return
    others = [one for one in household.fields.get("programmes") or () if one["programme"] != entitlement.programme]
    programmes = [*others, *([line] if line else ())]
    author = office(desk.now, desk.actor.staff_id)
    desk.ledger.update("household", entitlement.household_id, {"programmes": programmes}, author)
