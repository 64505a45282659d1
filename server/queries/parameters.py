"""The numbers that regions have set, or propose to set."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound
from server.models.parameters import RegionalParameter


def approved(session: Session) -> Sequence[RegionalParameter]:
    """Give every approved value, in the order in which they were proposed."""
    statement = select(RegionalParameter).where(RegionalParameter.decision == "approved")
    return session.scalars(statement.order_by(RegionalParameter.id)).all()


def of_region(session: Session, region: str) -> Sequence[RegionalParameter]:
    """Give every value of a region, proposed, approved or declined, by key and day."""
    statement = select(RegionalParameter).where(RegionalParameter.region == region)
    return session.scalars(statement.order_by(RegionalParameter.key, RegionalParameter.valid_from)).all()


def to_decide(session: Session, proposal_id: str) -> RegionalParameter:
    """Give a proposal, locked until the transaction ends. Raises NotFound."""
    found = session.get(RegionalParameter, proposal_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found
