"""Assignments, as clients write and read them."""

from marshmallow import Schema, fields, validate


class RoleIn(Schema):
    """A role within an area; the empty area is the whole deployment."""

    role = fields.String(required=True, validate=validate.Length(1, 32))
    area_code = fields.String(required=True, validate=validate.Length(max=12))


class AssignmentsIn(Schema):
    """All roles that somebody has from now on, and who takes the tasks that lie elsewhere."""

    roles = fields.List(fields.Nested(RoleIn), required=True, validate=validate.Length(1, 50))
    tasks_to = fields.String(validate=validate.Length(1, 64))


class AssignmentsOut(Schema):
    """Who was moved, which tasks still lie where they no longer work, and how many went to somebody else."""

    staff_id = fields.String()
    tasks_left = fields.List(fields.String())
    tasks_handed = fields.Integer()
