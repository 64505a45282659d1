"""Who lives together in a household today, as the register knows it: whom an application counts, and who must sign."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from policy.law import Law
from server.models.register import HouseholdMember
from server.services.changes import Ledger


@dataclass(frozen=True)
class Member:
    """A co-living member: the person's id and fields."""

    id: str
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        """The name, or nothing where none is known."""
        return str(self.fields.get("name") or "")

    def is_adult(self, law: Law) -> bool:
        """Tell whether the person is of age; without a birth date whoever counts as an adult signs."""
        born = self.fields.get("birth_date")
        return not born or _years(date.fromisoformat(born), law.on) >= law.get("age.adult").read(int)


def co_living(ledger: Ledger, household_id: str, *, on: date) -> list[Member]:
    """List the members who live together and count on a day: included, not gone, and alive."""
    links = ledger.reading.scalars(select(HouseholdMember).where(HouseholdMember.household_id == household_id)).all()
    ledger.preload(("household_member", link.id) for link in links)
    ledger.preload(("person", link.person_id) for link in links)
    found = []
    for link in sorted(links, key=lambda one: one.id):
        place, person = ledger.get("household_member", link.id), ledger.get("person", link.person_id)
        if place and person and _counts(place.fields, on) and not person.fields.get("death_date"):
            found.append(Member(link.person_id, dict(person.fields)))
    return found


def _counts(place: Any, on: date) -> bool:
    gone = place.get("to_on")
    return place.get("included") is not False and (not gone or date.fromisoformat(gone) >= on)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
