"""The demonstration's household: the same ids and people whatever the seed, first in the first caseworker's village."""

from datetime import date

import pytest

from server.sample.demonstration import DEMO_APPLICANT_ID, DEMO_HEAD_ID, DEMO_HOUSEHOLD_ID, DEMO_TASK_ID
from server.sample.draft import Draft
from server.sample.households import generate
from server.sample.staff import STAFF


@pytest.fixture(scope="module", params=[1, 99])
def records(request: pytest.FixtureRequest, today: date) -> dict[str, Draft]:
    """All that a county of one household holds."""
    return {draft.id: draft for draft in generate(request.param, 1, today)}


def test_it_is_the_first_household_of_the_county(today: date) -> None:
    assert next(generate(5, 200, today)).id == DEMO_HOUSEHOLD_ID


def test_an_old_woman_applies_for_her_household(records: dict[str, Draft]) -> None:
    applicant = records[DEMO_APPLICANT_ID].fields
    assert (applicant["sex"], applicant["birth_date"]) == ("female", "1953-03-21")
    assert records[DEMO_HOUSEHOLD_ID].fields["programmes"] == []
    assert records[DEMO_HOUSEHOLD_ID].fields["head_id"] == DEMO_HEAD_ID
    relations = [draft.fields["relation"] for draft in records.values() if draft.type == "household_member"]
    assert relations == ["head", "spouse"]


def test_the_first_caseworker_is_to_visit_it_today(records: dict[str, Draft], today: date) -> None:
    task = records[DEMO_TASK_ID].fields
    caseworker = next(member for member in STAFF if member.username == "caseworker1")
    assert (task["kind"], task["due_on"], task["assignee_id"]) == ("application", today.isoformat(), caseworker.id)
    assert task["household_id"] == DEMO_HOUSEHOLD_ID


def test_changing_a_draft_does_not_change_the_next_county(today: date) -> None:
    for draft in generate(5, 1, today):
        draft.fields.clear()
    assert all(draft.fields for draft in generate(5, 1, today))
