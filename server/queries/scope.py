"""What a member of staff may see: the buckets of a subscription, and the areas behind a deed."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, bindparam, false, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.domain.permissions import Actor, may, prefixes
from server.models.ledger import Bucket
from server.models.office import Area
from server.queries.records import Counter, counter

REFERENCE = "reference"
VILLAGE_DIGITS = 12


def user_bucket(staff_id: str) -> str:
    """Name the bucket that only this member of staff sees."""
    return f"user:{staff_id}"


def buckets_of(session: Session, actor: Actor) -> dict[str, Counter | None]:
    """Give the buckets of an actor's subscription, reference data and own tasks first, then the villages.

    Every exchange asks this, so it is one statement. A bucket that has never had a record has no counter.
    """
    own = (REFERENCE, user_bucket(actor.staff_id))
    areas = prefixes(actor, "record.sync")
    asked = {"own": own} | {f"area{n}": f"{prefix}%" for n, prefix in enumerate(areas)}
    found = {row[0]: _counter(row) for row in session.connection().execute(_subscribed(len(areas)), asked)}
    return dict.fromkeys(own) | {name: found[name] for name in (*own, *sorted(set(found) - set(own))) if name in found}


@cache
def _subscribed(areas: int) -> CompoundSelect[Any]:
    counted = (Bucket.head, Bucket.live, Bucket.checksum, Bucket.checksum_key)
    within = or_(false(), *(Area.code.like(bindparam(f"area{n}")) for n in range(areas)))
    villages = select(Area.code, *counted).outerjoin(Bucket, Bucket.id == Area.code)
    own = select(Bucket.id, *counted).where(Bucket.id.in_(bindparam("own", expanding=True)))
    return union_all(own, villages.where(Area.level == "village", within))


def _counter(row: Any) -> Counter | None:
    return counter(*row) if row[1] is not None else None


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
