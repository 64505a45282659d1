"""The device's chain of seals: each names the one before it, so that a visit that is left out or exchanged is seen.

The store keeps the last link. A store that was built anew may have gone back to an older one: there the office's copies of
our own records, which the next sync brings, are asked as well. A link given twice would make honest work look out of order.
"""

import json
from typing import Any

from field_client.store import Store
from sync import seal as seals
from sync.records import REGISTRY
from sync.seal import Seal

_LINK, _REBUILT = "chain", "rebuilt_at"
_SEALED = tuple(sorted(name for name, record_type in REGISTRY.items() if "seal" in record_type.fields))
_TYPES = ", ".join("?" * len(_SEALED))
_SEALS = (
    f"SELECT json_extract(body, '$.seal') AS seal FROM records WHERE type IN ({_TYPES})"  # noqa: S608 - only marks
    " AND json_extract(body, '$.seal.device_id') = ?"
    f" UNION ALL SELECT json_extract(fields, '$.seal') FROM outbox WHERE type IN ({_TYPES})"
)


def last(store: Store, device_id: str) -> dict[str, Any]:
    """Give number and hash of the last seal of this device."""
    kept = store.get(_LINK, {"number": 0, "hash": seals.FIRST})
    if not store.get(_REBUILT, ""):
        return dict(kept)
    return max([kept, *_sealed(store, device_id)], key=lambda link: int(link["number"]))


def carry_on(store: Store, stamp: Seal) -> None:
    """Note the newest seal, in the transaction that gives it out."""
    store.put(_LINK, {"number": stamp.number, "hash": stamp.hash})


def doubt(store: Store, at: str) -> None:
    """Note that the store was built anew, so that what was kept may be an older link."""
    store.put(_REBUILT, at)


def _sealed(store: Store, device_id: str) -> list[dict[str, Any]]:
    found = [
        Seal(**json.loads(row["seal"])) for row in store.rows(_SEALS, *_SEALED, device_id, *_SEALED) if row["seal"]
    ]
    return [{"number": seal.number, "hash": seal.hash} for seal in found]
