"""By which names people know the records of the register, within the actor's area."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.domain.permissions import Actor
from server.models.register import Household, HouseholdMember, Person
from server.queries import scope

Key = tuple[str, str]
PERSON_OF: tuple[tuple[str, type[Household] | type[HouseholdMember], InstrumentedAttribute[Any]], ...] = (
    ("household", Household, Household.head_id),
    ("household_member", HouseholdMember, HouseholdMember.person_id),
)
"""Which person gives a record its name."""


def of_records(session: Session, actor: Actor, keys: Iterable[Key]) -> dict[Key, str]:
    """Name persons by their names, households by their heads, and memberships by who is a member."""
    persons: dict[Key, str | None] = {}
    for record_type, record_id in set(keys):
        persons[record_type, record_id] = record_id if record_type == "person" else None
    for record_type, model, column in PERSON_OF:
        ids = [record_id for kind, record_id in persons if kind == record_type]
        within = scope.in_areas(actor, "case.read", model.bucket)
        rows = session.execute(select(model.id, column).where(model.id.in_(ids), within)) if ids else ()
        persons |= {(record_type, row[0]): row[1] for row in rows}
    known = of_persons(session, actor, persons.values())
    return {key: known[person] for key, person in persons.items() if person in known}


def of_persons(session: Session, actor: Actor, ids: Iterable[str | None]) -> dict[str | None, str]:
    """Give the names of persons by id."""
    within = scope.in_areas(actor, "case.read", Person.bucket)
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_([one for one in ids if one]), within))
    return {row.id: row.name or "" for row in rows}
