"""Loading the sample county through the one door, in transactions of bounded size, so that any number of households fits.

Loading again adds nothing: what is there by its id is left as it is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

import forms
from forms.shipped import NAMES
from server.sample import county, households, staff
from server.sample.draft import Draft
from server.services import areas, sign_in
from server.services import forms as published
from server.services import staff as accounts
from server.services.changes import Ledger
from server.services.staged import office

PASSWORD = "shili-2026-demo"  # noqa: S105  known to everybody: a production start refuses sample accounts
BATCH = 4000
Item = TypeVar("Item")


@dataclass(frozen=True)
class Loaded:
    """How far the loading is: households read, and records that were new."""

    households: int
    records: int


def load_office(ledger: Ledger, *, now: datetime) -> None:
    """Put in areas, staff with the sample password, and the shipped survey forms."""
    areas.put(ledger, county.AREAS, now=now)
    password_hash = sign_in.HASHER.hash(PASSWORD)
    for member in staff.STAFF:
        if ledger.get("staff", member.id) is None:
            accounts.create(
                ledger,
                member.id,
                username=member.username,
                display_name=member.display_name,
                password_hash=password_hash,
                grants=member.grants,
                now=now,
                is_sample=True,
            )
    for name in NAMES:
        published.publish(ledger, forms.shipped(name), now=now)


def load_households(
    transact: Callable[[Callable[[Ledger], int]], int], *, seed: int, count: int, now: datetime
) -> Iterator[Loaded]:
    """Put households, persons and tasks in; after each transaction tell how far it is."""
    seen = added = 0
    for batch in _batches(households.generate(seed, count, now.date()), BATCH):
        added += transact(lambda ledger, batch=batch: _add(ledger, batch, now))  # type: ignore[misc]
        seen += sum(draft.type == "household" for draft in batch)
        yield Loaded(seen, added)


def _add(ledger: Ledger, batch: list[Draft], now: datetime) -> int:
    ledger.preload((draft.type, draft.id) for draft in batch)
    fresh = [draft for draft in batch if ledger.get(draft.type, draft.id) is None]
    for draft in fresh:
        ledger.create(draft.type, draft.id, draft.bucket, draft.fields, office(now))
    return len(fresh)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
