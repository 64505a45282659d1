"""What a made-up household lives in and on: its aid and since when, its house, why it is poor, its tags."""

from datetime import date
from random import Random
from typing import Any

from server.sample.people import OLD, REGISTER_YEAR, Member
from server.sample.shapes import Shape


def aid(rng: Random, shape: Shape, members: list[Member]) -> tuple[str | None, date]:
    """Choose the programme that supports the household, None if it has only applied, and the day of its registration."""
    programme = rng.choices(list(shape.programmes), list(shape.programmes.values()))[0]
    youngest = min(member.age for member in members)
    longest = 9
    if programme == "tekun" and youngest > OLD:
        longest = min(longest, youngest - OLD)  # It began after they were old.
    elif programme == "tekun" and not any(_cannot_work(member) for member in members):
        programme = "dibao"
    return programme, date(REGISTER_YEAR - rng.randint(1, longest), rng.randint(1, 12), 1)


def dwelling(rng: Random) -> dict[str, Any]:
    """Describe the house; grades of safety A to D as in the standard for dangerous houses, JGJ 125."""
    condition = rng.choices(("grade_a", "grade_b", "grade_c", "grade_d"), (30, 50, 17, 3))[0]
    tenure = rng.choices(("own", "lent", "rented"), (90, 7, 3))[0]
    return {"area_m2": rng.randint(35, 140), "condition": condition, "tenure": tenure}


def poverty_cause(rng: Random, members: list[Member]) -> str:
    """Name the gravest cause of poverty that shows in the members, or one that does not show."""
    if any(_is_severe(member) for member in members):
        return "disability"
    if any(member.is_ill for member in members):
        return "illness"
    if all(member.age >= OLD for member in members):
        return "old_age"
    if any(member.education_stage in ("senior_secondary", "higher") for member in members) and rng.random() < 0.6:
        return "education"
    return rng.choice(("lack_of_labour", "lack_of_labour", "lack_of_skill", "disaster", "accident"))


def tags(shape: Shape, members: list[Member]) -> dict[str, bool]:
    """Tag what calls for care, as the growing set of the record wants it."""
    found = list(shape.tags)
    if any(member.is_ill for member in members):
        found.append("serious_illness")
    if any(_is_severe(member) for member in members):
        found.append("severe_disability")
    return dict.fromkeys(found, True)


def _is_severe(member: Member) -> bool:
    return member.disability is not None and member.disability.level <= 2


def _cannot_work(member: Member) -> bool:
    """Tell the plain cases of people under 60 without any capacity to work (特困人员认定办法 art. 5)."""
    plain = ("physical", "intellectual", "mental")
    return _is_severe(member) and member.disability is not None and member.disability.category in plain
