"""The people of one made-up household: age and sex from its shape, then name, disability, school and illness.

The register is told as it stood on one day, so the same seed gives the same people whenever the sample is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from server.sample.names import VillageNames
from server.sample.shapes import Seat, Shape

REGISTER_YEAR = 2026  # Ages are completed years on New Year's Day of this year; nothing in the register is later.

# How a register is filled in by habit; what the law makes of an age is told by the policy room alone.
ADULT = 18
OLD = 60

_EARLY_DISABILITIES = ("physical", "intellectual") * 2 + ("mental", "hearing", "visual", "speech", "multiple")
_LATE_DISABILITIES = ("physical",) * 3 + ("hearing", "visual", "mental")
_LEVELS = (1, 2, 2, 2, 3, 3, 4)


@dataclass(frozen=True)
class Disability:
    """A line of the disability certificate; level 1 is the gravest of 4."""

    category: str
    level: int


@dataclass
class Member:
    """A member of a household while it is being made."""

    relation: str
    sex: str
    age: int
    born_on: date
    exclusion: str | None = None
    name: str = ""
    disability: Disability | None = None
    education_stage: str = "none"
    is_ill: bool = False

    @property
    def labour_capacity(self) -> str:
        """How far the member can work: full, partial or none; pupils and students count as none."""
        if self.age < 16 or self.age >= OLD or self.education_stage != "none":
            return "none"
        if self.disability:
            return "none" if self.disability.level <= 2 else "partial"
        return "partial" if self.is_ill else "full"


def gather(rng: Random, shape: Shape, names: VillageNames) -> list[Member]:
    """Fill a shape's seats with people, the head first."""
    members: list[Member] = []
    for seat in shape.seats:
        if rng.random() < seat.chance:
            members.append(_member(rng, seat, members))
    _sort(members)
    _name(members, names)
    if rng.random() < shape.illness:
        rng.choice([m for m in members if m.age >= ADULT and not m.exclusion]).is_ill = True
    return members


def _sort(members: list[Member]) -> None:
    """Put elder brothers and sisters before younger ones."""
    relations = [member.relation for member in members]
    members.sort(key=lambda member: (relations.index(member.relation), -member.age))


def _member(rng: Random, seat: Seat, others: list[Member]) -> Member:
    head = others[0] if others else None
    sex = "male" if rng.random() < seat.male else "female"
    if head and seat.relation == "spouse":
        sex = "female" if head.sex == "male" else "male"
    age = _age(rng, seat, head)
    while seat.relation != "spouse" and any(
        other.relation == seat.relation and abs(other.age - age) < 2 for other in others
    ):
        age = _age(rng, seat, head)
    born_on = date(REGISTER_YEAR - age - 1, 1, 1) + timedelta(days=rng.randrange(365))
    member = Member(seat.relation, sex, age, born_on)
    member.exclusion = rng.choice(seat.exclusions) if seat.exclusions else None
    if rng.random() < seat.disabled:
        member.disability = _disability(rng, age)
    member.education_stage = _education_stage(rng, member)
    return member


def _age(rng: Random, seat: Seat, head: Member | None) -> int:
    years = rng.randint(*seat.years)
    if head is None or not seat.than_head:
        return years
    if seat.relation == "spouse" and head.sex == "female":
        return head.age + years
    return max(head.age - years, rng.randint(1, 3))


def _disability(rng: Random, age: int) -> Disability:
    return Disability(rng.choice(_LATE_DISABILITIES if age >= OLD else _EARLY_DISABILITIES), rng.choice(_LEVELS))


def _education_stage(rng: Random, member: Member) -> str:
    """Tell which school a person goes to; grave disabilities of the mind keep most from going beyond the compulsory."""
    if member.age < 3 or member.age > 22:
        return "none"
    if member.age < 6:
        return "preschool"
    if member.age < 15:
        return "compulsory"
    if member.disability and member.disability.category in ("intellectual", "mental", "multiple"):
        return "none"
    stage, share = ("senior_secondary", 0.9) if member.age < 18 else ("higher", 0.5)
    return stage if rng.random() < share else "none"


def _name(members: list[Member], names: VillageNames) -> None:
    """Name everybody: men and children bear the family's name, women who married in keep their own."""
    family = names.surname()
    avoid = ""
    for member, surname in zip(members, _surnames(members, names, family), strict=True):
        member.name = names.full_name(surname, member.sex, member.born_on.year, avoid=avoid)
        avoid += member.name[1:]


def _surnames(members: list[Member], names: VillageNames, family: str) -> Iterator[str]:
    for member in members:
        married_in = member.sex == "female" and member.relation in ("head", "spouse", "parent")
        yield names.other_surname(family) if married_in else family
