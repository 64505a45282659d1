"""Taking a step over HTTP: run the deed in one transaction, and tell where the case stands then."""

from collections.abc import Callable
from typing import Any

from server.api.context import current_actor, now
from server.services.casework.desk import Desk
from server.services.casework.steps import Case
from server.transaction import at_desk


def stepped(model: type[Case], case_id: str, deed: Callable[[Desk], object]) -> dict[str, Any]:
    """Run a deed on a case; gives its id, state and version, which the next step has to name."""

    def run(desk: Desk) -> dict[str, Any]:
        deed(desk)
        desk.session.flush()
        case = desk.session.get_one(model, case_id)
        return {"id": case.id, "state": case.state, "version": case.version}

    return at_desk(current_actor(), run, now=now())
