"""All tasks that are open, page by page."""

from flask import Blueprint, render_template

from field_client import standings, tasks
from field_client.web.desk import desk, store
from field_client.web.paging import PER_PAGE, paging

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")


@blueprint.get("")
def listed() -> str:
    """List the tasks, the most pressing first."""
    found = tasks.open_tasks(store())
    paged = paging(len(found))
    return render_template(
        "tasks/list.html",
        tasks=tasks.with_households(store(), found[paged.offset : paged.offset + PER_PAGE]),
        paging=paged,
        drafts=standings.drafts_of(store(), desk().device),
    )
