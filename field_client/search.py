"""Finding a household by a few characters: names, address, number, pinyin initials, or the tail of an id number.

SQLite's full-text index with Chinese characters split by spaces and asked as a phrase; the end of an id number is kept
reversed, so that its tail is a prefix. One entry per household. The index lies in the encrypted store.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from field_client.errors import FieldError
from field_client.store import Store
from sync.frames import Row

FIRST_HITS = 20
AT_LEAST = 2  # characters; one character would find half a village

# Characters that are read otherwise in a surname than elsewhere: Shàn, Zēng, Xiè, Qiú, Ōu, Piáo, Zhā, Gě, Miào, Chóng.
SURNAMES = {
    "单": "s",
    "曾": "z",
    "解": "x",
    "仇": "q",
    "区": "o",
    "朴": "p",
    "查": "z",
    "盖": "g",
    "缪": "m",
    "种": "c",
}


def find(store: Store, text: str, *, limit: int = FIRST_HITS) -> list[str]:
    """Give the ids of the first households that fit, best first. Raises FieldError("search.too_short")."""
    wanted = "".join(character for character in text if character.isalnum()).lower()
    if len(wanted) < AT_LEAST:
        raise FieldError("search.too_short")
    return _matching(store, _query(wanted), limit)


def with_words(store: Store, text: str, limit: int) -> list[str]:
    """Give the ids of households in which a name or an address stands as it is written."""
    return _matching(store, f'words : "{_split(text)}"', limit) if _split(text) else []


def with_id_number(store: Store, number: str, limit: int) -> list[str]:
    """Give the ids of households in which somebody has an id number, whole."""
    plain = "".join(character for character in number if character.isalnum()).lower()
    return _matching(store, f'tails : "{plain[::-1]}"', limit) if plain else []


def _matching(store: Store, query: str, limit: int) -> list[str]:
    rows = store.rows(
        "SELECT household_id FROM search JOIN search_entries ON entry = search.rowid"
        " WHERE search MATCH ? ORDER BY rank, household_id LIMIT ?",
        query,
        limit,
    )
    return [row["household_id"] for row in rows]


def touched(store: Store, rows: Iterable[Row]) -> set[str]:
    """Name the households whose entry depends on some rows, as the store stands; ask before and after keeping them."""
    ids: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        ids[row.type].append(row.id)
    found = set(ids["household"])
    for kind, question in _HOUSEHOLDS.items():
        if ids[kind]:
            found.update(household for (household,) in store.db.execute(question, (json.dumps(ids[kind]),)))
    return found


def index(store: Store, households: Iterable[str]) -> None:
    """Write the entries of some households anew, or take them away; in the transaction that changed their rows."""
    asked = (json.dumps(sorted(households)),)
    _forget(store, "SELECT entry FROM search_entries WHERE household_id IN (SELECT value FROM json_each(?))", *asked)
    persons: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for household_id, body in store.db.execute(_PERSONS, asked):
        persons[household_id].append(json.loads(body))
    found = store.db.execute(_PLACES, asked).fetchall()
    next_entry = store.value("SELECT coalesce(max(entry), 0) + 1 FROM search_entries")
    entries = list(enumerate(found, start=next_entry))
    store.db.conn.executemany(
        "INSERT INTO search_entries (entry, household_id, bucket) VALUES (?, ?, ?)",
        [(entry, household_id, bucket) for entry, (household_id, bucket, *_) in entries],
    )
    store.db.conn.executemany(
        "INSERT INTO search (rowid, words, initials, tails) VALUES (?, ?, ?, ?)",
        [(entry, *_texts(places, persons[household_id])) for entry, (household_id, _, *places) in entries],
    )


def forget_bucket(store: Store, bucket: str) -> None:
    """Take away all entries of a bucket."""
    _forget(store, "SELECT entry FROM search_entries WHERE bucket = ?", bucket)


def _forget(store: Store, which: str, value: str) -> None:
    entries = store.db.execute(which, (value,)).fetchall()
    store.db.conn.executemany("DELETE FROM search WHERE rowid = ?", entries)
    store.db.conn.executemany("DELETE FROM search_entries WHERE entry = ?", entries)


def _texts(places: list[str | None], persons: list[dict[str, Any]]) -> tuple[str, str, str]:
    """Give what a household is found by: words, initials of its people's names, tails of their id numbers."""
    names = [person.get("name") or "" for person in persons]
    words = " ".join(_split(text) for text in [*names, *places] if text)
    initials = " ".join(_initials(name) for name in names if name)
    return words, initials, " ".join((person.get("id_number") or "").lower()[::-1] for person in persons)


_HOUSEHOLDS = {
    "household_member": "SELECT json_extract(body, '$.household_id') FROM records"
    " WHERE type = 'household_member' AND id IN (SELECT value FROM json_each(?))",
    "person": "SELECT json_extract(body, '$.household_id') FROM records"
    " WHERE type = 'household_member' AND json_extract(body, '$.person_id') IN (SELECT value FROM json_each(?))",
}
"""The households of members by their own ids, and of persons through their memberships."""

_PERSONS = (
    "SELECT json_extract(member.body, '$.household_id'), person.body FROM records AS member JOIN records AS person"
    " ON person.type = 'person' AND person.id = json_extract(member.body, '$.person_id')"
    " WHERE member.type = 'household_member'"
    " AND json_extract(member.body, '$.household_id') IN (SELECT value FROM json_each(?))"
)


_PLACES = (
    "SELECT id, bucket, json_extract(body, '$.address'), json_extract(body, '$.number') FROM records"
    " WHERE type = 'household' AND id IN (SELECT value FROM json_each(?)) ORDER BY id"
)


def _query(wanted: str) -> str:
    if not wanted.isascii():
        return f'words : "{_split(wanted)}"'
    if wanted.isalpha():
        return f'initials : "{wanted}" * OR words : "{wanted}" *'
    return f'tails : "{wanted[::-1]}" * OR words : "{wanted}" *'


def _split(text: str) -> str:
    """Part Chinese characters, so that each is a word of the index; letters and digits stay together.

    >>> _split("沅江A12号")
    '沅 江 a12 号'
    """
    return " ".join(_PARTS.findall(text.lower()))


_PARTS = re.compile(r"[0-9a-z]+|[^\W_]")


def _initials(name: str) -> str:
    """Give a name's pinyin initials, with the surnames' own readings.

    >>> _initials("张小明"), _initials("曾国强")
    ('zxm', 'zgq')
    """
    from pypinyin import (
        Style,
        lazy_pinyin,
    )  # Its tables take 0.3 s to load, and only a sync that brings names needs them.

    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return SURNAMES.get(name[:1], initials[:1]) + initials[1:]
