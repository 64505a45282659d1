"""Visit tasks for caseworkers: what is due at a household, for whom, and when.

Each caseworker of a township looks after some of its villages (包村), so a task falls to whoever has the village.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from random import Random
from typing import Any

from server.sample.county import VILLAGES, Area
from server.sample.draft import Draft
from server.sample.staff import CASEWORKERS, StaffMember

WORDS: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))

TASKS_PER_VILLAGE = 12  # A worker's list stays a worker's list, however large the county is made.
SHARE_WITH_TASK = 0.45
_DUE_IN_DAYS = ((-12, -1), (0, 0), (1, 6), (7, 28))  # overdue, today, this week, later
_DUE_WEIGHTS = (2, 2, 4, 3)
_PRIORITY = {"application": 1, "recheck": 2, "care": 3}


@dataclass(frozen=True)
class Errand:
    """What is to be done at a household: a kind, the words for it, and the day by which."""

    kind: str
    words: str
    due_on: date


def caseworker_of(village: Area) -> StaffMember:
    """Name the caseworker who looks after a village."""
    workers = CASEWORKERS[str(village.parent_code)]
    siblings = [other for other in VILLAGES if other.parent_code == village.parent_code]
    return workers[siblings.index(village) % len(workers)]


def errand(rng: Random, household: dict[str, Any], today: date) -> Errand:
    """Tell what a household's state calls for; one that receives nothing has applied."""
    kind, words = _deed(rng, household)
    return Errand(kind, words, today + timedelta(days=rng.randint(*rng.choices(_DUE_IN_DAYS, _DUE_WEIGHTS)[0])))


def task(task_id: str, errand: Errand, *, household_id: str, village: Area, place: str, assignee: StaffMember) -> Draft:
    """Draft a planned visit task in its assignee's bucket; priority 1 comes first. The title names a place, no person."""
    fields = {
        "household_id": household_id,
        "area_code": village.code,
        "assignee_id": assignee.id,
        "kind": errand.kind,
        "title": WORDS["task_title"].format(deed=errand.words, place=place),
        "due_on": errand.due_on.isoformat(),
        "priority": _PRIORITY[errand.kind],
        "state": "planned",
    }
    return Draft("visit_task", task_id, f"user:{assignee.id}", fields)


def _deed(rng: Random, household: dict[str, Any]) -> tuple[str, str]:
    if not household["programmes"]:
        return "application", rng.choice(WORDS["application"]["deeds"])
    in_care = [tag for tag in WORDS["care"] if household["tags"].get(tag)]
    if in_care and rng.random() < 0.5:
        return "care", WORDS["care"][in_care[0]]
    return "recheck", WORDS["recheck"][household["programmes"][0]["programme"]]
