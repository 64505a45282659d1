"""What must be true of a district, from the users' deeds alone: nothing here merges, pages or numbers anything.

Every value that somebody saves is a word of its own ("v000123"), so that where it is can simply be looked for.
"""

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.phone import Phone
from tests.simulation.places import WORKERS, user_bucket

WORD = re.compile(r"v\d{6}")
STEPS = ("planned", "started", "sealed")


@dataclass(frozen=True)
class Saved:
    """One change that a phone's outbox took in when its user saved something; `commit` is how many there were then."""

    phone: str
    n: int
    type: str
    id: str
    op: str
    bucket: str
    base: int
    cursor: int
    fields: dict[str, Any]
    step: int
    commit: int


@dataclass
class Oracle:
    """What the users did, and what the office said to them."""

    grants: dict[str, set[str]] = field(default_factory=lambda: {user: {area} for user, area in WORKERS.items()})
    saved: dict[tuple[str, int], Saved] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # word -> the phone (or "office") that saved it
    drafted: dict[str, str] = field(default_factory=dict)  # draft -> the word that stands in it
    sealed: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)  # record -> phone, fields as sealed
    altered: set[str] = field(default_factory=set)  # records that somebody altered after the seal
    pictures: dict[str, bytes] = field(default_factory=dict)
    office_values: dict[tuple[str, str, str], Any] = field(default_factory=dict)  # last value of an office's own field
    reviews: list[tuple[str, int, str]] = field(default_factory=list)  # visit, revision, verdict
    decided: list[tuple[str, str]] = field(default_factory=list)  # held value, decision
    answers: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    highest_ack: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused_deeds: list[str] = field(default_factory=list)
    _count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def word(self) -> str:
        """Make a value that nobody saved before."""
        return f"v{next(self._count):06d}"

    def scope(self, user: str, villages: Iterable[str]) -> set[str]:
        """Name the buckets that a user may see now."""
        areas = self.grants[user]
        seen = {village for village in villages if any(village.startswith(area) for area in areas)}
        return seen | {"reference", user_bucket(user)}

    def take(self, phone: Phone, step: int, commit: int) -> list[Saved]:
        """Note what a phone's outbox took in since the last time; its words are saved from now on."""
        last = max((n for name, n in self.saved if name == phone.name), default=0)
        taken = []
        for row in phone.store.rows("SELECT * FROM outbox WHERE n > ? ORDER BY n", last):
            fields = json.loads(row["fields"])
            cursor = phone.store.value("SELECT cursor FROM buckets WHERE id = ?", row["bucket"]) or 0
            one = Saved(
                phone.name,
                row["n"],
                row["type"],
                row["id"],
                row["op"],
                row["bucket"],
                row["base"],
                cursor,
                fields,
                step,
                commit,
            )
            self.saved[phone.name, one.n] = one
            self.words |= dict.fromkeys(WORD.findall(row["fields"]), phone.name)
            if one.type in ("visit", "amendment") and "seal" in fields:
                self.sealed.setdefault(one.id, (phone.name, fields))
            taken.append(one)
        return taken

    def typed(self, phone: Phone, draft: str, word: str) -> None:
        """Note that a draft took a word in, in the place of the one that its user had typed there before."""
        self.words[word] = phone.name
        if draft:
            self.words.pop(self.drafted.get(draft, ""), None)
            self.drafted[draft] = word

    def by_office(self, type: str, id: str, **fields: Any) -> None:
        """Note the office's own values."""
        self.office_values |= {(type, id, name): value for name, value in fields.items()}


def words_in(value: Any) -> set[str]:
    """Find all words in a value, bytes or text."""
    text = (
        value
        if isinstance(value, str)
        else value.decode()
        if isinstance(value, bytes)
        else json.dumps(value, ensure_ascii=False)
    )
    return set(WORD.findall(text))
