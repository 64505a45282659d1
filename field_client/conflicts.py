"""What the office held of this user's changes, and what became of it: what stood, what we wrote, what others wrote.

The office tells by its records `held_value`; a change whose record has not come yet is told from the outbox.
"""

from collections.abc import Mapping
from typing import Any

from field_client import messages, outbox, overlay
from field_client.overlay import Seen
from field_client.settings import Device
from field_client.store import Store
from identity.resident_id import mask
from sync.records.labels import label

WHOLE = "*"


def mine(store: Store, device: Device) -> list[dict[str, Any]]:
    """List this user's held changes: what waits first, then what was decided, the newest first."""
    held = [one for one in overlay.all_of(store, "held_value") if one.fields.get("staff_id") == device.staff_id]
    entries = {entry["n"]: entry for entry in outbox.answered(store, "held")}
    told = {(one.fields.get("n"), one.fields.get("field")) for one in held if _is_ours(one, device)}
    told_whole = {n for n, field in told if field == WHOLE}
    found = [_of_record(store, one, entries if _is_ours(one, device) else {}) for one in held]
    for n, entry in entries.items():
        waiting = [name for name in _held_fields(entry) if (n, name) not in told and n not in told_whole]
        if waiting or not _held_fields(entry):
            found.append(_of_entry(store, entry, waiting))
    newest_first = sorted(found, key=lambda one: (one["at"], one["n"]), reverse=True)
    return sorted(newest_first, key=lambda one: one["state"] != "open")


def counts(store: Store, device: Device) -> tuple[int, int]:
    """Count what still waits for a decision, and what was decided."""
    waiting = [one["state"] == "open" for one in mine(store, device)]
    return sum(waiting), len(waiting) - sum(waiting)


def _is_ours(one: Seen, device: Device) -> bool:
    return one.fields.get("device_id") == device.device_id


def _held_fields(entry: Mapping[str, Any]) -> list[str]:
    answers = entry["result"].get("fields") or {}
    return [name for name, answer in answers.items() if answer.get("how") == "held"]


def _of_record(store: Store, one: Seen, entries: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    fields = one.fields
    name, values = str(fields.get("field")), fields.get("values") or {}
    entry = entries.get(fields.get("n") or 0)
    offered = values["offered"] if "offered" in values else _own_value(entry, name)
    changes = (
        _whole(offered) if name == WHOLE else [_change(name, offered, values.get("original"), values.get("current"))]
    )
    state = str(fields.get("state") or "open")
    return {
        "id": one.id,
        "n": fields.get("n") or 0,
        "kind": fields.get("kind") or "",
        "kind_text": messages.HELD_KINDS.get(str(fields.get("kind")), ""),
        "type": fields.get("subject_type") or "",
        "record_id": fields.get("subject_id") or "",
        "about": _about(store, str(fields.get("subject_type")), str(fields.get("subject_id"))),
        "fields": {change["field"]: change["mine"] for change in changes},
        "changes": changes,
        "state": state,
        "state_text": messages.HELD_STATES.get(state, state),
        "reason": fields.get("reason") or "",
        "decided_by": fields.get("decided_by") or "",
        "decided_at": fields.get("decided_at") or "",
        "at": fields.get("held_at") or "",
        "evidence": fields.get("evidence") or "",
    }


def _of_entry(store: Store, entry: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Tell a change of which the office has told no more than that it waits."""
    answers = entry["result"].get("fields") or {}
    problem = entry["result"].get("problem") or {}
    kinds = {answers[name].get("kind") for name in names}
    kind = "work" if problem else next(iter(sorted(str(one) for one in kinds)), "proposal")
    shown = names or list(entry["fields"])
    changes = [_change(name, _own_value(entry, name), None, answers.get(name, {}).get("now")) for name in shown]
    return {
        "id": "",
        "n": entry["n"],
        "kind": kind,
        "kind_text": messages.text(problem["code"]) if problem else messages.HELD_KINDS.get(kind, ""),
        "type": entry["type"],
        "record_id": entry["id"],
        "about": _about(store, entry["type"], entry["id"]),
        "fields": {change["field"]: change["mine"] for change in changes},
        "changes": changes,
        "state": "open",
        "state_text": messages.HELD_STATES["open"],
        "reason": "",
        "decided_by": "",
        "decided_at": "",
        "at": entry["at"],
        "evidence": "",
    }


def _own_value(entry: Mapping[str, Any] | None, name: str) -> Any:
    if entry is None:
        return None
    return dict(entry["fields"]) if name == WHOLE else entry["fields"].get(name)


def _whole(offered: Any) -> list[dict[str, Any]]:
    return [_change(name, value, None, None) for name, value in offered.items()] if isinstance(offered, dict) else []


def _change(name: str, mine: Any, original: Any, theirs: Any) -> dict[str, Any]:
    values = {"original": original, "mine": mine, "theirs": theirs}
    if name == "id_number":
        values = {which: mask(value) if isinstance(value, str) and "*" not in value else value
                  for which, value in values.items()}  # fmt: skip
    return {"field": name, "name": label(name), **values}


def _about(store: Store, type: str, id: str) -> str:
    """Name whom a change is about, as far as our copy knows; what was removed has no name any more."""
    one = overlay.one(store, type, id)
    if one is None:
        return ""
    named = {"household": "head_id", "household_member": "person_id"}.get(type)
    person = overlay.one(store, "person", str(one.fields.get(named))) if named else one
    return str(person.fields.get("name") or "") if person else ""
