"""一门受理: somebody asks for help once, whatever for, and it is split into one application for each programme.

文件000 二(七); 社会救助法第六十四条. What was signed is noted by the hash of its picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy.catalogue import Programme, catalogue
from policy.procedure.machines import load_machine
from server.domain.errors import CaseAlreadyOpen, CaseStepRefused, InputInvalid, NotAllowed, NotFound
from server.domain.permissions import limits, may
from server.models.cases import Application, Authorisation, Intake, KinshipDisclosure, Material
from server.models.office import Staff
from server.queries import cases, checks
from server.queries.scope import is_village
from server.services import audit
from server.services.casework import people, registering, steps
from server.services.casework.desk import Desk
from server.services.papers import require_blobs
from server.services.store import hold

CHANNELS = ("window", "home", "phone", "online", "transferred")
DRAFT = "draft"
BEFORE_ACCEPTANCE = (DRAFT, "submitted", "returned")
TOWNSHIP_WINDOW = "乡镇"  # how the catalogue begins to say where a programme is applied for


@dataclass(frozen=True)
class Opened:
    """An intake with its applications, and the members' ids in the order in which they were given."""

    intake_id: str
    household_id: str
    member_ids: list[str]
    applications: list[Application]


def take_in(
    desk: Desk,
    *,
    area_code: str,
    channel: str,
    programmes: Sequence[str],
    household_id: str = "",
    applicant_id: str = "",
    household: Mapping[str, Any] | None = None,
    agent: Mapping[str, str] | None = None,
    emergency_place: str = "",
) -> Opened:
    """Open one intake and an application for each programme, as drafts.

    Raises NotAllowed outside of the area; NotFound for an unknown household; InputInvalid for a programme that is applied
    for elsewhere; CaseAlreadyOpen when one for the same programme is under way.
    """
    _check_place(desk, area_code)
    require_blobs(desk.session, [(agent or {}).get("entrustment")])
    wanted = [_programme(code) for code in dict.fromkeys(programmes)]
    member_ids: list[str] = []
    if household is not None:
        household_id, member_ids = registering.register(
            desk, area_code, household["members"], address=household["address"], phone=household["phone"]
        )
        applicant_id = member_ids[household["applicant"]]
    else:
        _check_known(desk, household_id, applicant_id)
        steps.refuse_relative(desk, household_id)
    intake = _intake(desk, area_code, household_id, applicant_id, channel, agent or {}, emergency_place)
    made = [_application(desk, intake, programme) for programme in wanted]
    audit.record(
        desk.session, desk.actor, "intake.open", "intake", intake.id, now=desk.now, purpose="case", count=len(made)
    )
    return Opened(intake.id, household_id, member_ids, made)


def sign(
    desk: Desk,
    intake_id: str,
    *,
    entrustment: str = "",
    declaration: str = "",
    declaration_version: str = "",
    is_pledged: bool | None = None,
    authorisations: Sequence[Mapping[str, Any]] = (),
) -> Intake:
    """Note what was signed: entrustment, declaration, pledge, and the members' authorisations, each by its blob.

    An authorisation opens queries to the sources of its `scope` until `valid_to`. Raises PaperNotHere for a picture that is
    not here, NotFound for a person who does not live in the household, and CaseStepRefused once all applications are
    accepted: what was signed then stays what it was. Only an authorisation that is missing, or holds no longer, may still
    be brought: a pledge promised it, and without it nothing is asked.
    """
    intake = _opened(desk, intake_id)
    is_other = bool(entrustment or declaration or declaration_version or is_pledged is not None or not authorisations)
    changes = is_other or bool(_holding(desk, intake) & {one["person_id"] for one in authorisations})
    if changes and not cases.of_intake(desk.session, intake.id, states=BEFORE_ACCEPTANCE):
        raise CaseStepRefused("申请都已受理, 签署的材料不再更改; 只能补签还没有的, 或者已经过期的授权")
    require_blobs(desk.session, [entrustment, declaration, *(one["paper"] for one in authorisations)])
    _check_signers(desk, intake, authorisations)
    intake.entrustment = entrustment or intake.entrustment
    intake.declaration = declaration or intake.declaration
    intake.declaration_version = declaration_version or intake.declaration_version
    intake.is_pledged = intake.is_pledged if is_pledged is None else is_pledged
    for one in authorisations:
        told = {name: one.get(name) for name in ("person_id", "paper", "scope", "valid_to")}
        is_obligor = bool(one.get("is_obligor"))
        desk.session.merge(Authorisation(intake_id=intake.id, is_obligor=is_obligor, **told, **desk.noted))
    desk.session.flush()
    audit.record(
        desk.session,
        desk.actor,
        "intake.sign",
        "intake",
        intake.id,
        now=desk.now,
        declaration=declaration,
        entrustment=entrustment,
        signers=len(authorisations),
    )
    return intake


def disclose_kin(desk: Desk, intake_id: str, relations: Sequence[Mapping[str, str]]) -> Intake:
    """Note the answer to the question about close kin: none, or each one (近亲属备案, 57号文第十一条).

    Registered kin sends every application of the household through the county's own visit, and keeps the relative away.
    """
    intake = _opened(desk, intake_id)
    for one in relations:
        relative = one.get("relative_id") or None
        if relative and desk.session.get(Staff, relative) is None:
            raise NotFound("没有这位工作人员")
        row = KinshipDisclosure(
            id=desk.new_id(),
            household_id=intake.household_id,
            relative_id=relative,
            post=one["post"],
            relation=one["relation"],
            **desk.noted,
        )
        desk.session.add(row)
    intake.kin_answered = True
    audit.record(desk.session, desk.actor, "kin.disclose", "intake", intake.id, now=desk.now, count=len(relations))
    return intake


