"""A hint at entry: persons and households of the local copy who may be the same. The office alone decides that they are.

Alike are: the same id number, the same name and birth date, the same address (the office's own rule for the first two:
docs/sync-protocol.md, "Held values"). The search index gives the candidates, the records themselves the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from field_client import households, lease, overlay, search
from field_client.overlay import Seen
from field_client.store import Store

CANDIDATES = 50  # A name that more households than these share is told by its first ones.


@dataclass(frozen=True)
class Alike:
    """A household that may be meant, the person in it (empty where it is the address), and what is the same."""

    household_id: str
    head: str
    address: str
    person: str
    same: str  # id_number, name_and_birth, name, address


def of_person(store: Store, *, id_number: str, name: str, birth_date: str, but: str = "") -> list[Alike]:
    """Name who may be the same person; `but` is the person who is being entered."""
    if lease.is_over(store):
        return []
    found = [*_numbered(store, id_number.strip().upper(), but)]
    found += [
        one for one in _named(store, name.strip(), birth_date, but) if one.person not in {a.person for a in found}
    ]
    return found


def of_report(store: Store, who: str, where: str) -> list[Alike]:
    """Name the households that a report may be about: somebody of that name, or the same address."""
    if lease.is_over(store) or len(who.strip()) < search.AT_LEAST:
        return of_address(store, where)
    people = _people(store, search.with_words(store, who, CANDIDATES))
    named = [_alike(store, home, who.strip(), "name") for home, one in people if one.fields.get("name") == who.strip()]
    return named + [one for one in of_address(store, where) if one.household_id not in {n.household_id for n in named}]


def of_address(store: Store, address: str) -> list[Alike]:
    """Name the households at the same address, however it is spaced."""
    if lease.is_over(store) or len(address.strip()) < search.AT_LEAST:
        return []
    return [
        _alike(store, one, "", "address")
        for one in _households(store, search.with_words(store, address, CANDIDATES))
        if _plain(str(one.fields.get("address") or "")) == _plain(address)
    ]


def _numbered(store: Store, id_number: str, but: str) -> Iterator[Alike]:
    if not id_number:
        return
    for household, person in _people(store, search.with_id_number(store, id_number, CANDIDATES)):
        if person.id != but and str(person.fields.get("id_number") or "").upper() == id_number:
            yield _alike(store, household, str(person.fields.get("name") or ""), "id_number")


def _named(store: Store, name: str, birth_date: str, but: str) -> Iterator[Alike]:
    if len(name) < search.AT_LEAST or not birth_date:
        return
    for household, person in _people(store, search.with_words(store, name, CANDIDATES)):
        is_same = (person.fields.get("name"), person.fields.get("birth_date")) == (name, birth_date)
        if person.id != but and is_same:
            yield _alike(store, household, name, "name_and_birth")


def _people(store: Store, ids: list[str]) -> Iterator[tuple[Seen, Seen]]:
    for household in _households(store, ids):
        for member in overlay.all_of(store, "household_member", household_id=household.id):
            person = overlay.one(store, "person", str(member.fields.get("person_id")))
            if person is not None:
                yield household, person


def _households(store: Store, ids: list[str]) -> Iterator[Seen]:
    found = (overlay.one(store, "household", id) for id in ids)
    return (one for one in found if one)


def _alike(store: Store, household: Seen, person: str, same: str) -> Alike:
    line = households.brief(store, household)
    return Alike(household.id, line["head"], line["address"], person, same)


def _plain(address: str) -> str:
    return "".join(character for character in address if character.isalnum())
