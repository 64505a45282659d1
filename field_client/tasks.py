"""Visit tasks: what sends the worker to a household, the most pressing first.

A task is the office's; the device only brings its state forward, with the visit that does it (`visits`, `sealing`).
"""

from collections.abc import Iterable
from typing import Any

from field_client import households, outbox, overlay
from field_client.clock import Clock
from field_client.overlay import Seen
from field_client.store import Store

OPEN = ("planned", "started")


def open_tasks(store: Store) -> list[dict[str, Any]]:
    """List the tasks whose visit is not sealed, the most pressing first: by day, then by priority."""
    return _ordered(one for one in overlay.all_of(store, "visit_task") if one.fields.get("state") in OPEN)


def of_household(store: Store, household_id: str) -> list[dict[str, Any]]:
    """List a household's tasks, those too whose visit is sealed."""
    return _ordered(overlay.all_of(store, "visit_task", household_id=household_id))


def with_households(store: Store, tasks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each task its household in one line; None where this device does not hold it."""
    found = ((task, overlay.one(store, "household", task["household_id"])) for task in tasks)
    return [task | {"household": households.brief(store, one) if one else None} for task, one in found]


def step(store: Store, clock: Clock, task_id: str, state: str) -> None:
    """Bring a task's state forward, in the transaction of the deed that does it."""
    task = overlay.one(store, "visit_task", task_id)
    if task:
        outbox.add(
            store, clock, type="visit_task", id=task_id, op="update", bucket=task.bucket, fields={"state": state}
        )


def _ordered(tasks: Iterable[Seen]) -> list[dict[str, Any]]:
    return sorted(map(_line, tasks), key=lambda line: (line["due_on"] or "9999", line["priority"], line["id"]))


def _line(task: Seen) -> dict[str, Any]:
    fields = task.fields
    return {
        "id": task.id,
        "household_id": fields.get("household_id") or "",
        "kind": fields.get("kind") or "",
        "title": fields.get("title") or "",
        "due_on": fields.get("due_on") or "",
        "priority": fields.get("priority") or 0,
        "state": fields.get("state") or "",
    }