def submit(desk: Desk, intake_id: str) -> Sequence[Application]:
    """Hand in all drafts of an intake: declared, and authorised by every co-living adult, or pledged."""
    intake = _opened(desk, intake_id)
    drafts = cases.of_intake(desk.session, intake.id, states=(DRAFT,))
    if not drafts:
        raise NotFound("没有要提交的申请")
    for application in drafts:
        steps.take(desk, application, "submit")
    return drafts


def _check_place(desk: Desk, area_code: str) -> None:
    """Whoever takes down a call sees no case, and may open one all the same."""
    if not is_village(desk.session, area_code):
        raise NotFound("没有这个村")
    if not limits(desk.actor, "case.file", area_code):
        raise NotAllowed if may(desk.actor, "case.read", area_code) else NotFound("没有这个村")


def _holding(desk: Desk, intake: Intake) -> set[str]:
    """Name whose authorisations hold today."""
    given = checks.authorisations(desk.session, intake.id)
    return {one.person_id for one in given if one.valid_to and one.valid_to >= desk.today}


def _check_signers(desk: Desk, intake: Intake, authorisations: Sequence[Mapping[str, Any]]) -> None:
    """Make sure that members sign as members, and whoever owes support as such: a person of the register within the area."""
    living = {one.id for one in people.co_living(desk.ledger, intake.household_id, on=desk.today)}
    for one in authorisations:
        if not one.get("is_obligor"):
            if one["person_id"] not in living:
                raise NotFound("授权人不是共同生活的家庭成员")
            continue
        bucket = desk.ledger.bucket_of("person", one["person_id"])
        if one["person_id"] in living or bucket is None or not may(desk.actor, "case.read", bucket):
            raise NotFound("没有这位赡养、抚养、扶养义务人")


def _opened(desk: Desk, intake_id: str) -> Intake:
    intake = cases.intake(desk.session, intake_id, visible_to=desk.actor)
    if not limits(desk.actor, "case.file", intake.area_code):
        raise NotAllowed
    steps.refuse_relative(desk, intake.household_id)
    return intake


def _programme(code: str) -> Programme:
    found = next((one for one in catalogue() if one.code == code), None)
    if found is None:
        raise InputInvalid("没有这项救助", fields=["programmes"])
    if not found.applied_at.startswith(TOWNSHIP_WINDOW):
        raise InputInvalid(f"“{found.name}”在{found.applied_at}办理, 窗口不收", fields=["programmes"])
    return found


def _check_known(desk: Desk, household_id: str, applicant_id: str) -> None:
    bucket = desk.ledger.bucket_of("household", household_id)
    if bucket is None or not may(desk.actor, "case.read", bucket):
        raise NotFound("没有这个家庭")
    if applicant_id not in {one.id for one in people.co_living(desk.ledger, household_id, on=desk.today)}:
        raise NotFound("申请人不是这个家庭的共同生活成员")


def _intake(
    desk: Desk,
    area_code: str,
    household_id: str,
    applicant_id: str,
    channel: str,
    agent: Mapping[str, str],
    emergency_place: str,
) -> Intake:
    intake_id = desk.new_id()
    who = {name: agent[name] for name in ("name", "relation", "phone") if name in agent}
    told = {"agent": who, "emergency_place": emergency_place}
    intake = Intake(
        id=intake_id,
        area_code=area_code,
        household_id=household_id,
        applicant_id=applicant_id,
        channel=channel,
        is_by_agent=bool(agent),
        entrustment=agent.get("entrustment") or None,
        is_pledged=False,
        kin_answered=False,
        sealed=desk.seal("intake", intake_id, told),
        **desk.noted,
    )
    desk.session.add(intake)
    desk.session.flush()
    return intake


def _application(desk: Desk, intake: Intake, programme: Programme) -> Application:
    hold(
        desk.session, [f"case/{intake.household_id}"]
    )  # Of two windows that open the same, the second sees the first's.
    if cases.open_for(desk.session, intake.household_id, programme.code):
        raise CaseAlreadyOpen(f"这个家庭已有一件“{programme.name}”申请在办或在享")
    application = Application(
        id=desk.new_id(),
        intake_id=intake.id,
        programme=programme.code,
        area_code=intake.area_code,
        household_id=intake.household_id,
        applicant_id=intake.applicant_id,
        state=load_machine("application").start,
        version=0,
        created_at=desk.now,
        is_reported=False,
    )
    desk.session.add(application)
    desk.session.flush()
    desk.session.add_all(_materials(desk, application, programme))
    steps.take(desk, application, "create")
    return application


def _materials(desk: Desk, application: Application, programme: Programme) -> Iterable[Material]:
    """List what the programme asks for; what the office can learn by sharing is never asked of the applicant."""
    kinds = dict.fromkeys(programme.materials, "missing")
    kinds |= dict.fromkeys(programme.materials_by_sharing, "exempt_by_sharing")
    for kind, status in kinds.items():
        yield Material(application_id=application.id, kind=kind, status=status, blob=None, **desk.noted)
