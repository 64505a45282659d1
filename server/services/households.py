"""Deeds of the office on a household: moving it to another village, with all that belongs to it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, update

from server.domain.errors import InputInvalid, NotAllowed, NotFound, ReasonMissing
from server.domain.permissions import Actor, may
from server.models.cases import Application, Intake
from server.models.cases_after import Entitlement
from server.models.cases_clock import Deadline
from server.models.held_work import HeldWork
from server.models.ledger import HeldValue
from server.models.office import Area
from server.models.register import Household, HouseholdMember
from server.models.visit import Amendment, Receipt, Review, Visit
from server.queries import held as waiting
from server.queries import tasks
from server.services import audit, duplicates, held
from server.services.changes import Ledger
from server.services.staged import Author, office

Key = tuple[str, str]


def move(ledger: Ledger, actor: Actor, household_id: str, *, to: str, reason: str, now: datetime) -> int:
    """Move a household to another village in one transaction: members, persons, visits and what hangs on them go along.

    Gives how many records moved; 0 where it lives there already. A person who also lives in another household of the old
    village stays there. Raises NotFound, NotAllowed without the right in both villages, InputInvalid, ReasonMissing.
    """
    household = ledger.session.get(Household, household_id)
    if household is None or not may(actor, "household.move", household.bucket):
        raise NotFound("没有这个家庭")
    if not reason.strip():
        raise ReasonMissing
    area = ledger.session.get(Area, to)
    if area is None or area.level != "village":
        raise InputInvalid("没有这个村", fields=["to"])
    if not may(actor, "household.move", to):
        raise NotAllowed("迁入的村不在您的范围内, 请由上级办理")
    old = household.bucket
    if old == to:
        return 0
    author = office(now, actor.staff_id, reason.strip())
    keys = list(_belonging(ledger, household_id, old))
    ledger.preload(keys)
    for key in keys:
        ledger.move(*key, to, author)
    ledger.update("household", household_id, {"area_code": to}, author)
    for task in tasks.of_household(ledger.session, household_id):
        ledger.update("visit_task", task.id, {"area_code": to}, author)
    _follow(ledger, keys, to, author)
    _move_cases(ledger, household_id, to)
    for record_type, record_id in keys:
        if record_type == "person":  # In another village others may be of the same name.
            duplicates.look_for(ledger, record_id, author, now=now)
    audit.record(ledger.session, actor, "household.move", "household", household_id, now=now, to=to, **{"from": old})
    return len(keys)


def _belonging(ledger: Ledger, household_id: str, bucket: str) -> Iterator[Key]:
    """Name what lives in the old village and belongs to the household."""
    session = ledger.session
    yield "household", household_id
    members = session.scalars(select(HouseholdMember).where(HouseholdMember.household_id == household_id)).all()
    elsewhere = select(HouseholdMember.person_id).where(
        HouseholdMember.bucket == bucket, HouseholdMember.household_id != household_id
    )
    staying = set(session.scalars(elsewhere))
    for member in members:
        yield "household_member", member.id
        if member.person_id not in staying and ledger.bucket_of("person", member.person_id) == bucket:
            yield "person", member.person_id
    visits = session.scalars(select(Visit.id).where(Visit.household_id == household_id)).all()
    for visit_id in visits:
        yield "visit", visit_id
    for name, model in (("amendment", Amendment), ("review", Review), ("receipt", Receipt)):
        for record_id in session.scalars(select(model.id).where(model.visit_id.in_(visits))):
            yield name, record_id


def _move_cases(ledger: Ledger, household_id: str, to: str) -> None:
    """Cases go where the household lives, with their periods; who accepted them there may be another township's worker."""
    for model in (Intake, Application, Entitlement):
        mine = update(model).where(model.household_id == household_id)
        ledger.session.execute(mine.values(area_code=to))
    for model in (Application, Entitlement):
        of_household = select(model.id).where(model.household_id == household_id)
        ledger.session.execute(update(Deadline).where(Deadline.case_id.in_(of_household)).values(area_code=to))


def _follow(ledger: Ledger, keys: list[Key], to: str, author: Author) -> None:
    """What waits for a decision about these records waits in the new village; in the old one no value of it is left."""
    for record_type, record_id in keys:
        for row in waiting.of_record(ledger.session, record_type, record_id):
            held.veil(ledger, row, author)
        for model in (HeldValue, HeldWork):
            mine = update(model).where(model.type == record_type, model.record_id == record_id)
            ledger.session.execute(mine.values(bucket=to))
