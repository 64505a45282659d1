"""Households, read within the asker's area; every look at one is logged."""

from typing import Any

from flask_smorest import Blueprint

from server.api import cursors
from server.api.context import current_actor, now
from server.api.schemas.households import HouseholdOut, HouseholdPageOut, PageIn
from server.domain.permissions import Actor
from server.queries import households
from server.services import audit
from server.services.changes import Ledger
from server.transaction import parts, reading, transact

blueprint = Blueprint("households", __name__, url_prefix="/api/v1/households", description="家庭")


@blueprint.get("")
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, HouseholdPageOut)
def page(asked: dict[str, Any]) -> dict[str, Any]:
    """List households of the asker's area."""
    after = cursors.unpack(asked["cursor"], 1)
    rows = households.page(reading(), current_actor(), limit=asked["limit"], after=after[0] if after else "")
    items = [
        {
            "id": household.id,
            "area_code": household.area_code,
            "number": household.number,
            "head_name": name,
            "address": household.address,
        }
        for household, name in rows
    ]
    last = rows[-1][0].id if len(rows) == asked["limit"] else None
    return {"items": items, "cursor": cursors.pack(last) if last else None}


@blueprint.get("/<household_id>")
@blueprint.response(200, HouseholdOut)
def one(household_id: str) -> dict[str, Any]:
    """Read a household with its members; the look is logged with its purpose."""
    actor = current_actor()
    family = transact(lambda ledger: _looked_at(ledger, actor, household_id))
    head = next((member["name"] for member in family.members if member["id"] == family.household.head_id), None)
    return {"id": household_id, "head_name": head, "members": family.members, **family.fields}


def _looked_at(ledger: Ledger, actor: Actor, household_id: str) -> households.Family:
    family = households.family(ledger.session, parts().vault, household_id, visible_to=actor)
    audit.record(ledger.session, actor, "household.read", "household", household_id, now=now(), purpose="case")
    return family
