"""The matrix of rights, cell by cell, against the table of the design as it is written there."""

import pytest

from server.domain.permissions import DEEDS, FULL, MATRIX, ROLES, Actor, Grant, Limit, limits, may, prefixes
from tests.server.office import COUNTY, TOWNSHIPS, VILLAGES

COLUMNS = (
    "applicant",
    "village_assistant",
    "caseworker",
    "reviewer",
    "county_officer",
    "check_centre",
    "inspector",
    "hotline",
    "organisation",
    "finance",
    "department",
    "admin",
)

# Each row as the design has it (domain.md 4.4); a mark that is no plain yes or no names its limit.
TABLE = """
lead.file        | ✓ | ✓ | ✓ | ✓ | ✓ | – | ✓ | ✓ | ✓ | – | ✓ | –
case.file        | own | as agent | help | – | – | – | – | take down | – | – | – | –
case.accept      | – | – | ✓ | ✓ | – | – | – | – | – | – | – | –
visit.assign     | – | – | o | ✓ | county visits | – | inspections | – | – | – | – | –
visit.record     | – | second | ✓ | ✓ | ✓ | – | inspections | – | care visits | – | – | –
identity.confirm | takes part | – | ✓ | ✓ | ✓ | – | – | – | – | – | – | –
check.request    | – | – | ✓ | ✓ | ✓ | run | – | – | – | – | – | –
check.read       | summary | – | o | ✓ | ✓ | ✓ | o | – | – | – | – | –
visit.review     | – | – | – | ✓ | ✓ | – | read | – | – | – | – | –
case.opinion     | – | – | – | ✓ | – | – | – | – | – | – | – | –
notice.post      | – | ✓ | ✓ | ✓ | – | – | – | – | – | – | – | –
case.decide      | – | – | – | if delegated | ✓ | – | – | – | – | – | – | –
advance.give     | ask | report | propose | ≤ cap | ✓ | – | read | – | – | read | – | –
conference.hold  | – | – | minutes | member | chair | – | read | – | member | member | member | –
referral.make    | consent | – | ✓ | ✓ | ✓ | – | read | ✓ | answer | – | answer | –
complaint.handle | own | – | – | answer | answer | – | ✓ | ✓ | – | – | – | –
payment.make     | summary | – | – | read | approve | – | read | – | – | ✓ | – | –
parameter.set    | read | – | read | read | propose | – | – | – | – | – | – | ✓
inspection.draw  | – | – | – | – | own | – | ✓ | – | – | – | – | –
minor.read       | own | o | o | o | ✓ | – | o | – | consent | – | – | –
case.export      | own | – | – | o | ✓ | – | ✓ | – | – | ✓ | – | –
staff.manage     | own | – | report | level | level | – | – | – | – | – | – | ✓
"""

MARKS = {
    "–": None,
    "✓": FULL,
    "o": Limit.OWN,
    "own": Limit.OWN,
    "as agent": Limit.AS_AGENT,
    "help": Limit.HELP,
    "take down": Limit.TAKE_DOWN,
    "county visits": Limit.COUNTY_VISITS,
    "inspections": Limit.INSPECTIONS,
    "second": Limit.SECOND,
    "care visits": Limit.CARE_VISITS,
    "takes part": Limit.TAKE_PART,
    "run": Limit.RUN,
    "summary": Limit.SUMMARY,
    "read": Limit.READ,
    "if delegated": Limit.IF_DELEGATED,
    "ask": Limit.ASK,
    "report": Limit.REPORT,
    "propose": Limit.PROPOSE,
    "≤ cap": Limit.WITHIN_CAP,
    "minutes": Limit.MINUTES,
    "member": Limit.MEMBER,
    "chair": Limit.CHAIR,
    "consent": Limit.CONSENT,
    "answer": Limit.ANSWER,
    "approve": Limit.APPROVE,
    "level": Limit.LEVEL,
}

ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
CELLS = [(row[0], role, MARKS[mark]) for row in ROWS for role, mark in zip(COLUMNS, row[1:], strict=True)]


def somebody(role: str, area: str = COUNTY) -> Actor:
    return Actor("someone", "某人", (Grant(role, area),))


@pytest.mark.parametrize(("deed", "role", "limit"), CELLS, ids=[f"{deed}-{role}" for deed, role, _ in CELLS])
def test_each_cell_is_what_the_design_says(deed: str, role: str, limit: Limit | None):
    granted = limits(somebody(role), deed, VILLAGES[0])
    assert granted == ({role: limit} if limit else {})
    assert may(somebody(role), deed, VILLAGES[0]) is (limit is FULL)


def test_every_row_of_the_design_is_in_the_matrix_with_known_roles_only():
    assert {row[0] for row in ROWS} <= set(MATRIX)
    assert all(set(row) <= set(COLUMNS) for row in MATRIX.values())
    assert set(COLUMNS) == {"applicant", *ROLES}


def test_a_limit_alone_gives_no_right():
    assert not may(somebody("reviewer"), "case.decide", VILLAGES[0])
    assert "reviewer" not in DEEDS["case.decide"]
    assert prefixes(somebody("reviewer"), "case.decide") == ()


@pytest.mark.parametrize("deed", MATRIX)
def test_a_right_ends_at_the_area(deed: str):
    for role in MATRIX[deed]:
        assert limits(somebody(role, TOWNSHIPS[0]), deed, VILLAGES[2]) == {}


@pytest.mark.parametrize("deed", [one for one in MATRIX if one.startswith(("case.", "check.", "visit.", "advance."))])
def test_an_administrator_sees_no_case_and_does_nothing_to_one(deed: str):
    assert limits(somebody("admin", ""), deed, VILLAGES[0]) == {}
