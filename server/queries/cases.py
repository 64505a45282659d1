"""Cases as the office asks for them, always within the actor's area: intakes, applications, and what belongs to each."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.cases import Application, Authorisation, CaseStep, Intake, KinshipDisclosure, Material
from server.models.cases_after import Entitlement
from server.queries import scope

FINISHED = ("closed", "withdrawn", "terminated")
"""The states from which a household may apply for the same again; what was announced goes on as an entitlement."""


def intake(session: Session, intake_id: str, *, visible_to: Actor) -> Intake:
    """Find an intake and keep others from it. Raises NotFound also when it lies outside of the actor's area."""
    within = scope.in_areas(visible_to, "case.read", Intake.area_code)
    statement = select(Intake).where(Intake.id == intake_id, within).with_for_update()
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("没有这次受理登记")
    return found


def get(session: Session, application_id: str, *, visible_to: Actor) -> Application:
    """Find an application. Raises NotFound also when it lies outside of the actor's area."""
    within = scope.in_areas(visible_to, "case.read", Application.area_code)
    found = session.scalars(select(Application).where(Application.id == application_id, within)).one_or_none()
    if found is None:
        raise NotFound("没有这件申请")
    return found


def page(session: Session, actor: Actor, *, state: str, limit: int, after: str = "") -> Sequence[Application]:
    """List applications in the actor's area by id, of one state or of all."""
    within = scope.in_areas(actor, "case.read", Application.area_code)
    statement = select(Application).where(Application.id > after, within).order_by(Application.id).limit(limit)
    if state:
        statement = statement.where(Application.state == state)
    return session.scalars(statement).all()


def of_intake(session: Session, intake_id: str, *, states: Sequence[str]) -> Sequence[Application]:
    """List an intake's applications in some states, and keep others from them."""
    statement = select(Application).where(Application.intake_id == intake_id, Application.state.in_(states))
    return session.scalars(statement.order_by(Application.id).with_for_update()).all()


def open_for(session: Session, household_id: str, programme: str) -> bool:
    """Tell whether a household has this programme under way, or receives it."""
    return programme in _under_way(session, household_id)


def is_in_use(session: Session, household_id: str) -> bool:
    """Tell whether anything of a household is under way, or received."""
    return bool(_under_way(session, household_id))


def _under_way(session: Session, household_id: str) -> set[str]:
    applied = select(Application.programme).where(
        Application.household_id == household_id, Application.state.not_in((*FINISHED, "announced"))
    )
    received = select(Entitlement.programme).where(
        Entitlement.household_id == household_id, Entitlement.state != "ended"
    )
    return set(session.scalars(applied)) | set(session.scalars(received))


def kin_of(session: Session, household_id: str) -> Sequence[KinshipDisclosure]:
    """List the kin that a household registered."""
    statement = select(KinshipDisclosure).where(KinshipDisclosure.household_id == household_id)
    return session.scalars(statement.order_by(KinshipDisclosure.id)).all()


def is_relative(session: Session, household_id: str, staff_id: str) -> bool:
    """Tell whether a member of staff is registered as a household's close kin."""
    mine = (KinshipDisclosure.household_id == household_id, KinshipDisclosure.relative_id == staff_id)
    return session.scalars(select(KinshipDisclosure.id).where(*mine).limit(1)).first() is not None


def authorised(session: Session, intake_id: str) -> set[str]:
    """Name the persons who authorised the check."""
    return set(session.scalars(select(Authorisation.person_id).where(Authorisation.intake_id == intake_id)))


def materials(session: Session, application_id: str) -> Sequence[Material]:
    """List an application's papers."""
    return session.scalars(
        select(Material).where(Material.application_id == application_id).order_by(Material.kind)
    ).all()


def history(session: Session, machine: str, case_id: str) -> Sequence[CaseStep]:
    """List the steps of a case, oldest first."""
    mine = (CaseStep.machine == machine, CaseStep.case_id == case_id)
    return session.scalars(select(CaseStep).where(*mine).order_by(CaseStep.n)).all()
