"""The sample county's staff, read from staff.csv: one line for each role that a person holds in an area.

Every township has three caseworkers, so a second investigator can always be found (民发〔2021〕57号 art. 16). Passwords and
accounts are left to the caller.
"""

from dataclasses import dataclass
from itertools import groupby

from server.domain.permissions import CASEWORKER, Grant
from server.sample.county import TOWNSHIPS, rows


@dataclass(frozen=True)
class StaffMember:
    """A member of staff as the sample county knows them; ids never change from one release to the next."""

    id: str
    username: str
    display_name: str
    grants: tuple[Grant, ...]


def _read() -> tuple[StaffMember, ...]:
    people = groupby(rows("staff.csv"), key=lambda row: (row["id"], row["username"], row["display_name"]))
    return tuple(
        StaffMember(*person, grants=tuple(Grant(line["role"], line["area_prefix"]) for line in lines))
        for person, lines in people
    )


STAFF = _read()
CASEWORKERS = {
    township: tuple(member for member in STAFF if Grant(CASEWORKER, township) in member.grants)
    for township in TOWNSHIPS
}
