"""What a member of staff may see: the buckets of a subscription, and the areas behind a deed."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.domain.permissions import Actor, may, prefixes
from server.models.office import Area

REFERENCE = "reference"
VILLAGE_DIGITS = 12


def user_bucket(staff_id: str) -> str:
    """Name the bucket that only this member of staff sees."""
    return f"user:{staff_id}"


def buckets_of(session: Session, actor: Actor) -> list[str]:
    """List the buckets of an actor's subscription: reference data and own tasks first, then the villages."""
    within = in_areas(actor, "record.sync", Area.code)
    villages = select(Area.code).where(Area.level == "village", within).order_by(Area.code)
    return [REFERENCE, user_bucket(actor.staff_id), *session.scalars(villages)]


def is_village(session: Session, code: str) -> bool:
    """Tell whether a code is that of a village of this deployment."""
    return session.scalars(select(Area.level).where(Area.code == code)).one_or_none() == "village"


def sees_bucket(actor: Actor, deed: str, bucket: str) -> bool:
    """Tell whether an actor may do a deed in a bucket: own tasks always, villages by role and area."""
    if bucket.startswith("user:"):
        return bucket == user_bucket(actor.staff_id)
    return bucket != REFERENCE and len(bucket) == VILLAGE_DIGITS and may(actor, deed, bucket)


def in_areas(actor: Actor, deed: str, column: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Make the condition that keeps a query inside of the areas where the actor may do the deed."""
    return or_(False, *(column.like(f"{prefix}%") for prefix in prefixes(actor, deed)))
