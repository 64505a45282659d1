"""The register's history and removals; numbers are masked by the service."""

from marshmallow import Schema, fields, validate


class HistoryIn(Schema):
    """How far back."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 200))


class FieldChangeOut(Schema):
    """A field that was changed."""

    field = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class LostOut(Schema):
    """A value that somebody saved and that does not stand."""

    field = fields.String()
    value = fields.Raw(allow_none=True)


class StepOut(Schema):
    """One line of a history."""

    at = fields.String()
    type = fields.String()
    record_id = fields.String()
    operation = fields.String()
    staff_id = fields.String(allow_none=True)
    staff_name = fields.String()
    is_from_device = fields.Boolean()
    changes = fields.List(fields.Nested(FieldChangeOut))
    lost = fields.List(fields.Nested(LostOut))
    moved_from = fields.String(allow_none=True)
    moved_to = fields.String(allow_none=True)
    why = fields.String()


class HistoryOut(Schema):
    """A record's history, newest first."""

    items = fields.List(fields.Nested(StepOut))


class RemovalIn(Schema):
    """Why a record is removed."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class RemovalOut(Schema):
    """What was removed."""

    id = fields.String()
    type = fields.String()
