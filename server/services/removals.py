"""Taking a household, a person or a membership out of the register: a deed of the office, with a reason, that can be undone.

What is removed stays in the history with all of its values; sealed visits stay where they are, for they are evidence.
"""

from datetime import datetime

from sqlalchemy import select

from server.domain.errors import NotAllowed, NotFound, ReasonMissing, RecordInUse
from server.domain.permissions import Actor, may
from server.models.register import Household, HouseholdMember
from server.models.visit import Visit, VisitTask
from server.queries import cases, history
from server.services import audit
from server.services.changes import Ledger
from server.services.staged import Author, office

REMOVABLE = {"household": "household_id", "person": "person_id", "household_member": ""}
"""What may be removed, and the field by which a member names it."""


def remove(ledger: Ledger, actor: Actor, record_type: str, record_id: str, *, reason: str, now: datetime) -> None:
    """Remove a record and the memberships that rest on it; open tasks of a household end with it.

    Raises NotFound outside of the area, NotAllowed without the right, ReasonMissing without a reason, RecordInUse while
    the register still rests on it: a head of a household, or a household with a visit under review.
    """
    bucket = ledger.bucket_of(record_type, record_id) if record_type in REMOVABLE else None
    if bucket is None or not may(actor, "case.read", bucket):
        raise NotFound
    if not may(actor, "register.remove", bucket):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    author = office(now, actor.staff_id, reason.strip())
    _refuse_if_used(ledger, record_type, record_id)
    for member_id in _members(ledger, record_type, record_id):
        ledger.remove("household_member", member_id, "deleted", author)
    for task_id in _open_tasks(ledger, record_id) if record_type == "household" else ():
        ledger.remove("visit_task", task_id, "deleted", author)
    ledger.remove(record_type, record_id, "deleted", author)
    audit.record(ledger.session, actor, f"{record_type}.remove", record_type, record_id, now=now)


def restore(ledger: Ledger, record_type: str, record_id: str, author: Author) -> str | None:
    """Bring a removed record back as it was at its end, with the memberships that went with it.

    Gives the bucket in which it is again; None when it was never removed.
    """
    key = (record_type, record_id)
    ended = history.ended(ledger.session, ledger.vault, key)
    if ended is None:
        return None
    ledger.create(record_type, record_id, ended.bucket, ended.fields, author, marks=ended.marks)
    if REMOVABLE[record_type]:
        for member_id, member in history.withdrawn_with(
            ledger.session, ledger.vault, key, REMOVABLE[record_type]
        ).items():
            if ledger.bucket_of("household_member", member_id) is None:
                ledger.create("household_member", member_id, ended.bucket, member.fields, author, marks=member.marks)
    return ended.bucket


def _refuse_if_used(ledger: Ledger, record_type: str, record_id: str) -> None:
    if record_type == "person":
        heads = select(Household.id).where(Household.head_id == record_id).limit(1)
        if ledger.session.scalar(heads):
            raise RecordInUse("此人是户主, 请先更换户主")
    if record_type == "household":
        open_visits = select(Visit.id).where(
            Visit.household_id == record_id, Visit.review_state.in_(("pending", "returned"))
        )
        if ledger.session.scalar(open_visits.limit(1)):
            raise RecordInUse("这户还有没审完的走访, 请先审完")
        if cases.is_in_use(ledger.session, record_id):
            raise RecordInUse("这户有在办的申请或在享的救助, 请先办结")


def _members(ledger: Ledger, record_type: str, record_id: str) -> list[str]:
    columns = {"household": HouseholdMember.household_id, "person": HouseholdMember.person_id}
    if record_type not in columns:
        return []
    return list(ledger.session.scalars(select(HouseholdMember.id).where(columns[record_type] == record_id)))


def _open_tasks(ledger: Ledger, household_id: str) -> list[str]:
    tasks = select(VisitTask.id).where(
        VisitTask.household_id == household_id, VisitTask.state.is_distinct_from("sealed")
    )
    return list(ledger.session.scalars(tasks))
