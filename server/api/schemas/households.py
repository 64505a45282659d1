"""Households as the office reads them; id numbers and phones are masked here, whoever asks."""

from typing import Any

from marshmallow import Schema, fields, validate

from server.domain.masking import mask


class Masked(fields.String):
    """A number of which only the ends are shown."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return mask(value) if value else None


class HouseholdRowOut(Schema):
    """A household in a list."""

    id = fields.String()
    area_code = fields.String()
    number = fields.String(allow_none=True)
    head_name = fields.String(allow_none=True)
    address = fields.String(allow_none=True)


class MemberOut(Schema):
    """A member of a household."""

    id = fields.String()
    relation = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    sex = fields.String(allow_none=True)
    birth_date = fields.String(allow_none=True)
    id_number = Masked()
    phone = Masked()


class HouseholdOut(HouseholdRowOut):
    """A household with its members."""

    phone = Masked()
    remarks = fields.String(allow_none=True)
    programmes = fields.Raw()
    members = fields.List(fields.Nested(MemberOut))


class HouseholdPageOut(Schema):
    """A page of households; `cursor` is null on the last one."""

    items = fields.List(fields.Nested(HouseholdRowOut))
    cursor = fields.String(allow_none=True)


class PageIn(Schema):
    """Where to go on, and how many rows."""

    cursor = fields.String(load_default="")
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class MoveIn(Schema):
    """Where a household goes, by village code, and why."""

    to = fields.String(required=True, validate=validate.Length(equal=12))
    reason = fields.String(required=True, validate=validate.Length(1, 500))


class MovedOut(Schema):
    """How many records went along."""

    moved = fields.Integer()
