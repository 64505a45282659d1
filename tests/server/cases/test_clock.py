"""The statutory clock: working days from acceptance, with pauses, extensions, and holidays that nobody has announced yet."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from policy.calendar import HolidayCalendar, load_calendar
from policy.parameters import load_parameters
from server.services.casework import clock, rounds
from server.services.casework.desk import Rules
from server.transaction import at_desk
from tests.server.cases.casework import Casework


def terms(work: Casework, application: str) -> dict[str, Any]:
    return {one["kind"]: one for one in work.read(application)["terms"]}


def test_accepting_starts_the_periods_of_the_region_with_their_clauses(work: Casework):
    found = terms(work, work.accepted())
    start, decision = found["start_investigation"], found["decision"]
    assert (start["due_on"], decision["due_on"]) == ("2026-07-09", "2026-08-10")  # 3 and, in 沅江, 25 working days
    assert "第十五条" in start["clause"] and "二(七)" in decision["clause"]
    assert start["standing"] == "warned"  # three working days ahead
    assert decision["standing"] == "running"
    assert not decision["is_provisional"]


def test_a_period_ends_with_its_step_and_the_next_one_begins(work: Casework):
    application = work.investigating()
    found = terms(work, application)
    assert found["start_investigation"]["standing"] == "done"
    assert found["start_check"]["due_on"] == "2026-07-09"
    work.answer_check()
    assert terms(work, application)["start_check"]["standing"] == "done"


def test_a_period_that_is_over_is_overdue_and_listed(work: Casework):
    application = work.accepted()
    work.later(4)
    assert terms(work, application)["start_investigation"]["standing"] == "overdue"
    due = work.get("reviewer1", "/applications/due").json
    assert [(one["case_id"], one["kind"]) for one in due] == [(application, "start_investigation")]
    assert work.get("reviewer2", "/applications/due").json == []


def test_a_pause_moves_the_last_day_by_its_working_days(work: Casework):
    application = work.accepted()
    work.stepped("reviewer1", application, "pause", reason="applicant_papers")
    work.later(7)  # Monday to Monday: five working days
    assert terms(work, application)["decision"]["standing"] == "paused"
    body = {"seen_version": work.version(application)}
    client = work.office.app.test_client()
    address = f"/api/v1/applications/{application}/pause"
    assert client.delete(address, json=body, headers=work.office.bearer("reviewer1")).status_code == 200
    assert terms(work, application)["decision"]["due_on"] == "2026-08-17"
    assert client.delete(address, json=body, headers=work.office.bearer("reviewer1")).status_code == 409


def test_the_decision_takes_longer_once_for_a_reason_of_the_list(work: Casework):
    application = work.accepted()
    assert work.step("reviewer1", application, "extension", reason="busy").status_code == 422
    work.stepped("reviewer1", application, "extension", reason="difficult_check")
    decision = terms(work, application)["decision"]
    assert (decision["due_on"], decision["extended_for"]) == ("2026-09-07", "difficult_check")  # 45 working days
    assert work.step("reviewer1", application, "extension", reason="objection").status_code == 409


@pytest.fixture
def december(work: Casework) -> str:
    """An application whose periods run into a year of which no holiday is announced."""
    work.clock.at = datetime(2026, 12, 14, 1, 0, tzinfo=UTC)
    return work.accepted()


def with_next_year() -> HolidayCalendar:
    """The announced tables, and a made-up one for 2027 whose first three days are off."""
    known = load_calendar()
    off = {date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)}
    return HolidayCalendar(known.years | {2027}, known.holidays | off, known.workdays)


def test_a_holiday_table_that_ends_makes_days_provisional_and_stops_nothing(work: Casework, december: str):
    found = terms(work, december)
    assert found["decision"]["is_provisional"]
    assert found["decision"]["due_on"] == "2027-01-18"
    assert not found["start_investigation"]["is_provisional"]
    body = {"assignee_id": work.office.staff["caseworker1"]}
    assert work.stepped("caseworker1", december, "investigation", **body) == "investigating"


def test_when_the_table_comes_the_days_are_computed_again(work: Casework, december: str):
    rules = Rules(load_parameters(sample=True), with_next_year())
    with work.office.app.app_context():
        done = rounds.run(lambda deed: at_desk(rounds.SYSTEM, deed, now=work.clock(), by=rules))
        again = rounds.run(lambda deed: at_desk(rounds.SYSTEM, deed, now=work.clock(), by=rules))
    assert (done.deadlines_moved, again.deadlines_moved) == (1, 0)
    decision = terms(work, december)["decision"]
    assert (decision["due_on"], decision["is_provisional"]) == ("2027-01-21", False)


def test_every_period_of_the_policy_has_its_end():
    from policy.procedure.deadlines import DEADLINES

    elsewhere = {"self_care_reassessed", "complaint_answered", "referral_answered"}
    assert set(clock.ENDS) == set(DEADLINES) - elsewhere
    assert set(clock.ENDS) >= clock.STANDS_STILL
