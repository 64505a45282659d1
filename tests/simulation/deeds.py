"""What workers do on their phones, by the field client's own functions: each deed is chosen first, then done at once.

A deed is planned without touching anything; `run` does it and may be cut off by a crash at any statement.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, Any

from PIL import Image

from field_client import amendments, drafts, households, identification, outbox, overlay, sealing, tasks, visits
from field_client.drafts import Draft
from sync.records import REGISTRY, Merge
from tests.simulation.oracle import STEPS
from tests.simulation.phone import Phone
from tests.simulation.places import REVIEWER, WORKERS, head_of, user_bucket

if TYPE_CHECKING:
    from tests.simulation.district import District


@dataclass(frozen=True)
class Deed:
    """A deed in words, how it is done, and how many outbox entries make it whole (all of them or none)."""

    story: str
    run: Callable[[], Any]
    entries: tuple[int, ...] = (1,)
    typed: dict[str, str] = field(default_factory=dict)  # draft -> word that it takes in


def edit_household(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Change one thing about a household that the phone shows."""
    household = _household(district, phone, chance)
    if household is None:
        return None
    name = chance.choice(("address", "poverty_cause", "phone", "remarks", "remarks"))
    word = district.oracle.word()
    return _change(district, phone, "household", household, {name: word}, f"{household}.{name} = {word}")


