"""Leads as the office asks for them: what waits, one whole, and who may be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, literal, select, tuple_
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import NotFound
from server.domain.permissions import DEEDS, Actor
from server.models.office import RoleAssignment, Staff
from server.models.visit import Lead
from server.queries import records, scope, visits
from sync.canonical import moment
from sync.records.terms import LEAD_STATES, LEAD_URGENCIES

STATES = tuple(LEAD_STATES)
OPEN_STATES = ("filed", "dispatched")  # Somebody still has to do something.
Key = tuple[str, str, str]
"""Urgency, instant and id of a lead: its place in a list."""


@dataclass(frozen=True)
class Report:
    """A lead with what was reported; `blobs_missing` are photos whose bytes have not come."""

    lead: Lead
    fields: dict[str, Any]
    blobs_missing: list[str]

    @property
    def handling(self) -> dict[str, Any]:
        """What the office did so far."""
        return dict(self.fields.get("handling") or {})

    @property
    def etag(self) -> str:
        """What somebody saw who decides."""
        return f"{self.lead.review_state}@{self.handling.get('at', '')}"


def get(session: Session, lead_id: str, *, visible_to: Actor) -> Lead:
    """Find a lead. Raises NotFound also when it lies outside of the actor's area."""
    statement = select(Lead).where(Lead.id == lead_id, scope.in_areas(visible_to, "case.read", Lead.bucket))
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("没有这条线索")
    return found


def report(session: Session, vault: Vault, lead_id: str, *, visible_to: Actor) -> Report:
    """Read a lead whole. Raises NotFound."""
    lead = get(session, lead_id, visible_to=visible_to)
    fields = records.fields_of(session, vault, "lead", lead_id) or {}
    return Report(lead, fields, visits.missing_blobs(session, lead_id))


def page(
    session: Session, vault: Vault, actor: Actor, *, state: str, limit: int, after: Key | None = None
) -> Sequence[Report]:
    """List leads of a state in the actor's area; `after` is the last row's key.

    Open ones come by their urgency, the longest waiting first; closed ones newest first.
    """
    is_open = state in OPEN_STATES
    ranks = {code: rank for rank, code in enumerate(LEAD_URGENCIES)}
    rank = case(ranks, value=Lead.urgency, else_=len(ranks)) if is_open else literal(0)
    order = (rank, Lead.sealed_at, Lead.id) if is_open else (Lead.sealed_at.desc(), Lead.id.desc())
    within = scope.in_areas(actor, "case.read", Lead.bucket)
    statement = select(Lead).where(Lead.review_state == state, within).order_by(*order).limit(limit)
    if after:
        key, of_last = tuple_(rank, Lead.sealed_at, Lead.id), ranks.get(after[0], len(ranks)) if is_open else 0
        last = tuple_(literal(of_last), literal(moment(after[1]), Lead.sealed_at.type), literal(after[2]))
        statement = statement.where(key > last if is_open else key < last)
    rows = session.scalars(statement).all()
    stored = records.stored(session, vault, [("lead", row.id) for row in rows])
    return [Report(row, stored["lead", row.id].fields, []) for row in rows]


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """Count the actor's leads by state."""
    statement = (
        select(Lead.review_state, func.count().label("leads"))
        .where(scope.in_areas(actor, "case.read", Lead.bucket))
        .group_by(Lead.review_state)
    )
    return dict.fromkeys(STATES, 0) | {row.review_state: row.leads for row in session.execute(statement)}


def open_count(session: Session, actor: Actor) -> int:
    """Count the actor's leads about which somebody still has to do something."""
    found = counts(session, actor)
    return sum(found[state] for state in OPEN_STATES)


def who_may_go(session: Session, village: str, *, now: datetime) -> list[tuple[str, str]]:
    """List the staff whose devices may hold a village, by name: (id, name)."""
    statement = (
        select(Staff.id, Staff.display_name)
        .join(RoleAssignment, RoleAssignment.staff_id == Staff.id)
        .where(
            RoleAssignment.role.in_(sorted(DEEDS["record.sync"])),
            literal(village).startswith(RoleAssignment.area_prefix),
            Staff.disabled_at.is_(None),
            RoleAssignment.valid_to.is_(None) | (RoleAssignment.valid_to > now),
        )
        .distinct()
        .order_by(Staff.display_name, Staff.id)
    )
    return [(row.id, row.display_name) for row in session.execute(statement)]
