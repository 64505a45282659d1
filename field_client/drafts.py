"""Visits and amendments that are not sealed yet: one document each, committed whole at every change.

What may be in a document is said by `visits` and `amendments`; this file loads, saves and names.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from field_client import overlay
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.store import Store
from sync.ids import new_id


@dataclass(frozen=True)
class Draft:
    """A document in work. `visit_id` is the visit that an amendment is for, and empty for a visit itself."""

    id: str
    visit_id: str
    bucket: str
    document: dict[str, Any]
    updated_at: str = ""

    @property
    def is_amendment(self) -> bool:
        """Tell whether this amends a visit that is sealed already."""
        return bool(self.visit_id)


def fresh_id(clock: Clock) -> str:
    """Make an id for what is made on this device."""
    return new_id(clock.now_ms(), os.urandom(10))


def find(store: Store, visit: str) -> Draft | None:
    """Find a draft by its own id or by the visit that it amends."""
    rows = store.rows("SELECT * FROM drafts WHERE id = ? OR (visit_id <> '' AND visit_id = ?)", visit, visit)
    return _draft(rows[0]) if rows else None


def get(store: Store, visit: str) -> Draft:
    """Give a draft. Raises FieldError("visit.sealed") for a visit that is sealed, "visit.unknown" otherwise."""
    draft = find(store, visit)
    if draft:
        return draft
    is_sealed = overlay.one(store, "visit", visit) or store.value("SELECT 1 FROM outbox WHERE id = ?", visit)
    raise FieldError("visit.sealed" if is_sealed else "visit.unknown")


def all_drafts(store: Store) -> list[Draft]:
    """List all drafts, the last touched first."""
    return [_draft(row) for row in store.rows("SELECT * FROM drafts ORDER BY updated_at DESC, id")]


def count(store: Store) -> int:
    """Count the drafts."""
    return int(store.value("SELECT count(*) FROM drafts"))


def of_household(store: Store, household_id: str) -> list[Draft]:
    """List the visits in work at a household, the last touched first; amendments are not among them."""
    rows = store.rows(_OF_HOUSEHOLD, household_id)
    return [_draft(row) for row in rows]


_OF_HOUSEHOLD = (
    "SELECT * FROM drafts WHERE visit_id = '' AND json_extract(document, '$.household_id') = ?"
    " ORDER BY updated_at DESC, id"
)


def save(store: Store, clock: Clock, draft: Draft) -> None:
    """Write a draft's document; part of the transaction around it, if there is one."""
    with store.transaction():
        store.db.execute(
            "INSERT OR REPLACE INTO drafts (id, visit_id, bucket, document, updated_at) VALUES (?, ?, ?, ?, ?)",
            (draft.id, draft.visit_id, draft.bucket, json.dumps(draft.document, ensure_ascii=False), clock.now()),
        )


def change(store: Store, clock: Clock, visit: str, edit: Callable[[Draft], None]) -> Draft:
    """Change a draft's document in one transaction; two programs that change it at once do not undo each other."""
    with store.transaction():
        draft = get(store, visit)
        edit(draft)
        save(store, clock, draft)
    return draft


def remove(store: Store, draft: Draft) -> None:
    """Take a draft away, in the transaction that puts the sealed record into the outbox."""
    store.db.execute("DELETE FROM drafts WHERE id = ?", (draft.id,))


def _draft(row: dict[str, Any]) -> Draft:
    return Draft(row["id"], row["visit_id"], row["bucket"], json.loads(row["document"]), row["updated_at"])
