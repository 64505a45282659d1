"""What went wrong on this device and must be seen: kept here with its facts, and counted to the office by its kind.

No kind ever stops the work or deletes anything; facts name buckets and numbers, never persons.
"""

import json
from collections.abc import Mapping
from typing import Any

from field_client.clock import Clock
from field_client.store import Store


def note(store: Store, kind: str, facts: Mapping[str, Any], clock: Clock) -> None:
    """Note an incident; part of the transaction around it, if there is one."""
    with store.transaction():
        store.db.execute(
            "INSERT INTO incidents (at, kind, facts) VALUES (?, ?, ?)",
            (clock.now(), kind, json.dumps(facts, ensure_ascii=False, sort_keys=True)),
        )


def totals(store: Store) -> dict[str, int]:
    """Count the incidents by kind, for the office."""
    return dict(store.db.execute("SELECT kind, count(*) FROM incidents GROUP BY kind"))
