"""Who may do what, as one table: role by deed, each grant within an area (domain.md, "Roles and rights").

Areas nest by prefix: county 6 digits, township 9, village 12. Nobody sees outside of their scope, and an administrator
sees no case at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CASEWORKER = "caseworker"
VILLAGE_ASSISTANT = "village_assistant"
REVIEWER = "reviewer"
COUNTY_OFFICER = "county_officer"
INSPECTOR = "inspector"
HOTLINE = "hotline"
ADMIN = "admin"

ROLES = {
    CASEWORKER: "经办人员",
    VILLAGE_ASSISTANT: "村级协理员",
    REVIEWER: "乡镇审核",
    COUNTY_OFFICER: "县级民政",
    INSPECTOR: "督查",
    HOTLINE: "热线",
    ADMIN: "管理员",
}

DEEDS = {
    "device.enrol": frozenset({CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER}),
    "case.read": frozenset({CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER, INSPECTOR}),
    "record.sync": frozenset({CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER}),
    "visit.record": frozenset({CASEWORKER, REVIEWER, COUNTY_OFFICER}),
    "register.propose": frozenset({CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER}),
    "visit.review": frozenset({REVIEWER, COUNTY_OFFICER}),
    "conflict.decide": frozenset({REVIEWER, COUNTY_OFFICER}),
    "register.remove": frozenset({REVIEWER, COUNTY_OFFICER}),
    "console.open": frozenset({REVIEWER, COUNTY_OFFICER, INSPECTOR}),
    "household.move": frozenset({REVIEWER, COUNTY_OFFICER}),
    "work.decide": frozenset({REVIEWER, COUNTY_OFFICER}),
    "staff.manage": frozenset({ADMIN}),
    "device.manage": frozenset({REVIEWER, COUNTY_OFFICER, ADMIN}),  # of the staff within their area
}


@dataclass(frozen=True)
class Grant:
    """A role within an area; the empty prefix is the whole deployment."""

    role: str
    area_prefix: str


@dataclass(frozen=True)
class Actor:
    """Who asks: a member of staff, on a device or not, with the grants in force now."""

    staff_id: str
    display_name: str
    grants: tuple[Grant, ...]
    device_id: str | None = None
    session_id: str | None = None


def may(actor: Actor, deed: str, area_code: str) -> bool:
    """Tell whether an actor may do a deed in an area."""
    roles = DEEDS[deed]
    return any(grant.role in roles and area_code.startswith(grant.area_prefix) for grant in actor.grants)


def may_anywhere(actor: Actor, deed: str) -> bool:
    """Tell whether an actor may do a deed in some area."""
    return bool(prefixes(actor, deed))


def prefixes(actor: Actor, deed: str) -> tuple[str, ...]:
    """Give the areas in which an actor may do a deed, without those that another one holds already."""
    roles = DEEDS[deed]
    return _widest(grant.area_prefix for grant in actor.grants if grant.role in roles)


def _widest(areas: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for area in sorted(set(areas)):
        if not any(area.startswith(wider) for wider in kept):
            kept.append(area)
    return tuple(kept)
