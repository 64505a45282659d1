"""What a case rests on: its visits with their investigators and reviewers, checks, assessments, notices, objections."""

from collections.abc import Sequence

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from server.models.cases import Application
from server.models.cases_after import Entitlement
from server.models.cases_decision import Decision, DemocraticReview, Objection, PublicNotice
from server.models.cases_inquiry import CaseAssessment, CaseVisit, CheckRequest
from server.models.visit import Review, VisitInvestigator


def visits(session: Session, machine: str, case_id: str) -> Sequence[CaseVisit]:
    """List the visits that a case sent out, oldest first."""
    mine = (CaseVisit.machine == machine, CaseVisit.case_id == case_id)
    return session.scalars(select(CaseVisit).where(*mine).order_by(CaseVisit.at, CaseVisit.task_id)).all()


def of_task(session: Session, task_id: str) -> Sequence[CaseVisit]:
    """List the cases that wait for a task's visit."""
    return session.scalars(select(CaseVisit).where(CaseVisit.task_id == task_id).with_for_update()).all()


def waiting_for(session: Session, visit_id: str, household_id: str) -> Sequence[CaseVisit]:
    """List what a household's cases still wait for from somebody who took part in a visit; keeps others from it."""
    took_part = select(VisitInvestigator.staff_id).where(VisitInvestigator.visit_id == visit_id)
    of_household = union(
        *(select(model.id).where(model.household_id == household_id) for model in (Application, Entitlement))
    )
    statement = select(CaseVisit).where(
        CaseVisit.visit_id.is_(None), CaseVisit.assignee_id.in_(took_part), CaseVisit.case_id.in_(of_household)
    )
    return session.scalars(statement.with_for_update()).all()


def investigators(session: Session, visit_ids: Sequence[str]) -> set[str]:
    """Name everybody who had a hand in these visits."""
    statement = select(VisitInvestigator.staff_id).where(VisitInvestigator.visit_id.in_(visit_ids))
    return set(session.scalars(statement))


def visit_reviewers(session: Session, visit_ids: Sequence[str]) -> set[str]:
    """Name everybody who gave a verdict on these visits."""
    return set(session.scalars(select(Review.reviewer_id).where(Review.visit_id.in_(visit_ids))))


def last_check(session: Session, application_id: str) -> CheckRequest | None:
    """Give an application's newest check of means."""
    mine = select(CheckRequest).where(CheckRequest.application_id == application_id)
    newest = (CheckRequest.at.desc(), CheckRequest.result.is_not(None), CheckRequest.id.desc())
    return session.scalars(
        mine.order_by(*newest).limit(1)
    ).first()  # Of one moment, the one that has still to be answered.


def last_assessment(session: Session, application_id: str) -> CaseAssessment | None:
    """Give an application's newest assessment."""
    mine = select(CaseAssessment).where(CaseAssessment.application_id == application_id)
    return session.scalars(mine.order_by(CaseAssessment.id.desc()).limit(1)).first()


def notices(session: Session, application_id: str) -> Sequence[PublicNotice]:
    """List an application's notices, oldest first."""
    mine = select(PublicNotice).where(PublicNotice.application_id == application_id)
    return session.scalars(mine.order_by(PublicNotice.id)).all()


def last_notice(session: Session, application_id: str, kind: str) -> PublicNotice | None:
    """Give an application's newest notice of a kind."""
    return next((one for one in reversed(notices(session, application_id)) if one.kind == kind), None)


def objections(session: Session, application_id: str) -> Sequence[Objection]:
    """List the objections to an application, oldest first."""
    mine = select(Objection).where(Objection.application_id == application_id)
    return session.scalars(mine.order_by(Objection.id)).all()


def democratic_reviews(session: Session, application_id: str) -> Sequence[DemocraticReview]:
    """List the democratic reviews of an application, oldest first."""
    mine = select(DemocraticReview).where(DemocraticReview.application_id == application_id)
    return session.scalars(mine.order_by(DemocraticReview.id)).all()


def decision(session: Session, application_id: str) -> Decision | None:
    """Give the decision on an application."""
    return session.get(Decision, application_id)
