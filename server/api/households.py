"""Households, read within the asker's area; every look at one is logged."""

from typing import Any

from flask_smorest import Blueprint

from server.api import cursors
from server.api.context import current_actor, now
from server.api.schemas.households import HouseholdOut, HouseholdPageOut, MovedOut, MoveIn, PageIn
from server.services import households, looks
from server.transaction import parts, transact

blueprint = Blueprint("households", __name__, url_prefix="/api/v1/households", description="家庭")


@blueprint.get("")
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, HouseholdPageOut)
def page(asked: dict[str, Any]) -> dict[str, Any]:
    """List households of the asker's area; the look is logged."""
    actor = current_actor()
    after = cursors.unpack(asked["cursor"], 1)
    last_id = after[0] if after else ""
    rows = transact(
        lambda ledger: looks.register(ledger.session, actor, limit=asked["limit"], after=last_id, now=now())
    )
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
    family = transact(
        lambda ledger: looks.household(ledger.session, parts().vault, actor, household_id, purpose="case", now=now())
    )
    head = next((member.get("name") for member in family.members if member["id"] == family.household.head_id), None)
    return {**family.fields, "id": household_id, "head_name": head, "members": family.members}


@blueprint.post("/<household_id>/move")
@blueprint.arguments(MoveIn)
@blueprint.response(200, MovedOut)
def move(asked: dict[str, str], household_id: str) -> dict[str, int]:
    """Move a household to another village, with all that belongs to it."""
    actor = current_actor()
    moved = transact(lambda ledger: households.move(ledger, actor, household_id, **asked, now=now()))
    return {"moved": moved}
