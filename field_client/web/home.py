"""The first page: four counts, and below them what is to be done today, the most pressing first."""

from typing import Any

from flask import Blueprint, render_template

from field_client import leads, standings, tasks
from field_client.web import recovery
from field_client.web.desk import desk, store

blueprint = Blueprint("home", __name__)

SHOWN = 20  # tasks of a list; the others stand on the page of all tasks


@blueprint.get("/")
def start() -> str:
    """Show what there is to do."""
    today = desk().clock.today().isoformat()
    found = tasks.open_tasks(store())
    due = [task for task in found if not task["due_on"] or task["due_on"] <= today]
    later = [task for task in found if task["due_on"] > today]
    return render_template(
        "home.html",
        due=tasks.with_households(store(), due[:SHOWN]),
        due_count=len(due),
        later=tasks.with_households(store(), later[:SHOWN]),
        later_count=len(later),
        counts=counts(),
        drafts=standings.drafts_of(store(), desk().device),
        interrupted=recovery.offer(),
        sent_to=leads.count_sent_to(store(), desk().device),
    )


VIEWS: dict[str, tuple[str, ...]] = {
    "all": (),
    "draft": ("draft",),
    "upload": standings.TO_UPLOAD,
    "returned": standings.RETURNED,
    "stored": ("receipted", "approved"),
}
"""The lists of visits, by the states that belong into them; no state stands for all."""


def counts() -> dict[str, Any]:
    """Count the visits of each list."""
    found = standings.counts(store(), desk().device)
    return {name: sum(found.get(state, 0) for state in states or found) for name, states in VIEWS.items()}
