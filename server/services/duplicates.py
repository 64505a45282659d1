"""Two persons who may be one: noticed when they appear, decided by a person, merged so that all can be undone.

Nothing is ever merged by itself. That two are different persons is remembered, and not asked again.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from identity.duplicates import number_key
from server.domain.errors import DecisionMade
from server.models.ledger import HeldValue
from server.models.register import Household, HouseholdMember, Person
from server.queries import history
from server.services.changes import Ledger
from server.services.staged import Author
from server.services.store import hold
from sync.canonical import dumps
from sync.merge import Mark

BY_NUMBER, BY_NAME = "id_number", "name"  # Why two persons may be one; by name: the same birth date and village, too.
MOST = 5  # Further ones are found when these are decided.


def look_for(ledger: Ledger, person_id: str, author: Author, *, now: datetime) -> None:
    """Note every person with the same id number, or the same name and birth date in one village, for a decision."""
    for basis in (BY_NUMBER, BY_NAME):
        for other_id in _alike(ledger, person_id, basis):
            _note(ledger, person_id, other_id, basis, author, now)


def merge(ledger: Ledger, kept: str, gone: str, author: Author) -> dict[str, Any]:
    """Make two persons one: what only the one who goes had is taken over, what differs is kept in the history.

    Gives what was done, so that it can be undone. Raises DecisionMade when one of them is no longer there.
    """
    stays, goes = ledger.get("person", kept), ledger.get("person", gone)
    if stays is None or goes is None:
        raise DecisionMade("其中一人已不在名册里, 请刷新")
    filled = {name: value for name, value in goes.fields.items() if name not in stays.fields}
    lost = {name: value for name, value in goes.fields.items() if stays.fields.get(name, value) != value}
    marks = {name: list(stays.mark(name)) for name in filled}
    ledger.update("person", kept, filled, author, lost)
    members, doubled = _move_members(ledger, kept, gone, author)
    heads = _move_heads(ledger, gone, kept, author)
    ledger.remove("person", gone, "merged", author)
    done = {"kept": kept, "gone": gone, "members": members, "doubled": doubled, "heads": heads}
    return {**done, "filled": sorted(filled), "marks": marks}


def undo(ledger: Ledger, done: dict[str, Any], author: Author) -> None:
    """Part two persons again: what the merge moved goes back, unless somebody changed it since.

    Raises DecisionMade when that cannot be done any more.
    """
    kept, gone = done["kept"], done["gone"]
    ended = history.ended(ledger.session, ledger.vault, ("person", gone))
    stays = ledger.get("person", kept)
    if ended is None or stays is None or ledger.get("person", gone) is not None:
        raise DecisionMade("合并后的人员又有变动, 不能直接撤销")
    ledger.create("person", gone, ended.bucket, ended.fields, author, marks=ended.marks)
    same = [name for name in done["filled"] if stays.fields.get(name) == ended.fields.get(name)]
    marks = {name: Mark(*mark) for name, mark in done.get("marks", {}).items() if name in same}
    ledger.update("person", kept, dict.fromkeys(same), author, marks=marks)
    for member_id in done["doubled"]:
        _restore(ledger, member_id, author)
    for record_type, field, ids in (
        ("household_member", "person_id", done["members"]),
        ("household", "head_id", done["heads"]),
    ):
        for record_id in ids:
            current = ledger.get(record_type, record_id)
            if current and current.fields.get(field) == kept:
                ledger.update(record_type, record_id, {field: gone}, author)


def _alike(ledger: Ledger, person_id: str, basis: str) -> list[str]:
    """Name the persons who are alike, those of this very transaction included, which the index does not know yet."""
    mine, bucket = ledger.get("person", person_id), ledger.bucket_of("person", person_id)
    if mine is None or bucket is None or not (traits := _traits(mine.fields, bucket, basis)):
        return []
    hold(ledger.session, ["/".join((basis, *traits))])  # Of two who come at once the later one sees the other.
    statement = select(Person.id).where(*_conditions(ledger, traits, basis), Person.id != person_id)
    found = [
        one
        for one in ledger.reading.scalars(statement.order_by(Person.id).limit(MOST))
        if _has(ledger, one, traits, basis)
    ]
    found += [
        other_id
        for other_id, where, fields in ledger.staged_records("person")
        if other_id not in (person_id, *found) and _traits(fields, where, basis) == traits
    ]
    return found[:MOST]


def _traits(fields: Any, bucket: str, basis: str) -> tuple[str, ...]:
    """Give what two persons must have in common; nothing when it is not known."""
    if basis == BY_NUMBER:
        number = number_key(fields.get("id_number"))
        return (number,) if number else ()
    name, born_on = str(fields.get("name") or ""), str(fields.get("birth_date") or "")
    return (name, born_on, bucket) if name and born_on else ()


def _conditions(ledger: Ledger, traits: tuple[str, ...], basis: str) -> Iterator[ColumnElement[bool]]:
    if basis == BY_NUMBER:
        yield Person.id_number_hash == ledger.vault.lookup_hash(traits[0])
    else:
        name, born_on, bucket = traits
        yield Person.name == name
        yield Person.birth_date == date.fromisoformat(born_on)
        yield Person.bucket == bucket


def _has(ledger: Ledger, person_id: str, traits: tuple[str, ...], basis: str) -> bool:
    current, bucket = ledger.get("person", person_id), ledger.bucket_of("person", person_id)
    return current is not None and bucket is not None and _traits(current.fields, bucket, basis) == traits


def _note(ledger: Ledger, person_id: str, other_id: str, basis: str, author: Author, now: datetime) -> None:
    held_id = _pair_id(person_id, other_id, basis)
    asked = (_pair_id(person_id, other_id, one) for one in (BY_NUMBER, basis))  # A number says more than a name.
    if any(ledger.session.get(HeldValue, one) is not None for one in asked):
        return
    plain = dumps({"original": None, "current": None, "offered": None, "evidence": None})
    row = HeldValue(
        id=held_id,
        type="person",
        record_id=person_id,
        bucket=ledger.bucket_of("person", person_id),
        other_id=other_id,
        other_bucket=ledger.bucket_of("person", other_id),
        field=basis,
        kind="duplicate",
        values=ledger.vault.seal(plain, f"held/{held_id}"),
        staff_id=author.staff_id or "",
        device_id=author.device_id,
        at=now,
    )
    ledger.session.add(row)
    ledger.session.flush()


def _pair_id(one: str, other: str, basis: str) -> str:
    """Name a pair, whoever of the two came first: what was decided of it is found again."""
    return hashlib.sha256(dumps([basis, *sorted((one, other))])).hexdigest()


def _move_members(ledger: Ledger, kept: str, gone: str, author: Author) -> tuple[list[str], list[str]]:
    """Put the one who stays in the places of the one who goes; a second place in one household is taken out."""
    rows = ledger.session.scalars(select(HouseholdMember).where(HouseholdMember.person_id.in_((kept, gone)))).all()
    homes = {row.household_id for row in rows if row.person_id == kept}
    moved, doubled = [], []
    for row in (one for one in rows if one.person_id == gone):
        if row.household_id in homes:
            ledger.remove("household_member", row.id, "merged", author)
            doubled.append(row.id)
        else:
            ledger.update("household_member", row.id, {"person_id": kept}, author)
            moved.append(row.id)
            homes.add(row.household_id)
    return moved, doubled


def _move_heads(ledger: Ledger, gone: str, kept: str, author: Author) -> list[str]:
    households = list(ledger.session.scalars(select(Household.id).where(Household.head_id == gone)))
    for household_id in households:
        ledger.update("household", household_id, {"head_id": kept}, author)
    return households


def _restore(ledger: Ledger, member_id: str, author: Author) -> None:
    ended = history.ended(ledger.session, ledger.vault, ("household_member", member_id))
    if ended and ledger.get("household_member", member_id) is None:
        ledger.create("household_member", member_id, ended.bucket, ended.fields, author, marks=ended.marks)
