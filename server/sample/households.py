"""The households of the sample county, one after another, made again alike from the same seed.

Everything depends on the seed alone, except the day on which a task is due. Each village has its own stream of chance, so
its first households stay the same however large the county is made. What is kept in memory is one village's names and
numbers.

No number reaches anybody: id numbers begin with 99, which no province has (GB/T 2260), and telephone numbers with 154, a
prefix that no operator held when this was written; China sets no range aside for fiction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from identity import resident_id
from server.sample import circumstances, demonstration
from server.sample.county import TOWNSHIPS, VILLAGES, Area, spread
from server.sample.draft import Draft
from server.sample.names import VillageNames
from server.sample.people import ADULT, Member, gather
from server.sample.shapes import SHAPES
from server.sample.tasks import SHARE_WITH_TASK, TASKS_PER_VILLAGE, WORDS, caseworker_of, errand, task
from sync.ids import new_id

_FIRST_MS = 1_767_571_200_000  # 2026-01-05 08:00 in 北京: the ids say that all records were made from then on.
_PHONE_PREFIX = "154"
_ETHNICITIES = ("汉族",) * 95 + ("土家族",) * 3 + ("苗族", "回族")
_GROUPS = 12  # 村民小组 of a village
_SHAPE_WEIGHTS = [shape.weight for shape in SHAPES]


@dataclass
class _Village:
    """One village while it is made: its chance, and what it must not give twice."""

    area: Area
    index: int
    today: date
    rng: Random
    names: VillageNames
    id_numbers: set[str] = field(default_factory=set)
    made: int = 0

    def new_id(self) -> str:
        self.made += 1
        return new_id(_FIRST_MS + self.index * 86_400_000 + self.made, self.rng.randbytes(10))

    def id_number(self, member: Member) -> str:
        area = f"{resident_id.TEST_AREA}{self.index + 1:04d}"
        while True:
            serial = self.rng.randrange(500) * 2 + (member.sex == "male")
            number = resident_id.compose(area, member.born_on, serial)
            if number not in self.id_numbers:
                self.id_numbers.add(number)
                return number

    def phone(self) -> str:
        return f"{_PHONE_PREFIX}{self.rng.randrange(10**8):08d}"


def generate(seed: int, households: int, today: date) -> Iterator[Draft]:
    """Yield the records of so many households, village by village; the first is that of the demonstration.

    A household comes before its people, then its memberships, then its task if there is one. Raises ValueError for a
    negative number.
    """
    for index, (code, count) in enumerate(spread(households).items()):
        rng = Random(f"{seed}/{code}")  # noqa: S311 - a sample that can be repeated, no secret
        village = _Village(VILLAGES[index], index, today, rng, VillageNames(rng))
        yield from _households(village, count)


def _households(village: _Village, count: int) -> Iterator[Draft]:
    assignee = caseworker_of(village.area)
    tasks = 0
    for order in range(count):
        number, address, place = _location(village, order)
        if village.index == 0 and order == 0:
            yield from demonstration.drafts(village.today, number=number, address=address, place=place)
            tasks += 1
            continue
        household_id = village.new_id()
        fields, drafts = _household(village, household_id, number, address)
        yield from drafts
        if tasks < TASKS_PER_VILLAGE and village.rng.random() < SHARE_WITH_TASK:
            tasks += 1
            yield task(
                village.new_id(),
                errand(village.rng, fields, village.today),
                household_id=household_id,
                village=village.area,
                place=place,
                assignee=assignee,
            )


def _location(village: _Village, order: int) -> tuple[str, str, str]:
    """Give the running number, the address, and the place as a task's title names it; no address comes twice."""
    group, house = order % _GROUPS + 1, order // _GROUPS * 3 + village.rng.randint(1, 3)
    words = WORDS["household"]
    township = TOWNSHIPS[str(village.area.parent_code)].name
    address = words["address"].format(township=township, village=village.area.name, group=group, house=house)
    place = words["place"].format(village=village.area.name, group=group)
    return f"{village.area.code}{order + 1:05d}", address, place


def _household(village: _Village, household_id: str, number: str, address: str) -> tuple[dict[str, Any], list[Draft]]:
    rng, code = village.rng, village.area.code
    shape = rng.choices(SHAPES, _SHAPE_WEIGHTS)[0]
    members = gather(rng, shape, village.names)
    programme, registered_on = circumstances.aid(rng, shape, members)
    people = [(village.new_id(), member) for member in members]
    ethnicity = rng.choice(_ETHNICITIES)
    persons = [Draft("person", id_, code, _person(village, member, ethnicity)) for id_, member in people]
    fields: dict[str, Any] = {
        "number": number,
        "area_code": code,
        "head_id": people[0][0],
        "address": address,
        "dwelling": circumstances.dwelling(rng),
        "poverty_cause": circumstances.poverty_cause(rng, members),
        "phone": _reached_by(persons) or village.phone(),
        "tags": circumstances.tags(shape, members),
        "programmes": [{"programme": programme, "from_on": registered_on.isoformat()}] if programme else [],
    }
    if rng.random() < 0.15:
        fields["remarks"] = rng.choice(WORDS["household"]["remarks"])
    memberships = [
        Draft("household_member", village.new_id(), code, _membership(household_id, id_, member, registered_on))
        for id_, member in people
    ]
    return fields, [Draft("household", household_id, code, fields), *persons, *memberships]


def _person(village: _Village, member: Member, ethnicity: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": member.name,
        "sex": member.sex,
        "birth_date": member.born_on.isoformat(),
        "ethnicity": ethnicity,
        "id_type": "resident_id",
        "id_number": village.id_number(member),
        "labour_capacity": member.labour_capacity,
        "education_stage": member.education_stage,
    }
    if member.age >= ADULT and not member.exclusion and village.rng.random() < (0.5 if member.age > 75 else 0.85):
        fields["phone"] = village.phone()
    if member.disability:
        fields["disability"] = {"category": member.disability.category, "level": member.disability.level}
    return fields


def _membership(household_id: str, person_id: str, member: Member, registered_on: date) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "household_id": household_id,
        "person_id": person_id,
        "relation": member.relation,
        "included": member.exclusion is None,
        "from_on": max(registered_on, member.born_on).isoformat(),
    }
    if member.exclusion:
        fields["exclusion_reason"] = member.exclusion
    return fields


def _reached_by(persons: list[Draft]) -> str | None:
    return next((str(person.fields["phone"]) for person in persons if "phone" in person.fields), None)
