"""Tasks: for a caseworker of the place, in their bucket, around today, as the household's state calls for."""

from collections import Counter
from datetime import date, timedelta

from server.domain.permissions import Actor, may
from server.sample.county import TOWNSHIPS, VILLAGES
from server.sample.draft import Draft
from server.sample.households import generate
from server.sample.staff import STAFF
from server.sample.tasks import TASKS_PER_VILLAGE, caseworker_of

Records = dict[str, dict[str, Draft]]


def test_a_task_goes_to_somebody_who_may_visit_its_household(by_type: Records) -> None:
    actors = {member.id: Actor(member.id, member.display_name, member.grants) for member in STAFF}
    for task in by_type["visit_task"].values():
        household = by_type["household"][task.fields["household_id"]]
        assert task.fields["area_code"] == household.fields["area_code"]
        assert may(actors[task.fields["assignee_id"]], "visit.record", household.fields["area_code"])
        assert task.bucket == f"user:{task.fields['assignee_id']}"


def test_a_household_has_at_most_one_task(by_type: Records) -> None:
    tasks = Counter(task.fields["household_id"] for task in by_type["visit_task"].values())
    assert max(tasks.values()) == 1


def test_those_who_receive_nothing_have_applied_and_the_others_are_visited_again(by_type: Records) -> None:
    kinds: set[str] = set()
    for task in by_type["visit_task"].values():
        receives = bool(by_type["household"][task.fields["household_id"]].fields["programmes"])
        assert (task.fields["kind"] == "application") != receives
        kinds.add(task.fields["kind"])
    assert kinds == {"application", "recheck", "care"}


def test_a_title_names_the_place_but_no_person(by_type: Records) -> None:
    names = {person.fields["name"] for person in by_type["person"].values()}
    villages = {village.code: village.name for village in VILLAGES}
    for task in by_type["visit_task"].values():
        assert villages[task.fields["area_code"]] in task.fields["title"]
        assert not any(name in task.fields["title"] for name in names)


def test_the_first_caseworkers_have_work_overdue_today_this_week_and_later(today: date) -> None:
    due = [
        date.fromisoformat(draft.fields["due_on"]) - today
        for draft in generate(20260701, 200, today)
        if draft.type == "visit_task"
        and draft.fields["assignee_id"]
        in [member.id for member in STAFF if member.username.startswith("caseworker")][:2]
    ]
    week = timedelta(days=7)
    assert any(days < timedelta() for days in due)
    assert timedelta() in due
    assert any(timedelta() < days < week for days in due)
    assert any(days >= week for days in due)


def test_a_village_has_no_more_tasks_however_large_the_county_is(today: date) -> None:
    drafts = generate(3, 4800, today)
    tasks = Counter(draft.fields["area_code"] for draft in drafts if draft.type == "visit_task")
    assert max(tasks.values()) == TASKS_PER_VILLAGE


def test_the_villages_of_a_township_are_shared_by_all_its_caseworkers() -> None:
    for township in TOWNSHIPS:
        shares = Counter(caseworker_of(village).id for village in VILLAGES if village.parent_code == township)
        assert sorted(shares.values()) == [2, 3, 3]
