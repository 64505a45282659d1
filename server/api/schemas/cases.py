"""Applications as clients write and read them: every step names the version that its author saw."""

from marshmallow import Schema, fields, validate

from server.api.schemas.checks import CheckOut
from server.api.schemas.households import PageIn
from server.api.schemas.intakes import BlobHash
from server.services.casework.clock import Standing
from server.services.casework.objections import SOURCES
from server.services.casework.periods import EXTENSION_REASONS, PAUSE_REASONS
from server.services.casework.remedies import SERVED

SUGGESTIONS = ("confirm", "refuse")
PURPOSES = ("application", "objection", "county")


class StepIn(Schema):
    """Any step: the version of the case that its author saw; an older one is refused, and nothing is overwritten."""

    seen_version = fields.Integer(required=True, validate=validate.Range(min=0))


class ReasonIn(StepIn):
    """A step with its reason."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class PausedIn(StepIn):
    """Why the office's periods stand still."""

    reason = fields.String(required=True, validate=validate.OneOf(PAUSE_REASONS))


class ExtendedIn(StepIn):
    """Why the decision takes longer: one of the reasons that 2022年通知四(一) lists."""

    reason = fields.String(required=True, validate=validate.OneOf(EXTENSION_REASONS))


class MissingIn(StepIn):
    """The one list of what is missing."""

    kinds = fields.List(fields.String(), required=True, validate=validate.Length(1, 30))


class PaperIn(Schema):
    """A paper: with its picture, or pledged."""

    kind = fields.String(required=True, validate=validate.Length(1, 64))
    blob = BlobHash(load_default="")


class PapersIn(StepIn):
    """Papers that were given."""

    papers = fields.List(fields.Nested(PaperIn), required=True, validate=validate.Length(1, 30))


class AcceptIn(StepIn):
    """On which basis an application is accepted."""

    basis = fields.String(required=True, validate=validate.Length(1, 32))


class InvestigateIn(StepIn):
    """Who visits, and by when."""

    assignee_id = fields.String(required=True, validate=validate.Length(1, 64))
    due_on = fields.Date(load_default=None, allow_none=True)


class VisitIn(InvestigateIn):
    """Another visit, and what for."""

    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))


class MadeIn(StepIn):
    """The visit that was made without its task."""

    visit_id = fields.String(required=True, validate=validate.Length(1, 64))


class TaskOut(Schema):
    """The visit task that was sent out."""

    task_id = fields.String()


class EvidenceIn(StepIn):
    """What the applicant says against a negative result of the check."""

    statement = fields.String(required=True, validate=validate.Length(1, 4000))
    blob = BlobHash(load_default="")


class AssessIn(StepIn):
    """The facts found, in the form of docs/policy.md; amounts as text."""

    case = fields.Dict(required=True)


class OpinionIn(StepIn):
    """The township's opinion; an amount only where the rules compute none."""

    suggestion = fields.String(required=True, validate=validate.OneOf(SUGGESTIONS))
    reasons = fields.String(required=True, validate=validate.Length(1, 4000))
    amount_yuan = fields.String(load_default="", validate=validate.Length(max=16))


class PostIn(StepIn):
    """Where a notice hangs, and the picture of it; what stands in it comes from its template."""

    place = fields.String(required=True, validate=validate.Length(1, 200))
    photo = BlobHash(required=True)


class ObjectionIn(StepIn):
    """What somebody says against a notice."""

    source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    statement = fields.String(required=True, validate=validate.Length(1, 4000))


class DemocraticReviewIn(StepIn):
    """A democratic review and its minutes; `objection_id` is empty only where the region always asks for one."""

    objection_id = fields.String(load_default="", validate=validate.Length(max=64))
    held_on = fields.Date(required=True)
    members = fields.Integer(required=True, validate=validate.Range(min=1, max=200))
    votes_for = fields.Integer(required=True, validate=validate.Range(min=0))
    votes_against = fields.Integer(required=True, validate=validate.Range(min=0))
    minutes = BlobHash(required=True)


