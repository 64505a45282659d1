"""The sample county's staff: the promised log-ins, roles that exist, areas that exist."""

import pytest

from server.domain.permissions import CASEWORKER, DEPARTMENT, FINANCE, ORGANISATION, REVIEWER, ROLES, Grant
from server.sample.county import AREAS, TOWNSHIPS
from server.sample.staff import CASEWORKERS, STAFF
from sync.records import REGISTRY, problems

WITHOUT_WORK_YET = {ORGANISATION, FINANCE, DEPARTMENT}
"""Roles for which the release has no screen and no deed: a log-in that can do nothing only puzzles."""

PROMISED = {
    "caseworker1": "caseworker",
    "caseworker2": "caseworker",
    "reviewer1": "reviewer",
    "county1": "county_officer",
    "inspector1": "inspector",
    "hotline1": "hotline",
    "admin1": "admin",
}


@pytest.mark.parametrize(("username", "role"), PROMISED.items())
def test_a_promised_log_in_is_there_with_its_role(username: str, role: str) -> None:
    member = next(member for member in STAFF if member.username == username)
    assert {grant.role for grant in member.grants} == {role}


def test_every_role_is_held_by_somebody_and_every_grant_names_a_role_and_an_area() -> None:
    grants = {grant for member in STAFF for grant in member.grants}
    assert {grant.role for grant in grants} == set(ROLES) - WITHOUT_WORK_YET
    assert {grant.area_prefix for grant in grants} <= {area.code for area in AREAS}


def test_ids_usernames_and_names_are_unique() -> None:
    for values in zip(*((member.id, member.username, member.display_name) for member in STAFF), strict=True):
        assert len(set(values)) == len(STAFF)


def test_every_township_has_enough_investigators_and_a_reviewer_who_is_none_of_them() -> None:
    for township in TOWNSHIPS:
        investigators = {member.id for member in CASEWORKERS[township]}
        reviewers = {member.id for member in STAFF if Grant(REVIEWER, township) in member.grants}
        assert len(investigators) >= 3
        assert reviewers and not reviewers & investigators


def test_the_first_two_caseworkers_work_in_two_townships_under_one_reviewer() -> None:
    by_name = {member.username: member for member in STAFF}
    first, second = list(TOWNSHIPS)[:2]
    assert by_name["caseworker1"].grants == (Grant(CASEWORKER, first),)
    assert by_name["caseworker2"].grants == (Grant(CASEWORKER, second),)
    assert set(by_name["reviewer1"].grants) == {Grant(REVIEWER, first), Grant(REVIEWER, second)}


def test_every_member_of_staff_fits_the_record_type() -> None:
    for member in STAFF:
        grant = member.grants[0]
        fields = {"display_name": member.display_name, "role": grant.role, "area_code": grant.area_prefix}
        assert problems(REGISTRY["staff"], fields, creating=True) == []
