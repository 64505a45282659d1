"""Devices as the office reads them, and what a lost one says."""

from marshmallow import Schema, fields, validate


class DeviceRowOut(Schema):
    """A device, whose it is, and how far a lost one's farewell is."""

    id = fields.String()
    name = fields.String()
    staff = fields.String()
    state = fields.String()
    enrolled_at = fields.AwareDateTime()
    last_seen_at = fields.AwareDateTime(allow_none=True)
    revoked_at = fields.AwareDateTime(allow_none=True)
    wipe_asked_at = fields.AwareDateTime(allow_none=True)
    wipe_reason = fields.String(allow_none=True)
    salvaged_at = fields.AwareDateTime(allow_none=True)
    wiped_at = fields.AwareDateTime(allow_none=True)
    salvage_pieces = fields.Integer()
    salvage_bytes = fields.Integer()


class WipeIn(Schema):
    """Why a device is to be wiped."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class FarewellOut(Schema):
    """The signed order, a token for handing over, and the names of what is here."""

    token = fields.String()
    order = fields.Dict()
    have = fields.List(fields.String())


class SalvagedOut(Schema):
    """The office's signature under what it holds of the device."""

    signature = fields.String()


class SalvagedIn(Schema):
    """Everything that was handed over, by name, and the key that will sign the wipe."""

    names = fields.List(fields.String(validate=validate.Length(equal=64)), required=True)
    farewell_key = fields.String(required=True, validate=validate.Length(equal=64))


class WipedIn(Schema):
    """The device's word that it is wiped."""

    signature = fields.String(required=True, validate=validate.Length(equal=128))
