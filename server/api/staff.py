"""Staff: moving somebody to another role or area."""

from typing import Any

from flask_smorest import Blueprint

from server.api.context import current_actor, now
from server.api.schemas.staff import AssignmentsIn, AssignmentsOut
from server.domain.permissions import Grant
from server.services import staff, tasks
from server.services.changes import Ledger
from server.transaction import transact

blueprint = Blueprint("staff", __name__, url_prefix="/api/v1/staff", description="人员")


@blueprint.post("/<username>/assignments")
@blueprint.arguments(AssignmentsIn)
@blueprint.response(200, AssignmentsOut)
def assign(asked: dict[str, Any], username: str) -> dict[str, Any]:
    """Give somebody other roles or areas from now on; work that was done before is judged by the history."""
    actor = current_actor()
    grants = [Grant(one["role"], one["area_code"]) for one in asked["roles"]]

    def deed(ledger: Ledger) -> dict[str, Any]:
        moved = staff.move(ledger, actor, username, grants=grants, now=now())
        if not asked.get("tasks_to"):
            return {"staff_id": moved.staff_id, "tasks_left": moved.tasks_left, "tasks_handed": 0}
        heir = staff.by_username(ledger.session, asked["tasks_to"])
        handed = tasks.hand_over(ledger, actor, moved.tasks_left, heir, now=now())
        return {"staff_id": moved.staff_id, "tasks_left": [], "tasks_handed": handed}

    return transact(deed)
