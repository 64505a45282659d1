"""Looking at a case: reading it and noting who looked, in one function each, so that no screen can forget to note it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.permissions import Actor
from server.models.register import Household
from server.queries import households, visits
from server.services import audit


def visit(session: Session, vault: Vault, actor: Actor, visit_id: str, *, now: datetime) -> visits.Dossier:
    """Read a visit whole for its review. Raises NotFound also when it lies outside of the actor's area."""
    found = visits.dossier(session, vault, visit_id, visible_to=actor)
    audit.record(session, actor, "visit.read", "visit", visit_id, now=now, purpose="review")
    return found


def household(
    session: Session, vault: Vault, actor: Actor, household_id: str, *, purpose: str, now: datetime
) -> households.Family:
    """Read a household with its members. Raises NotFound also when it lies outside of the actor's area."""
    found = households.family(session, vault, household_id, visible_to=actor)
    audit.record(session, actor, "household.read", "household", household_id, now=now, purpose=purpose)
    return found


def register(
    session: Session, actor: Actor, *, limit: int, after: str, now: datetime
) -> Sequence[tuple[Household, str | None]]:
    """Read a page of the register: households with their heads' names."""
    found = households.page(session, actor, limit=limit, after=after)
    audit.record(session, actor, "household.list", "register", "", now=now, purpose="case", rows=len(found))
    return found


def queue(
    session: Session,
    actor: Actor,
    *,
    state: str,
    limit: int,
    form_verdict: str,
    after: tuple[str, str] | None,
    now: datetime,
) -> list[visits.Waiting]:
    """Read a part of the review queue with the names that a list shows."""
    found = visits.waiting(session, actor, state=state, limit=limit, form_verdict=form_verdict, after=after)
    audit.record(session, actor, "visit.list", "queue", state, now=now, purpose="review", rows=len(found))
    return found
