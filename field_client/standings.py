"""Where each visit of this device stands, kept ready: a list costs what it shows, whatever is stored.

The store notes by itself for which visits something has changed (`schema`); only these are worked out anew, by
`visit_view.line`, when somebody looks or at the end of a sync. The household's words are not kept: they are read anew.
"""

import json
from collections.abc import Sequence
from typing import Any

from field_client import visit_view
from field_client.settings import Device
from field_client.store import Store

ALL = -1  # SQLite's limit that is none.
RETURNED = ("returned", "amending")
TO_UPLOAD = ("waiting", "uploading", "trouble")
OPEN = ("draft", *TO_UPLOAD, *RETURNED, "received")
"""States in which something is still to be done or to come."""


def listed(
    store: Store, device: Device, states: Sequence[str] = (), *, limit: int = ALL, offset: int = 0
) -> list[dict[str, Any]]:
    """List the drafts and the visits that this device sealed, the newest first: all, or those in some states."""
    refresh(store, device)
    rows = store.rows(
        "SELECT line FROM standings WHERE ?1 = '[]' OR state IN (SELECT value FROM json_each(?1))"
        " ORDER BY started_at DESC, visit_id DESC LIMIT ?2 OFFSET ?3",
        json.dumps(list(states)),
        limit,
        offset,
    )
    return [visit_view.named(store, json.loads(row["line"])) for row in rows]


def counts(store: Store, device: Device) -> dict[str, int]:
    """Count the visits in each state that has any."""
    refresh(store, device)
    return {row["state"]: row["count"] for row in store.rows(_COUNTS)}


_COUNTS = "SELECT state, count(*) AS count FROM standings GROUP BY state"


def drafts_of(store: Store, device: Device) -> dict[str, str]:
    """Name the visit in work at each household that has one, so that a tap goes on instead of beginning again."""
    refresh(store, device)
    rows = store.rows("SELECT household_id, visit_id FROM standings WHERE state = 'draft' ORDER BY started_at")
    return {row["household_id"]: row["visit_id"] for row in rows}


def refresh(store: Store, device: Device) -> None:
    """Work out anew where the visits stand for which something has changed."""
    if store.value("SELECT 1 FROM stale_visits LIMIT 1") is None:
        return
    with store.bookkeeping():
        for row in store.rows("SELECT visit_id FROM stale_visits"):
            _work_out(store, device, row["visit_id"])
        store.db.execute("DELETE FROM stale_visits")


def _work_out(store: Store, device: Device, visit_id: str) -> None:
    store.db.execute("DELETE FROM standings WHERE visit_id = ?", (visit_id,))
    store.db.execute("DELETE FROM standing_blobs WHERE visit_id = ?", (visit_id,))
    found = visit_view.line(store, device, visit_id)
    if found is None:  # Nothing of ours any more, or another device's.
        return
    line, hashes = found
    store.db.execute(
        "INSERT INTO standings (visit_id, household_id, started_at, state, line) VALUES (?, ?, ?, ?, ?)",
        (visit_id, line["household_id"], line["started_at"], line["state"], json.dumps(line, ensure_ascii=False)),
    )
    store.db.conn.executemany(
        "INSERT INTO standing_blobs (sha256, visit_id) VALUES (?, ?)", [(sha256, visit_id) for sha256 in hashes]
    )