def tag(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Put a tag on a household, or take one off."""
    household = _household(district, phone, chance)
    if household is None:
        return None
    seen = overlay.one(phone.store, "household", household)
    stands = sorted(tag for tag, stands in (seen.fields.get("tags") or {}).items() if stands) if seen else []
    if stands and chance.random() < 0.4:
        gone = chance.choice(stands)
        return _change(district, phone, "household", household, {"tags": {gone: False}}, f"{household} 去掉 {gone}")
    word = district.oracle.word()
    return _change(district, phone, "household", household, {"tags": {word: True}}, f"{household} 加上 {word}")


def propose(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Propose a correction to the register, with an edit of the phone number beside it at times."""
    household = _household(district, phone, chance)
    persons = [one for one in district.people if overlay.one(phone.store, "person", one)]
    person = chance.choice(persons) if persons and chance.random() < 0.4 else household and head_of(household)
    if person is None or overlay.one(phone.store, "person", person) is None:
        return None
    fields = {"name": district.oracle.word()}
    if chance.random() < 0.5:
        fields["phone"] = district.oracle.word()
    return _change(district, phone, "person", person, fields, f"{person} 提出 {fields}")


def add_person(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Enter a new member of a household: two records, saved together."""
    household = _household(district, phone, chance)
    seen = overlay.one(phone.store, "household", household) if household else None
    if household is None or seen is None:
        return None
    number = len(district.people) + 1
    person, word, bucket = f"newborn-{number}", district.oracle.word(), seen.bucket
    district.people.append(person)
    # One number for many persons: whether they are one is for the office to decide.
    id_number = {"id_number": "990101194906010012"} if chance.random() < 0.4 else {}

    def run() -> None:
        with phone.store.transaction():
            _add(phone, "person", person, "create", bucket, {"name": word, **id_number})
            link = {"household_id": household, "person_id": person, "relation": "子女"}
            _add(phone, "household_member", f"link-{person}", "create", bucket, link)

    return Deed(f"{household} 新增 {person} {word}", run, (2,))


def step_task(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Say how far a task is, as a phone does that has not heard of what its user did on another one."""
    shown = sorted(one.id for one in overlay.all_of(phone.store, "visit_task"))
    if not shown:
        return None
    task, step = chance.choice(shown), chance.choice(STEPS)

    def run() -> None:
        with phone.store.transaction():
            tasks.step(phone.store, phone.clock, task, step)

    return Deed(f"{task} 记为 {step}", run)


def start_visit(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Begin a visit; a planned task for the household is begun with it."""
    household = _household(district, phone, chance)
    if household is None or len(drafts.all_drafts(phone.store)) > 2:
        return None
    if not _is_home(phone, household):
        return None
    return Deed(
        f"开始走访 {household}",
        lambda: visits.start(phone.store, phone.clock, phone.device, household),
        (0, 1),
    )


def work_on_draft(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Type an answer, or take a photo, in a draft that is open."""
    draft = _draft(phone, chance)
    if draft is None:
        return None
    if chance.random() < 0.4:
        image = _picture(district, chance)
        return Deed(
            f"{_named(district, draft)} 拍照",
            lambda: visits.photo(phone.store, phone.clock, draft.id, image, kind="house"),
            (0,),
        )
    word = district.oracle.word()

    def answer() -> None:
        visits.answer(phone.store, phone.clock, draft.id, {"people": str(chance.randrange(1, 9)), "note": word})

    return Deed(f"{_named(district, draft)} 写下 {word}", answer, (0,), {draft.id: word})


def seal(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Complete a draft (identity, signatures) and seal it."""
    draft = _draft(phone, chance)
    if draft is None:
        return None
    word = district.oracle.word()
    return Deed(
        f"封存 {_named(district, draft)} {word}",
        lambda: _complete(district, phone, chance, draft, word),
        (0, 1, 2),
        {draft.id: word},
    )


def visit_at_once(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Begin a visit and seal it on the spot, most often one that a task asks for."""
    asked = [task["household_id"] for task in tasks.open_tasks(phone.store) if chance.random() < 0.8]
    wanted = next((one for one in asked if overlay.one(phone.store, "household", one)), None)
    household = wanted or _household(district, phone, chance)
    if household is None or not _is_home(phone, household):
        return None
    word = district.oracle.word()

    def run() -> None:
        draft = visits.start(phone.store, phone.clock, phone.device, household)
        visits.photo(phone.store, phone.clock, draft.id, _picture(district, chance), kind="house")
        _complete(district, phone, chance, draft, word)

    return Deed(f"走访 {household} {word}", run, (0, 1, 2, 3), {"": word})


def amend(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Open an amendment of a visit of ours, most often one that was returned."""
    own = [visit for visit, (name, fields) in district.oracle.sealed.items() if name == phone.name and "form" in fields]
    shown = [visit for visit in own if overlay.one(phone.store, "visit", visit)]
    returned = [visit for visit in shown if amendments.is_returned(phone.store, visit)]
    if not shown or (not returned and chance.random() < 0.7):
        return None
    visit, word = chance.choice(returned or shown), district.oracle.word()

    def run() -> None:
        draft = amendments.open_draft(phone.store, phone.clock, phone.device, visit)
        if is_quick:
            _complete(district, phone, chance, draft, word)

    is_quick = chance.random() < 0.6
    told, typed = (
        (f"补正 {district.nick(visit)} {word}", {"": word}) if is_quick else (f"打开 {district.nick(visit)} 补正", {})
    )
    return Deed(told, run, (0, 1), typed)


def poison(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Save what no office should take, as a faulty or hostile program would; it must stop nothing else."""
    household, word = chance.choice(sorted(district.households)), district.oracle.word()
    bucket = chance.choice(district.villages)
    task = next((one for one, worker in district.tasks.items() if worker == phone.user), "task-0")
    options: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("ghost", word, "create", bucket, {"name": word}),
        ("household", household, "update", bucket, {"number": word}),
        ("household", household, "update", bucket, {"number": word, "remarks": word}),
        ("household", household, "update", bucket, {"area_code": "430981101999", "remarks": word}),
        ("household", household, "update", bucket, {"remarks": word * 600}),
        ("household", household, "update", bucket, {"tags": {word: "是"}}),
        ("household", household, "update", bucket, {"newer_field": {"x": word}}),
        ("household", household, "update", bucket, {"坏 name": word}),
        ("household", household, "create", bucket, {"area_code": bucket, "remarks": word}),
        ("household", household, "delete", bucket, {"remarks": word}),
        ("household", "nobody", "update", bucket, {"remarks": word}),
        ("household", f"lost-{word}", "create", "430981101", {"area_code": bucket, "remarks": word}),
        ("household_member", f"link-{household}", "update", bucket, {"person_id": word}),
        ("visit", f"bad-{word}", "create", bucket, {"household_id": household, "remarks": word}),
        ("visit_task", task, "update", user_bucket(phone.user), {"state": word}),
        ("visit_task", task, "update", user_bucket(phone.user), {"state": "planned", "title": word}),
        ("visit_task", task, "update", user_bucket(REVIEWER), {"state": "sealed"}),
        ("review", word, "create", bucket, {"verdict": "approved", "reason": word}),
    ]
    type, id, op, where, fields = chance.choice(options)
    return _change(district, phone, type, id, fields, f"毒 {op} {type} {id} {sorted(fields)} {word}", op, where)


def alter_sealed(district: "District", phone: Phone, chance: Random) -> Deed | None:
    """Alter a sealed visit in the outbox before it is sent: what somebody with the store's key could do."""
    rows = phone.store.rows(
        "SELECT * FROM outbox WHERE type = 'visit' AND n > ? AND json_extract(fields, '$.seal') IS NOT NULL ORDER BY n",
        phone.sent_upto,
    )
    if not rows:
        return None
    visit = str(rows[0]["id"])

    def run() -> None:
        with phone.store.transaction():
            phone.store.db.execute(
                "UPDATE outbox SET fields = json_set(fields, '$.answers.people', 99) WHERE n = ?", (rows[0]["n"],)
            )
        district.oracle.altered.add(visit)

    return Deed(f"篡改 {district.nick(visit)}", run, (0,))


def _complete(district: "District", phone: Phone, chance: Random, draft: Draft, word: str) -> None:
    store, clock = phone.store, phone.clock
    visits.answer(store, clock, draft.id, {"people": "2", "note": word})
    if not draft.is_amendment:
        person = head_of(str(draft.document["household_id"]))
        identification.by_people(store, clock, draft.id, person, method="id_card", reason="light")
        second = next(one for one in WORKERS if one != phone.user)
        for role, signer in (("investigator", phone.user), ("investigator", second), ("household", person)):
            visits.sign(store, clock, draft.id, role=role, signer=signer, image=_picture(district, chance))
    sealing.seal(store, clock, phone.device, draft.id)


def _change(
    district: "District",
    phone: Phone,
    type: str,
    id: str,
    fields: dict[str, Any],
    story: str,
    op: str = "update",
    bucket: str = "",
) -> Deed:
    seen = overlay.one(phone.store, type, id) if not bucket else None
    where = bucket or (seen.bucket if seen else district.villages[0])

    def run() -> None:
        with phone.store.transaction():
            _add(phone, type, id, op, where, fields)

    return Deed(story, run)


def _add(phone: Phone, type: str, id: str, op: str, bucket: str, fields: dict[str, Any]) -> None:
    outbox.add(phone.store, phone.clock, type=type, id=id, op=op, bucket=bucket, fields=fields)


def _household(district: "District", phone: Phone, chance: Random) -> str | None:
    """Choose a household that the phone shows; the first ones more often, so that workers meet."""
    shown = [one for one in sorted(district.households) if overlay.one(phone.store, "household", one)]
    return chance.choice(shown[: chance.randrange(1, len(shown) + 1)]) if shown else None


def _is_home(phone: Phone, household: str) -> bool:
    """Tell whether the phone shows the household's head, who is to sign."""
    return any(one["id"] == head_of(household) for one in households.members(phone.store, household))


def _draft(phone: Phone, chance: Random) -> Draft | None:
    found = phone.store.rows("SELECT id FROM drafts ORDER BY rowid")
    return drafts.get(phone.store, str(chance.choice(found)["id"])) if found else None


def _named(district: "District", draft: Draft) -> str:
    return district.nick(draft.id) if not draft.is_amendment else f"{district.nick(draft.visit_id)}的补正"


def _picture(district: "District", chance: Random) -> bytes:
    """Take a picture; now and then one that was taken before."""
    number = chance.randrange(1, 4) if chance.random() < 0.1 else len(district.oracle.pictures) + 10
    image = _drawn(number % 400)
    district.oracle.pictures[hashlib.sha256(image).hexdigest()] = image
    return image


@cache
def _drawn(number: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (24, 16), (number % 256, number // 256 * 90, 77)).save(buffer, "PNG")
    return buffer.getvalue()


def office_only(type: str) -> set[str]:
    """Name the fields of a type that no device may write."""
    known = REGISTRY[type].fields.items() if type in REGISTRY else ()
    return {name for name, one in known if one.merge is Merge.SERVER_OWNED}
