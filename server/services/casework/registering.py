"""Putting a household that nobody knew yet into the register, as it stands at the window."""

from collections.abc import Mapping, Sequence
from typing import Any

from identity.resident_id import Refusal, parse
from server.domain.errors import InputInvalid
from server.services import duplicates
from server.services.casework.desk import Desk
from server.services.staged import office


def register(
    desk: Desk, area_code: str, members: Sequence[Mapping[str, Any]], *, address: str, phone: str
) -> tuple[str, list[str]]:
    """Register a household with its members, head first; gives its id and theirs.

    Whoever may be known already under another record is noted for a decision, as everywhere. Raises InputInvalid for an
    id number that cannot be one.
    """
    author = office(desk.now, desk.actor.staff_id)
    household_id = desk.new_id()
    ids = [desk.new_id() for _ in members]
    household = {"area_code": area_code, "head_id": ids[0], "address": address or None, "phone": phone or None}
    desk.ledger.create("household", household_id, area_code, household, author)
    for person_id, member in zip(ids, members, strict=True):
        desk.ledger.create("person", person_id, area_code, _person(desk, member), author)
        link = {
            "household_id": household_id,
            "person_id": person_id,
            "relation": member["relation"],
            "included": True,
            "from_on": desk.today.isoformat(),
        }
        desk.ledger.create("household_member", desk.new_id(), area_code, link, author)
        duplicates.look_for(desk.ledger, person_id, author, now=desk.now)
    return household_id, ids


def _person(desk: Desk, member: Mapping[str, Any]) -> dict[str, Any]:
    """Read birth and sex off the id number; somebody without one is registered by what they say."""
    born = member.get("birth_date")
    fields = {name: member.get(name) or None for name in ("name", "sex", "phone")}
    fields["birth_date"] = born.isoformat() if born else None
    if not member.get("id_number"):
        return fields
    read = parse(member["id_number"], today=desk.today)
    if isinstance(read, Refusal):
        raise InputInvalid(read.message, fields=["household.members"])
    sex = {"male": "男", "female": "女"}[read.sex]
    known = {"id_type": "resident_id", "id_number": read.number, "birth_date": read.born_on.isoformat(), "sex": sex}
    return {**fields, **known}