class UrgentIn(StepIn):
    """Emergency aid that goes to the decision at once."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))
    amount_yuan = fields.String(required=True, validate=validate.Length(1, 16))


class ConfirmIn(StepIn):
    """A confirming decision with its reasons."""

    reasons = fields.String(required=True, validate=validate.Length(1, 4000))
    amount_yuan = fields.String(load_default="", validate=validate.Length(max=16))
    is_unstable = fields.Boolean(load_default=False)


class RefuseIn(StepIn):
    """A refusing decision with its reasons."""

    reasons = fields.String(required=True, validate=validate.Length(1, 4000))


class ServeIn(StepIn):
    """How a written decision was served."""

    how = fields.String(required=True, validate=validate.OneOf(SERVED))


class ApplicationRowOut(Schema):
    """An application in a list: nothing of a person but ids."""

    id = fields.String()
    intake_id = fields.String()
    programme = fields.String()
    area_code = fields.String()
    household_id = fields.String()
    applicant_id = fields.String()
    state = fields.String()
    version = fields.Integer()
    created_at = fields.AwareDateTime()
    accepted_on = fields.Date(allow_none=True)


class ApplicationPageOut(Schema):
    """A page of applications; `cursor` is null on the last one."""

    items = fields.List(fields.Nested(ApplicationRowOut))
    cursor = fields.String(allow_none=True)


class QueueIn(PageIn):
    """Which applications."""

    state = fields.String(load_default="", validate=validate.Length(max=32))


class CaseStateOut(Schema):
    """Where an application stands after a step."""

    id = fields.String()
    state = fields.String()
    version = fields.Integer()


class CaseHistoryOut(Schema):
    """One step of the history."""

    n = fields.Integer()
    event = fields.String()
    from_state = fields.String()
    to_state = fields.String()
    reason = fields.String()
    clause = fields.String()
    at = fields.AwareDateTime()
    staff_id = fields.String()
    device_id = fields.String(allow_none=True)


class TermOut(Schema):
    """A period: its last day, whether that is provisional, and how it stands today."""

    kind = fields.String(attribute="deadline.kind")
    start_on = fields.Date(attribute="deadline.start_on")
    due_on = fields.Date(attribute="deadline.due_on")
    is_provisional = fields.Boolean(attribute="deadline.is_provisional")
    clause = fields.String(attribute="deadline.clause")
    extended_for = fields.String(attribute="deadline.extended_for", allow_none=True)
    done_on = fields.Date(attribute="deadline.done_on", allow_none=True)
    standing = fields.Enum(Standing, by_value=True)


class DueOut(Schema):
    """A running period in a list of what is due."""

    machine = fields.String()
    case_id = fields.String()
    kind = fields.String()
    due_on = fields.Date()
    is_provisional = fields.Boolean()


class DueIn(Schema):
    """Up to which day, and how many rows."""

    by = fields.Date(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class MaterialOut(Schema):
    """A paper of an application."""

    kind = fields.String()
    status = fields.String()
    blob = fields.String(allow_none=True)


class CaseVisitOut(Schema):
    """A visit that a case sent out."""

    task_id = fields.String()
    purpose = fields.String()
    assignee_id = fields.String()
    visit_id = fields.String(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)


class NoticeOut(Schema):
    """A notice as it hangs in the village."""

    id = fields.String()
    kind = fields.String()
    fields_ = fields.Dict(attribute="fields", data_key="fields")
    place = fields.String()
    posted_on = fields.Date()
    ends_on = fields.Date(allow_none=True)
    photo = fields.String()


class ObjectionOut(Schema):
    """An objection with what was said."""

    id = fields.String()
    source = fields.String()
    statement = fields.String()
    at = fields.AwareDateTime()
    settled_at = fields.AwareDateTime(allow_none=True)


class DecisionOut(Schema):
    """A decision with its reasons, the trace of the rules, and the remedies."""

    level = fields.String()
    result = fields.String()
    amount_fen = fields.Integer(allow_none=True)
    decided_by = fields.String(attribute="staff_id")
    decided_at = fields.AwareDateTime(attribute="at")
    next_programmes = fields.List(fields.String())
    reasons = fields.String()
    trace = fields.List(fields.Dict())
    remedy = fields.String()
    served_at = fields.AwareDateTime(allow_none=True)
    served_how = fields.String(allow_none=True)


class ApplicationOut(ApplicationRowOut):
    """An application whole."""

    accept_basis = fields.String(allow_none=True)
    handler_id = fields.String(allow_none=True)
    suggestion = fields.String(allow_none=True)
    proposed_fen = fields.Integer(allow_none=True)
    channel = fields.String()
    is_by_agent = fields.Boolean()
    agent_name = fields.String()
    is_pledged = fields.Boolean()
    kin_answered = fields.Boolean()
    is_kin_registered = fields.Boolean()  # close kin of staff: the county visits before it decides
    is_reported = fields.Boolean()  # complained about: the same
    materials = fields.List(fields.Nested(MaterialOut))
    history = fields.List(fields.Nested(CaseHistoryOut))
    terms = fields.List(fields.Nested(TermOut))
    visits = fields.List(fields.Nested(CaseVisitOut))
    check = fields.Nested(CheckOut, allow_none=True)
    check_detail = fields.Dict(allow_none=True)
    assessment = fields.Dict(allow_none=True)
    notices = fields.List(fields.Nested(NoticeOut))
    objections = fields.List(fields.Nested(ObjectionOut))
    decision = fields.Nested(DecisionOut, allow_none=True)
    entitlement_id = fields.String(allow_none=True)
