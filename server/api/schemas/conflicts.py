"""What waits for a decision, as the office reads it; numbers are masked by the service, but for the digits that differ."""

from marshmallow import Schema, fields, validate

from server.api.schemas.households import PageIn
from server.queries.held import KINDS, STATES
from server.services.conflicts import DECISIONS, LONGEST_REASON


class ConflictsIn(PageIn):
    """Which part of the list."""

    state = fields.String(load_default="open", validate=validate.OneOf(STATES))
    kind = fields.String(load_default="", validate=validate.OneOf(("", *KINDS)))
    area = fields.String(load_default="", validate=validate.Regexp(r"\A[0-9]{0,12}\Z"))


class ConflictRowOut(Schema):
    """A line of the list."""

    id = fields.String()
    kind = fields.String()
    state = fields.String()
    type = fields.String()
    record_id = fields.String()
    other_id = fields.String(allow_none=True)
    field = fields.String()
    area_code = fields.String()
    staff_id = fields.String()
    staff_name = fields.String()
    held_at = fields.String()
    decided_at = fields.String(allow_none=True)


class ConflictPageOut(Schema):
    """A page of the list, with how many of each kind wait; `cursor` is null on the last page."""

    items = fields.List(fields.Nested(ConflictRowOut))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    cursor = fields.String(allow_none=True)


class ConflictOut(ConflictRowOut):
    """One whole: `stands` and `offered` by field, the differing ones only; of a duplicate, the two persons."""

    stands = fields.Raw()
    offered = fields.Raw()
    original = fields.Raw(allow_none=True)
    evidence = fields.String(allow_none=True)
    may_decide = fields.Boolean()
    reason = fields.String(allow_none=True)
    decided_by = fields.String(allow_none=True)


class ConflictDecisionIn(Schema):
    """A decision on what was seen: its ETag comes back in `If-Match`."""

    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    reason = fields.String(load_default="", validate=validate.Length(max=LONGEST_REASON))
    kept = fields.String(load_default="")


class ConflictDecisionOut(Schema):
    """What was decided."""

    id = fields.String()
    state = fields.String()
