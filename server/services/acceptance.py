"""The office takes held work in: one piece, with all the checks that it would have met on arrival."""

from datetime import datetime

from server.domain.errors import SeparationOfDuty
from server.domain.permissions import Actor
from server.models.device import Device
from server.services import held_work, mutations
from server.services.changes import Ledger
from sync.frames import Result


def accept(ledger: Ledger, actor: Actor, held_id: str, *, reason: str, now: datetime) -> Result:
    """Put a piece of held work into effect; a worker does not vouch for work of their own.

    Raises NotFound, ReasonMissing, StepNotAllowed when it was decided, SeparationOfDuty, and whatever it would have
    been refused for.
    """
    row, mutation = held_work.undecided(ledger, actor, held_id, reason)
    if row.staff_id == actor.staff_id:
        raise SeparationOfDuty("不能确认自己的工作")
    device = ledger.session.get_one(Device, row.device_id)
    worker = Actor(row.staff_id, "", (), row.device_id)
    sender = mutations.Sender(worker, device, row.installation, now, in_order=row.in_order)
    decided = mutations.take(ledger, sender, mutation)
    held_work.accepted(ledger, actor, row, reason=reason, now=now)
    return decided.result
