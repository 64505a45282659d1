"""Households and persons as the office asks for them, always within the actor's area."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import NotFound
from server.domain.permissions import Actor, may
from server.models.register import Household, HouseholdMember, Person
from server.queries import records, scope


@dataclass(frozen=True)
class Family:
    """A household's record with its members' records, head first."""

    household: Household
    fields: dict[str, Any]
    members: list[dict[str, Any]]


def page(session: Session, actor: Actor, *, limit: int, after: str = "") -> Sequence[tuple[Household, str | None]]:
    """List households with their head's name, by id, after a cursor."""
    statement = (
        select(Household, Person.name)
        .outerjoin(Person, _visible_head(actor))
        .where(Household.id > after, scope.in_areas(actor, "case.read", Household.bucket))
        .order_by(Household.id)
        .limit(limit)
    )
    return [(household, name) for household, name in session.execute(statement)]


def head_names(session: Session, household_ids: Sequence[str], *, visible_to: Actor) -> dict[str, str | None]:
    """Give the heads' names of households that the caller was allowed to see."""
    statement = (
        select(Household.id, Person.name)
        .outerjoin(Person, _visible_head(visible_to))
        .where(Household.id.in_(household_ids))
    )
    return {row.id: row.name for row in session.execute(statement)}


def family(session: Session, vault: Vault, household_id: str, *, visible_to: Actor) -> Family:
    """Read a household with its members. Raises NotFound also when it lies outside of the actor's area."""
    within = scope.in_areas(visible_to, "case.read", Household.bucket)
    household = session.scalars(select(Household).where(Household.id == household_id, within)).one_or_none()
    if household is None:
        raise NotFound("没有这个家庭")
    links = session.scalars(select(HouseholdMember).where(HouseholdMember.household_id == household_id)).all()
    keys = [("household", household_id), *(("person", link.person_id) for link in links)]
    found = records.stored(session, vault, keys)
    # A link may name any person's id: whoever lives where the actor may not look stays unseen.
    seen = {key for key, person in found.items() if may(visible_to, "case.read", person.bucket)}
    members = [
        {**found["person", link.person_id].fields, "id": link.person_id, "relation": link.relation}
        for link in sorted(links, key=lambda link: (link.person_id != household.head_id, link.id))
        if ("person", link.person_id) in seen
    ]
    return Family(household, found["household", household_id].fields, members)


def _visible_head(actor: Actor) -> ColumnElement[bool]:
    """Join a household's head, unless the id leads to a person who lives where the actor may not look."""
    return and_(Person.id == Household.head_id, scope.in_areas(actor, "case.read", Person.bucket))
