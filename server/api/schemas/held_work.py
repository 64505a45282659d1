"""Work that waits for a decision, as clients write and read it."""

from marshmallow import Schema, fields, validate


class HeldWorkRowOut(Schema):
    """A piece of held work in a list: whose, of what, where, since when and why; nothing of its content."""

    id = fields.String()
    device_id = fields.String()
    staff_id = fields.String()
    n = fields.Integer()
    type = fields.String()
    record_id = fields.String()
    bucket = fields.String()
    reason = fields.String()
    at = fields.AwareDateTime()


class HeldWorkOut(HeldWorkRowOut):
    """With its content, as the device sent it."""

    content = fields.Dict()


class DecisionIn(Schema):
    """The office's word, with a reason."""

    decision = fields.String(required=True, validate=validate.OneOf(("accepted", "declined")))
    reason = fields.String(required=True, validate=validate.Length(1, 500))


class DecidedOut(Schema):
    """What was decided, and what came of it: applied, merged or held field by field."""

    decision = fields.String()
    outcome = fields.String()
