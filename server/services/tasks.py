"""Visit tasks: giving them to somebody else, who then has them on the device instead of the first."""

from collections.abc import Iterable
from datetime import datetime

from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.office import Staff
from server.queries.scope import user_bucket
from server.services import audit
from server.services.changes import Ledger
from server.services.staged import office


def hand_over(ledger: Ledger, actor: Actor, task_ids: Iterable[str], to: Staff, *, now: datetime) -> int:
    """Move tasks into somebody's own bucket, in one transaction with all else of the deed; gives how many."""
    count = 0
    for task_id in task_ids:
        task = ledger.get("visit_task", task_id)
        if task is None:
            raise NotFound("没有这项走访任务")
        ledger.update("visit_task", task_id, {"assignee_id": to.id}, office(now, actor.staff_id))
        ledger.move("visit_task", task_id, user_bucket(to.id), office(now, actor.staff_id))
        audit.record(ledger.session, actor, "task.hand_over", "visit_task", task_id, now=now)
        count += 1
    return count
