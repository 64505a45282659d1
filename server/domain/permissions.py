"""Who may do what, as one table: deed by role, each cell whole or within a limit (domain.md, "Roles and rights").

Areas nest by prefix: county 6 digits, township 9, village 12. Nobody sees outside of their scope, and an administrator
sees no case at all. A limited cell gives nothing by itself: only a service that knows the limit may honour it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

APPLICANT = "applicant"
VILLAGE_ASSISTANT = "village_assistant"
CASEWORKER = "caseworker"
REVIEWER = "reviewer"
COUNTY_OFFICER = "county_officer"
CHECK_CENTRE = "check_centre"
INSPECTOR = "inspector"
HOTLINE = "hotline"
ORGANISATION = "organisation"
FINANCE = "finance"
DEPARTMENT = "department"
ADMIN = "admin"

ROLES = {
    CASEWORKER: "经办人员",
    VILLAGE_ASSISTANT: "村级协理员",
    REVIEWER: "乡镇审核",
    COUNTY_OFFICER: "县级民政",
    CHECK_CENTRE: "核对中心",
    INSPECTOR: "督查",
    HOTLINE: "热线",
    ORGANISATION: "社会组织",
    FINANCE: "财务",
    DEPARTMENT: "其他部门",
    ADMIN: "管理员",
}
"""The roles of staff. An applicant is no staff, and has rights of their own in the table."""


class Limit(Enum):
    """How far a role may go in a deed."""

    FULL = "full"
    OWN = "own tasks or cases only"
    AS_AGENT = "as the applicant's agent"
    HELP = "helping the applicant"
    TAKE_DOWN = "taking down what is told"
    COUNTY_VISITS = "visits of the county"
    INSPECTIONS = "visits of an inspection"
    SECOND = "as the second investigator, where a parameter allows it"
    CARE_VISITS = "care visits"
    TAKE_PART = "taking part"
    RUN = "running it"
    SUMMARY = "a summary of one's own"
    READ = "reading"
    IF_DELEGATED = "where the county has delegated it"
    ASK = "asking for it"
    REPORT = "reporting the need"
    PROPOSE = "proposing"
    WITHIN_CAP = "up to the cap"
    MINUTES = "the minutes"
    MEMBER = "as a member"
    CHAIR = "in the chair"
    CONSENT = "with consent"
    ANSWER = "answering"
    APPROVE = "approving"
    LEVEL = "users of one's own level"


FULL = Limit.FULL

MATRIX: Mapping[str, Mapping[str, Limit]] = {
    "lead.file": dict.fromkeys(
        (
            APPLICANT,
            VILLAGE_ASSISTANT,
            CASEWORKER,
            REVIEWER,
            COUNTY_OFFICER,
            INSPECTOR,
            HOTLINE,
            ORGANISATION,
            DEPARTMENT,
        ),
        FULL,
    ),
    "case.file": {
        APPLICANT: Limit.OWN,
        VILLAGE_ASSISTANT: Limit.AS_AGENT,
        CASEWORKER: Limit.HELP,
        HOTLINE: Limit.TAKE_DOWN,
    },
    "case.accept": {CASEWORKER: FULL, REVIEWER: FULL},
    "visit.assign": {
        CASEWORKER: Limit.OWN,
        REVIEWER: FULL,
        COUNTY_OFFICER: Limit.COUNTY_VISITS,
        INSPECTOR: Limit.INSPECTIONS,
    },
    "visit.record": {
        VILLAGE_ASSISTANT: Limit.SECOND,
        CASEWORKER: FULL,
        REVIEWER: FULL,
        COUNTY_OFFICER: FULL,
        INSPECTOR: Limit.INSPECTIONS,
        ORGANISATION: Limit.CARE_VISITS,
    },
    "identity.confirm": {APPLICANT: Limit.TAKE_PART, CASEWORKER: FULL, REVIEWER: FULL, COUNTY_OFFICER: FULL},
    "check.request": {CASEWORKER: FULL, REVIEWER: FULL, COUNTY_OFFICER: FULL, CHECK_CENTRE: Limit.RUN},
    "check.read": {
        APPLICANT: Limit.SUMMARY,
        CASEWORKER: Limit.OWN,
        REVIEWER: FULL,
        COUNTY_OFFICER: FULL,
        CHECK_CENTRE: FULL,
        INSPECTOR: Limit.OWN,
    },
    "visit.review": {REVIEWER: FULL, COUNTY_OFFICER: FULL, INSPECTOR: Limit.READ},
    "case.opinion": {REVIEWER: FULL},
    "notice.post": {VILLAGE_ASSISTANT: FULL, CASEWORKER: FULL, REVIEWER: FULL},
    "case.decide": {REVIEWER: Limit.IF_DELEGATED, COUNTY_OFFICER: FULL},
    "advance.give": {
        APPLICANT: Limit.ASK,
        VILLAGE_ASSISTANT: Limit.REPORT,
        CASEWORKER: Limit.PROPOSE,
        REVIEWER: Limit.WITHIN_CAP,
        COUNTY_OFFICER: FULL,
        INSPECTOR: Limit.READ,
        FINANCE: Limit.READ,
    },
    "conference.hold": {
        CASEWORKER: Limit.MINUTES,
        REVIEWER: Limit.MEMBER,
        COUNTY_OFFICER: Limit.CHAIR,
        INSPECTOR: Limit.READ,
        ORGANISATION: Limit.MEMBER,
        FINANCE: Limit.MEMBER,
        DEPARTMENT: Limit.MEMBER,
    },
    "referral.make": {
        APPLICANT: Limit.CONSENT,
        CASEWORKER: FULL,
        REVIEWER: FULL,
        COUNTY_OFFICER: FULL,
        INSPECTOR: Limit.READ,
        HOTLINE: FULL,
        ORGANISATION: Limit.ANSWER,
        DEPARTMENT: Limit.ANSWER,
    },
    "complaint.handle": {
        APPLICANT: Limit.OWN,
        REVIEWER: Limit.ANSWER,
        COUNTY_OFFICER: Limit.ANSWER,
        INSPECTOR: FULL,
        HOTLINE: FULL,
    },
    "payment.make": {
        APPLICANT: Limit.SUMMARY,
        REVIEWER: Limit.READ,
        COUNTY_OFFICER: Limit.APPROVE,
        INSPECTOR: Limit.READ,
        FINANCE: FULL,
    },
    "parameter.set": {
        APPLICANT: Limit.READ,
        CASEWORKER: Limit.READ,
        REVIEWER: Limit.READ,
        COUNTY_OFFICER: Limit.PROPOSE,
        ADMIN: FULL,
    },
    "inspection.draw": {COUNTY_OFFICER: Limit.OWN, INSPECTOR: FULL},
    "minor.read": {
        APPLICANT: Limit.OWN,
        VILLAGE_ASSISTANT: Limit.OWN,
        CASEWORKER: Limit.OWN,
        REVIEWER: Limit.OWN,
        COUNTY_OFFICER: FULL,
        INSPECTOR: Limit.OWN,
        ORGANISATION: Limit.CONSENT,
    },
    "case.export": {
        APPLICANT: Limit.OWN,
        REVIEWER: Limit.OWN,
        COUNTY_OFFICER: FULL,
        INSPECTOR: FULL,
        FINANCE: FULL,
    },
    "staff.manage": {
        APPLICANT: Limit.OWN,
        CASEWORKER: Limit.REPORT,
        REVIEWER: Limit.LEVEL,
        COUNTY_OFFICER: Limit.LEVEL,
        ADMIN: FULL,
    },
    # Deeds of which the design's table has no row of their own.
    "device.enrol": dict.fromkeys((CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER), FULL),
    "device.manage": dict.fromkeys((REVIEWER, COUNTY_OFFICER, ADMIN), FULL),  # of the staff within their area
    "record.sync": dict.fromkeys((CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER), FULL),
    "register.propose": dict.fromkeys((CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER), FULL),
    "register.remove": dict.fromkeys((REVIEWER, COUNTY_OFFICER), FULL),
    "household.move": dict.fromkeys((REVIEWER, COUNTY_OFFICER), FULL),
    "conflict.decide": dict.fromkeys((REVIEWER, COUNTY_OFFICER), FULL),
    "work.decide": dict.fromkeys((REVIEWER, COUNTY_OFFICER), FULL),
    "console.open": dict.fromkeys((REVIEWER, COUNTY_OFFICER, INSPECTOR), FULL),
    "case.read": dict.fromkeys((CASEWORKER, VILLAGE_ASSISTANT, REVIEWER, COUNTY_OFFICER, INSPECTOR), FULL),
    "objection.note": dict.fromkeys((VILLAGE_ASSISTANT, CASEWORKER, REVIEWER), FULL),
    "case.end": dict.fromkeys((CASEWORKER, REVIEWER), FULL),  # at the applicant's word; against it only a reviewer
    "case.flag": dict.fromkeys((REVIEWER, COUNTY_OFFICER, INSPECTOR), FULL),  # as complained about
    "case.extend": dict.fromkeys((REVIEWER, COUNTY_OFFICER), FULL),
    "change.report": dict.fromkeys((VILLAGE_ASSISTANT, CASEWORKER, REVIEWER, COUNTY_OFFICER), FULL),
    "household.hear": dict.fromkeys((CASEWORKER, REVIEWER, COUNTY_OFFICER), FULL),
    "case.recheck": {REVIEWER: FULL},
    "lead.handle": dict.fromkeys((REVIEWER, COUNTY_OFFICER), FULL),
}

DEEDS: Mapping[str, frozenset[str]] = {
    deed: frozenset(role for role, limit in row.items() if limit is FULL) for deed, row in MATRIX.items()
}
"""Which roles may do a deed without a limit."""


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
    """Tell whether an actor may do a deed in an area, without a limit."""
    return FULL in limits(actor, deed, area_code).values()


def limits(actor: Actor, deed: str, area_code: str) -> dict[str, Limit]:
    """Tell in which roles an actor may do a deed in an area, and how far each goes."""
    row = MATRIX[deed]
    return {
        grant.role: row[grant.role]
        for grant in actor.grants
        if grant.role in row and area_code.startswith(grant.area_prefix)
    }


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
