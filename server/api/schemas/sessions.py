"""Sessions and devices, as clients write and read them."""

from marshmallow import Schema, fields, validate

STORABLE = validate.ContainsNoneOf("\0")  # SQLite would keep it and PostgreSQL not: what may be stored is one fact.


class SessionIn(Schema):
    """A sign-in by password."""

    username = fields.String(required=True, validate=validate.Length(1, 64))
    password = fields.String(required=True, validate=validate.Length(1, 256))
    device_id = fields.String(validate=validate.Length(1, 64))


class RefreshIn(Schema):
    """The newest refresh token."""

    refresh_token = fields.String(required=True, validate=validate.Length(1, 256))


class AccessOut(Schema):
    """An access token; `expires_in` counts seconds."""

    access_token = fields.String()
    token_type = fields.Constant("Bearer")
    expires_in = fields.Integer()


class TokensOut(AccessOut):
    """A pair of tokens."""

    refresh_token = fields.String()


class DeviceIn(Schema):
    """A device to be enrolled, with its public keys in hex."""

    name = fields.String(required=True, validate=[validate.Length(1, 64), STORABLE])
    platform = fields.String(load_default="", validate=[validate.Length(max=64), STORABLE])
    signing_key = fields.String(required=True, validate=validate.Length(equal=64))
    sealing_key = fields.String(required=True, validate=validate.Length(equal=64))


class RoleOut(Schema):
    """A role within an area."""

    role = fields.String()
    area_code = fields.String()


class StaffOut(Schema):
    """Whose device it is."""

    id = fields.String()
    username = fields.String()
    display_name = fields.String()
    roles = fields.List(fields.Nested(RoleOut))


class DeviceOut(Schema):
    """What a device keeps from its enrolment."""

    device_id = fields.String()
    installation = fields.Integer()
    receipt_key = fields.String()
    sealing_key = fields.String()
    lease_days = fields.Integer()
    lease = fields.Dict()
    staff = fields.Nested(StaffOut)


class ChallengeOut(Schema):
    """Something fresh to sign."""

    challenge = fields.String()


class ProofIn(Schema):
    """A challenge and the device key's signature over it, in hex."""

    challenge = fields.String(required=True, validate=validate.Length(1, 1024))
    signature = fields.String(required=True, validate=validate.Length(equal=128))
