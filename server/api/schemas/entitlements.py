"""Entitlements, rechecks and adjustments as clients write and read them."""

from marshmallow import Schema, fields, validate

from server.api.schemas.cases import CaseHistoryOut, StepIn, TermOut
from server.api.schemas.intakes import BlobHash
from server.services.casework.adjustments import METHODS
from server.services.casework.rechecks import LOSSES_AND_GAINS, REPORTS
from server.services.casework.remedies import SERVED


class RecheckIn(StepIn):
    """Who visits for a recheck."""

    assignee_id = fields.String(required=True, validate=validate.Length(1, 64))


class ChangeIn(Schema):
    """A death or another change that somebody told."""

    kind = fields.String(required=True, validate=validate.OneOf(REPORTS))
    happened_on = fields.Date(required=True)
    statement = fields.String(load_default="", validate=validate.Length(max=4000))
    person_id = fields.String(load_default="", validate=validate.Length(max=64))
    proof = BlobHash(load_default="")


class ReportedOut(Schema):
    """Which entitlements go to a recheck."""

    entitlement_ids = fields.List(fields.String())


class ProposeIn(StepIn):
    """What a recheck found, with the facts from which the rules compute the new amount."""

    change = fields.String(required=True, validate=validate.OneOf(LOSSES_AND_GAINS))
    reasons = fields.String(required=True, validate=validate.Length(1, 4000))
    case = fields.Dict(load_default=None, allow_none=True)
    amount_yuan = fields.String(load_default="", validate=validate.Length(max=16))


class HearIn(StepIn):
    """What the household says."""

    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    statement = fields.String(load_default="", validate=validate.Length(max=4000))


class AdjustIn(StepIn):
    """A decided change, with its reasons, served in writing."""

    reasons = fields.String(required=True, validate=validate.Length(1, 4000))
    served_how = fields.String(required=True, validate=validate.OneOf(SERVED))


class TaperIn(StepIn):
    """For how many months aid goes on."""

    months = fields.Integer(required=True, validate=validate.Range(min=1, max=120))


class AmountOut(Schema):
    """A monthly amount from a day on."""

    from_on = fields.Date()
    amount_fen = fields.Integer()


class RoundOut(Schema):
    """One round of rechecking."""

    id = fields.String()
    kind = fields.String()
    at = fields.AwareDateTime()
    finding = fields.String(allow_none=True)
    proposed_fen = fields.Integer(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)


class EntitlementOut(Schema):
    """An entitlement with its amounts, rounds, history and periods."""

    id = fields.String()
    application_id = fields.String()
    household_id = fields.String()
    programme = fields.String()
    state = fields.String()
    version = fields.Integer()
    from_on = fields.Date()
    to_on = fields.Date(allow_none=True)
    amounts = fields.List(fields.Nested(AmountOut))
    rechecks = fields.List(fields.Nested(RoundOut))
    history = fields.List(fields.Nested(CaseHistoryOut))
    terms = fields.List(fields.Nested(TermOut))
