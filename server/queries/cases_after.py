"""What households receive, and the rounds of rechecking it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.cases_after import Adjustment, Entitlement, EntitlementAmount, Hearing, Recheck, TaperPeriod
from server.queries import scope


def get(session: Session, entitlement_id: str, *, visible_to: Actor) -> Entitlement:
    """Find an entitlement. Raises NotFound also when it lies outside of the actor's area."""
    within = scope.in_areas(visible_to, "case.read", Entitlement.area_code)
    found = session.scalars(select(Entitlement).where(Entitlement.id == entitlement_id, within)).one_or_none()
    if found is None:
        raise NotFound("没有这项在享救助")
    return found


def of_household(session: Session, household_id: str) -> Sequence[Entitlement]:
    """List a household's entitlements that have not ended, and keep others from them."""
    mine = (Entitlement.household_id == household_id, Entitlement.state != "ended")
    return session.scalars(select(Entitlement).where(*mine).order_by(Entitlement.id).with_for_update()).all()


def of_application(session: Session, application_id: str) -> Entitlement | None:
    """Give the entitlement that an application led to."""
    return session.scalars(select(Entitlement).where(Entitlement.application_id == application_id)).one_or_none()


def received(session: Session, household_id: str) -> frozenset[str]:
    """Name the programmes that a household receives."""
    mine = (Entitlement.household_id == household_id, Entitlement.state != "ended")
    return frozenset(session.scalars(select(Entitlement.programme).where(*mine)))


def amounts(session: Session, entitlement_id: str) -> Sequence[EntitlementAmount]:
    """List an entitlement's monthly amounts, oldest first."""
    mine = select(EntitlementAmount).where(EntitlementAmount.entitlement_id == entitlement_id)
    return session.scalars(mine.order_by(EntitlementAmount.from_on)).all()


def rechecks(session: Session, entitlement_id: str) -> Sequence[Recheck]:
    """List an entitlement's rounds of rechecking, oldest first."""
    mine = select(Recheck).where(Recheck.entitlement_id == entitlement_id)
    return session.scalars(mine.order_by(Recheck.id)).all()


def open_recheck(session: Session, entitlement_id: str) -> Recheck | None:
    """Give the round that has not ended."""
    return next((one for one in rechecks(session, entitlement_id) if one.ended_at is None), None)


def hearings(session: Session, recheck_id: str) -> Sequence[Hearing]:
    """List what the household said in a round."""
    return session.scalars(select(Hearing).where(Hearing.recheck_id == recheck_id).order_by(Hearing.id)).all()


def adjustments(session: Session, entitlement_id: str) -> Sequence[Adjustment]:
    """List the decided changes of an entitlement, oldest first."""
    mine = select(Adjustment).where(Adjustment.entitlement_id == entitlement_id)
    return session.scalars(mine.order_by(Adjustment.recheck_id)).all()


def taper(session: Session, entitlement_id: str) -> TaperPeriod | None:
    """Give an entitlement's newest taper."""
    mine = select(TaperPeriod).where(TaperPeriod.entitlement_id == entitlement_id)
    return session.scalars(mine.order_by(TaperPeriod.recheck_id.desc()).limit(1)).first()


def tapers_over(session: Session, *, on: date) -> Sequence[Entitlement]:
    """List entitlements whose taper has run out before a day."""
    over = select(TaperPeriod.entitlement_id).where(TaperPeriod.to_on < on)
    mine = (Entitlement.state == "tapering", Entitlement.id.in_(over))
    return session.scalars(select(Entitlement).where(*mine).order_by(Entitlement.id).with_for_update()).all()
