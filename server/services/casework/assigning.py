"""Sending somebody to a household for a case: the task goes to the worker's device by the sync, as every task does."""

from datetime import date

from sqlalchemy import select

from server.domain.errors import NotAllowed, NotFound
from server.domain.permissions import COUNTY_OFFICER, Actor, Limit, limits
from server.models.cases import Application
from server.models.cases_after import Entitlement
from server.models.cases_inquiry import CaseVisit
from server.models.office import Area, Staff
from server.queries import cases, cases_clock, cases_inquiry
from server.queries.scope import user_bucket
from server.services import audit
from server.services.casework import steps
from server.services.casework.desk import Desk
from server.services.changes import Ledger
from server.services.sign_in import grants_of
from server.services.staged import Author, office

KINDS = {"application": "application", "objection": "application", "county": "application", "recheck": "recheck"}
"""The kind of visit for each purpose, by which the device chooses the form."""

TITLES = {
    "application": "申请入户调查",
    "objection": "有异议, 重新入户调查",
    "county": "县级入户调查",
    "recheck": "核查入户调查",
}
TITLE = "{deed}({place})"  # It names a place, and no person.
FIRST, LATER = 1, 2  # The priorities of tasks: an application has a statutory day.


def send(
    desk: Desk, application_id: str, *, purpose: str, assignee_id: str, due_on: date | None, seen_version: int
) -> str:
    """Send somebody for an application, once more or for the county; gives the task's id.

    Raises NotAllowed for a caseworker who does not handle it, or a county officer for a township's visit.
    """
    application = steps.take_up(
        desk,
        Application,
        application_id,
        "visit.assign",
        seen_version=seen_version,
        within=frozenset({Limit.OWN, Limit.COUNTY_VISITS}),
    )
    granted = set(limits(desk.actor, "visit.assign", application.area_code).values())
    is_own = Limit.OWN in granted and application.handler_id == desk.actor.staff_id
    is_county = Limit.COUNTY_VISITS in granted and purpose == "county"
    if not (Limit.FULL in granted or is_own or is_county):
        raise NotAllowed
    return assign(desk, application, purpose=purpose, assignee_id=assignee_id, due_on=due_on)


def assign(
    desk: Desk, case: Application | Entitlement, *, purpose: str, assignee_id: str, due_on: date | None = None
) -> str:
    """Make the task of a case's visit, or share the one that another application of the same intake has sent out.

    Raises NotFound for an assignee who may not visit there or is close kin of the household.
    """
    _check_assignee(desk, case, purpose, assignee_id)
    shared = _shared(desk, case, purpose, assignee_id) if isinstance(case, Application) else None
    task_id = shared.task_id if shared else _make_task(desk, case, purpose, assignee_id, due_on)
    row = CaseVisit(
        machine=steps.MACHINES[type(case)],
        case_id=case.id,
        task_id=task_id,
        purpose=purpose,
        assignee_id=assignee_id,
        visit_id=shared.visit_id if shared else None,
        accepted_at=shared.accepted_at if shared else None,
        **desk.noted,
    )
    desk.session.add(row)
    desk.session.flush()
    audit.record(desk.session, desk.actor, "visit.assign", row.machine, case.id, now=desk.now, task=task_id)
    return task_id


def call_off(desk: Desk, application: Application) -> None:
    """Take tasks back that nobody has begun and no other case waits for; a visit that has begun comes in all the same."""
    for one in cases_inquiry.visits(desk.session, "application", application.id):
        if all(row.case_id == application.id for row in cases_inquiry.of_task(desk.session, one.task_id)):
            take_back(desk.ledger, one.task_id, office(desk.now, desk.actor.staff_id))


def take_back(ledger: Ledger, task_id: str, author: Author) -> None:
    """Take a task back from the device, unless somebody has begun it."""
    task = ledger.get("visit_task", task_id)
    if task is not None and task.fields.get("state") == "planned":
        ledger.remove("visit_task", task_id, "deleted", author)


def _check_assignee(desk: Desk, case: Application | Entitlement, purpose: str, assignee_id: str) -> None:
    """The county's visit is made by the county itself (57号文第二十条)."""
    staff = desk.session.get(Staff, assignee_id)
    if staff is None or staff.disabled_at is not None:
        raise NotFound("没有这位调查人员")
    worker = Actor(staff.id, staff.display_name, grants_of(staff, desk.now))
    roles = {role for role, limit in limits(worker, "visit.record", case.area_code).items() if limit is Limit.FULL}
    if not (roles & {COUNTY_OFFICER} if purpose == "county" else roles):
        raise NotFound("这位人员不能在这个村办理这种入户调查")
    if cases.is_relative(desk.session, case.household_id, staff.id):
        raise NotFound("这位人员与这一家有近亲属关系, 应当回避")


def _shared(desk: Desk, application: Application, purpose: str, assignee_id: str) -> CaseVisit | None:
    """Find the visit that a sibling application of the same intake sent out: nobody is visited twice for one asking."""
    if purpose != "application":
        return None
    siblings = select(Application.id).where(
        Application.intake_id == application.intake_id, Application.id != application.id
    )
    statement = select(CaseVisit).where(
        CaseVisit.case_id.in_(siblings), CaseVisit.purpose == purpose, CaseVisit.assignee_id == assignee_id
    )
    return desk.session.scalars(statement.order_by(CaseVisit.at).limit(1)).first()


def _make_task(desk: Desk, case: Application | Entitlement, purpose: str, assignee_id: str, due_on: date | None) -> str:
    task_id = desk.new_id()
    machine = steps.MACHINES[type(case)]
    last_days = [one.due_on for one in cases_clock.running(desk.session, machine, case.id)]
    due = due_on or min(last_days, default=None)
    village = desk.session.get(Area, case.area_code)
    fields = {
        "household_id": case.household_id,
        "area_code": case.area_code,
        "assignee_id": assignee_id,
        "kind": KINDS[purpose],
        "title": TITLE.format(deed=TITLES[purpose], place=village.name if village else case.area_code),
        "due_on": due.isoformat() if due else None,
        "priority": LATER if purpose == "recheck" else FIRST,
        "state": "planned",
    }
    author = office(desk.now, desk.actor.staff_id)
    desk.ledger.create("visit_task", task_id, user_bucket(assignee_id), fields, author)
    return task_id
