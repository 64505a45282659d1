"""The first page: four counts, and below them what is to be done today, the most urgent first."""

from typing import Any

from flask import Blueprint, render_template

from field_client import households, visit_view
from field_client.web.desk import desk, store

blueprint = Blueprint("home", __name__)

RETURNED = ("returned", "amending")
TO_UPLOAD = ("waiting", "uploading", "trouble")


@blueprint.get("/")
def start() -> str:
    """Show what there is to do."""
    today = desk().clock.today().isoformat()
    tasks = households.all_tasks(store())
    due = [task for task in tasks if not task["due_on"] or task["due_on"] <= today]
    lines = visit_view.all_visits(store(), desk().device)
    return render_template(
        "home.html",
        due=due,
        later=[task for task in tasks if task not in due],
        counts={name: len(lines_of(lines, name)) for name in VIEWS},
        drafts=drafts_by_household(lines),
    )


VIEWS: dict[str, tuple[str, ...]] = {
    "all": (),
    "draft": ("draft",),
    "upload": TO_UPLOAD,
    "returned": RETURNED,
}
"""The lists of visits, by the states that belong into them; no state stands for all."""


def lines_of(lines: list[dict[str, Any]], view: str) -> list[dict[str, Any]]:
    """Choose the visits of a list."""
    states = VIEWS[view]
    return [line for line in lines if not states or line["state"] in states]


def drafts_by_household(lines: list[dict[str, Any]]) -> dict[str, str]:
    """Name the visit in work at each household, so that a tap goes on instead of beginning again."""
    return {line["household_id"]: line["id"] for line in lines if line["state"] == "draft"}
