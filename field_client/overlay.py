"""What the user sees: the server's row with our own changes laid over it, until the row itself has caught up.

A change is laid over while it has no answer, and after it was applied until our copy has reached its seq: the user never
sees a saved value flicker. What the register reviews (`reviewed`) and what was held or refused is not laid over: there
the office's value stands.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from field_client.store import Store
from sync.records import REGISTRY, Merge


@dataclass(frozen=True)
class Seen:
    """A record as the user sees it; `pending` when a change of ours in it has no answer yet."""

    type: str
    id: str
    bucket: str
    fields: Mapping[str, Any]
    pending: bool = False


_SELECT = {
    "": "SELECT * FROM records WHERE type = ?",
    "area_code": "SELECT * FROM records WHERE type = ? AND bucket = ?",
    "household_id": "SELECT * FROM records WHERE type = ? AND json_extract(body, '$.household_id') = ?",
    "person_id": "SELECT * FROM records WHERE type = ? AND json_extract(body, '$.person_id') = ?",
    "visit_id": "SELECT * FROM records WHERE type = ? AND json_extract(body, '$.visit_id') = ?",
}
"""How rows are found by a field: each has its index."""


def one(store: Store, type: str, id: str) -> Seen | None:
    """Give one record, or None."""
    rows = store.rows("SELECT * FROM records WHERE type = ? AND id = ?", type, id)
    return _laid(rows[0] if rows else None, _layers(store, type, id).get(id, []))


def all_of(store: Store, type: str, **equals: str) -> list[Seen]:
    """Give the records of a type, all or those with one field equal to a value, in the order of their ids."""
    (name, value), *_ = [*equals.items(), ("", "")]
    rows = store.rows(_SELECT[name], *([type, value] if name else [type]))
    layers = _layers(store, type)
    bases: dict[str, Mapping[str, Any] | None] = {row["id"]: row for row in rows}
    for record_id in layers.keys() - bases.keys():
        found = store.rows("SELECT * FROM records WHERE type = ? AND id = ?", type, record_id)
        bases[record_id] = found[0] if found else None
    seen = [_laid(base, layers.get(record_id, [])) for record_id, base in sorted(bases.items())]
    return [record for record in seen if record and (not name or record.fields.get(name) == value)]


def _layers(store: Store, type: str, id: str = "") -> dict[str, list[dict[str, Any]]]:
    rows = store.rows(
        "SELECT outbox.* FROM outbox LEFT JOIN buckets ON buckets.id = outbox.bucket"
        " WHERE type = ? AND (? = '' OR outbox.id = ?)"
        " AND (outcome = '' OR (buckets.id IS NOT NULL AND outbox.seq > buckets.cursor)) ORDER BY n",
        type,
        id,
        id,
    )
    layers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        layers[row["id"]].append(row)
    return layers


def _laid(base: Mapping[str, Any] | None, layers: list[dict[str, Any]]) -> Seen | None:
    if base is None and not any(layer["op"] == "create" for layer in layers):
        return None
    fields: dict[str, Any] = json.loads(base["body"]) if base else {}
    where = base or layers[0]
    for layer in layers:
        offered = json.loads(layer["fields"])
        if layer["op"] == "create":
            fields = {name: value for name, value in offered.items() if value is not None} | fields
        elif layer["op"] == "update":
            _lay(fields, layer["type"], offered, _lost(layer))
    return Seen(where["type"], where["id"], where["bucket"], fields, any(not layer["outcome"] for layer in layers))


def _lay(fields: dict[str, Any], type: str, offered: Mapping[str, Any], lost: frozenset[str]) -> None:
    for name, value in offered.items():
        merge_class = REGISTRY[type].merge_class(name)
        if name in lost or merge_class in (Merge.REVIEWED, Merge.SERVER_OWNED):
            continue
        if merge_class is Merge.STEPWISE and not _is_further(type, name, fields.get(name), value):
            continue
        fields[name] = {**(fields.get(name) or {}), **value} if merge_class is Merge.GROW_SET else value


def _is_further(type: str, name: str, stands: Any, offered: Any) -> bool:
    steps = REGISTRY[type].fields[name].steps
    return stands not in steps or (offered in steps and steps.index(offered) > steps.index(stands))


def _lost(layer: Mapping[str, Any]) -> frozenset[str]:
    """Name the fields of an answered change in which another value stands."""
    answers = json.loads(layer["result"]).get("fields", {}) if layer["result"] else {}
    return frozenset(name for name, answer in answers.items() if answer.get("how") != "merged")
