"""Intakes as clients write and read them: who asks for help, for which household, what was signed."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from policy.check_sources import sources
from server.services.casework.intake import CHANNELS
from sync.records.fields import HASH


class BlobHash(fields.String):
    """The SHA-256 by which a picture was uploaded."""

    def __init__(self, **more: object) -> None:
        super().__init__(validate=lambda value: value == "" or HASH.holds(value), **more)  # type: ignore[arg-type]


class NewMemberIn(Schema):
    """A member of a household that is not registered yet; birth and sex are read off the id number."""

    name = fields.String(required=True, validate=validate.Length(1, 64))
    relation = fields.String(required=True, validate=validate.Length(1, 64))
    id_number = fields.String(load_default="", validate=validate.Length(max=32))
    birth_date = fields.Date(load_default=None, allow_none=True)
    sex = fields.String(load_default="", validate=validate.OneOf(("", "男", "女")))
    phone = fields.String(load_default="", validate=validate.Length(max=32))


class NewHouseholdIn(Schema):
    """A household that is not registered yet, head first; `applicant` is the applicant's place in the list."""

    address = fields.String(load_default="", validate=validate.Length(max=200))
    phone = fields.String(load_default="", validate=validate.Length(max=32))
    members = fields.List(fields.Nested(NewMemberIn), required=True, validate=validate.Length(1, 30))
    applicant = fields.Integer(load_default=0, validate=validate.Range(min=0))

    @validates_schema
    def _applicant_is_a_member(self, data: dict[str, object], **_: object) -> None:
        members = data.get("members")
        if isinstance(members, list) and int(str(data.get("applicant", 0))) >= len(members):
            raise ValidationError("不是成员", "applicant")


class AgentIn(Schema):
    """Who applies for somebody else, with the entrustment."""

    name = fields.String(required=True, validate=validate.Length(1, 64))
    relation = fields.String(required=True, validate=validate.Length(1, 64))
    phone = fields.String(load_default="", validate=validate.Length(max=32))
    entrustment = BlobHash(required=True)


class IntakeIn(Schema):
    """One asking for help: a registered household with the applicant, or a new one."""

    area_code = fields.String(required=True, validate=validate.Length(equal=12))
    channel = fields.String(load_default="window", validate=validate.OneOf(CHANNELS))
    programmes = fields.List(fields.String(), required=True, validate=validate.Length(1, 30))
    household_id = fields.String(load_default="", validate=validate.Length(max=64))
    applicant_id = fields.String(load_default="", validate=validate.Length(max=64))
    household = fields.Nested(NewHouseholdIn, load_default=None, allow_none=True)
    agent = fields.Nested(AgentIn, load_default=None, allow_none=True)
    emergency_place = fields.String(load_default="", validate=validate.Length(max=200))

    @validates_schema
    def _names_one_household(self, data: dict[str, object], **_: object) -> None:
        if bool(data.get("household")) == bool(data.get("household_id")):
            raise ValidationError("填写已登记的家庭, 或者新登记一户", "household_id")


class OpenedApplicationOut(Schema):
    """An application that an intake opened."""

    id = fields.String()
    programme = fields.String()
    state = fields.String()
    version = fields.Integer()


class IntakeOut(Schema):
    """What an intake opened; `member_ids` in the order in which a new household's members were given."""

    id = fields.String(attribute="intake_id")
    household_id = fields.String()
    member_ids = fields.List(fields.String())
    applications = fields.List(fields.Nested(OpenedApplicationOut))


class AuthorisationIn(Schema):
    """A member's signed authorisation of the check; without its sources and last day it opens no query."""

    person_id = fields.String(required=True, validate=validate.Length(1, 64))
    paper = BlobHash(required=True)
    scope = fields.List(
        fields.String(validate=validate.OneOf(tuple(sources()))), load_default=None, metadata={"description": "来源"}
    )
    valid_to = fields.Date(load_default=None)
    is_obligor = fields.Boolean(load_default=False, metadata={"description": "赡养、抚养、扶养义务人"})


class SignaturesIn(Schema):
    """What was signed; what is left out stays as it is."""

    entrustment = BlobHash(load_default="")
    declaration = BlobHash(load_default="")
    declaration_version = fields.String(load_default="", validate=validate.Length(max=32))
    is_pledged = fields.Boolean(load_default=None, allow_none=True)
    authorisations = fields.List(fields.Nested(AuthorisationIn), load_default=list)


class KinIn(Schema):
    """One close relation to staff or to a member of the village committee."""

    relative_id = fields.String(load_default="", validate=validate.Length(max=64))
    post = fields.String(required=True, validate=validate.Length(1, 64))
    relation = fields.String(required=True, validate=validate.Length(1, 64))


class KinshipIn(Schema):
    """The answer to the question about close kin; an empty list means: none."""

    relations = fields.List(fields.Nested(KinIn), required=True, validate=validate.Length(max=20))


class SubmittedOut(Schema):
    """The applications that were handed in."""

    applications = fields.List(fields.Nested(OpenedApplicationOut))
