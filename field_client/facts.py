"""What the register and the last visit say of a household, as forms look it up (`pulldata`) and as answers are offered.

A draft keeps the facts that its form asks for as they stood when it began, and seals them: the office judges with the same.
"""

from typing import Any

from field_client import amendments, households, lease, overlay
from field_client.overlay import Seen
from field_client.store import Store


def of_household(store: Store, household_id: str, visit_id: str) -> dict[str, Any]:
    """Give the facts by source; id numbers are masked. Of what the lease has locked there is nothing."""
    if lease.is_over(store):
        return {"visit": {"id": visit_id}}
    household = overlay.one(store, "household", household_id)
    last = last_visit(store, household_id)
    return {
        "visit": {"id": visit_id},
        "household": _household(store, household) if household else {},
        "members": [_person(one) for one in households.members(store, household_id)],
        "last_visit": amendments.answers_of(store, last.id) if last else {},
    }


def last_visit(store: Store, household_id: str) -> Seen | None:
    """Find the newest sealed visit to a household, whoever made it."""
    sealed = overlay.all_of(store, "visit", household_id=household_id)
    return max(sealed, key=lambda one: (str(one.fields.get("sealed_at") or ""), one.id), default=None)


def _household(store: Store, household: Seen) -> dict[str, Any]:
    line = households.brief(store, household)
    dwelling = household.fields.get("dwelling") or {}
    return {
        "number": line["number"],
        "head": line["head"],
        "address": line["address"],
        "member_count": line["members"],
        "phone": str(household.fields.get("phone") or ""),
        "poverty_cause": str(household.fields.get("poverty_cause") or ""),
        "dwelling_tenure": str(dwelling.get("tenure") or ""),
        "dwelling_condition": str(dwelling.get("condition") or ""),
        "dwelling_area": str(dwelling.get("area_m2") or ""),
        "programmes": [str(one.get("programme")) for one in household.fields.get("programmes") or ()],
    }


def _person(member: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in member.items() if value is not None}
