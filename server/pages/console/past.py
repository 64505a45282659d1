"""The history of a record of the register: who changed what, when, from what to what, and what lost and why."""

from typing import Any

from flask import render_template

from server.pages.console.comparing import cell
from server.pages.console.door import actor, blueprint, now
from server.pages.console.times import written
from server.pages.console.words import OPERATIONS, word
from server.queries import names
from server.services import history
from server.services.changes import Ledger
from server.transaction import transact
from sync.records.labels import TYPE_LABELS

STEPS = 200


@blueprint.get("/register/<record_type>/<record_id>/history")
def past_page(record_type: str, record_id: str) -> str:
    """Show the history, newest first; the look is logged."""
    about, steps = transact(lambda ledger: _look(ledger, record_type, record_id))
    return render_template("console/past.html", about=about, steps=steps)


def _look(ledger: Ledger, record_type: str, record_id: str) -> tuple[str, list[dict[str, Any]]]:
    steps = history.of(ledger, actor(), record_type, record_id, limit=STEPS, now=now())
    keys = {(step.type, step.record_id) for step in steps}
    known = names.of_records(ledger.session, actor(), {*keys, (record_type, record_id)})
    values = [value for step in steps for _, *pair in step.changes for value in pair if isinstance(value, str)]
    people = names.of_persons(ledger.session, actor(), values)
    about = known.get((record_type, record_id)) or TYPE_LABELS[record_type]
    return about, [_step(step, known, people) for step in steps]


def _step(step: history.Step, known: dict[names.Key, str], people: dict[str | None, str]) -> dict[str, Any]:
    return {
        "at": written(step.at),
        "who": step.staff_name or "系统",
        "where": "外勤设备" if step.is_from_device else "办公室",
        "operation": word(OPERATIONS, step.operation),
        "about": f"{TYPE_LABELS[step.type]} {known.get((step.type, step.record_id), '')}".strip(),
        "changes": [cell(name, before, after, people=people) for name, before, after in step.changes],
        "lost": [cell(name, value, people=people) for name, value in step.lost],
        "moved": step.moved,
        "why": step.why,
    }
