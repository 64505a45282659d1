"""The desk at which a case is worked on: the transaction, who acts, by which rules, and when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from policy.calendar import HolidayCalendar
from policy.law import Law
from policy.parameters import Parameters
from server.domain.days import day
from server.domain.permissions import Actor
from server.services.changes import Ledger
from server.services.ids import make_id
from sync.canonical import dumps, loads


@dataclass(frozen=True)
class Rules:
    """The rules in force here: dated parameters, and the holiday tables that are announced."""

    parameters: Parameters
    calendar: HolidayCalendar

    def law(self, area_code: str, on: date) -> Law:
        """Give the law of a day in an area."""
        return Law(self.parameters, area_code, on, None)


@dataclass(frozen=True)
class Desk:
    """One deed's surroundings. Whatever it writes is noted with the actor, the device and the moment."""

    ledger: Ledger
    actor: Actor
    rules: Rules
    now: datetime

    @property
    def session(self) -> Session:
        """The transaction to write with."""
        return self.ledger.session

    @property
    def today(self) -> date:
        """The day in China."""
        return day(self.now)

    @property
    def noted(self) -> dict[str, Any]:
        """The columns of `models.cases.Noted`."""
        return {"at": self.now, "staff_id": self.actor.staff_id, "device_id": self.actor.device_id}

    def law(self, area_code: str) -> Law:
        """Give today's law in an area."""
        return self.rules.law(area_code, self.today)

    def new_id(self) -> str:
        """Make an id of this moment."""
        return make_id(self.now)

    def seal(self, kind: str, row_id: str, values: dict[str, Any]) -> bytes:
        """Seal what a row tells about people, bound to that row."""
        return self.ledger.vault.seal(dumps(values), f"{kind}/{row_id}")

    def unseal(self, kind: str, row_id: str, sealed: bytes | None) -> dict[str, Any]:
        """Open what `seal` closed; nothing where nothing was sealed."""
        if sealed is None:
            return {}
        opened: dict[str, Any] = loads(self.ledger.vault.open(sealed, f"{kind}/{row_id}"))
        return opened
