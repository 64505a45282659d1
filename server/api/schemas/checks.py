"""Checks of means as clients write and read them: what each source said for who may see it, a summary for the applicant."""

from marshmallow import Schema, fields, validate

from server.api.schemas.intakes import BlobHash


class LimitIn(Schema):
    """How many rows."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class AnswerIn(Schema):
    """The conclusion of a check; without a day it holds as long as what it rests on."""

    result = fields.String(required=True, validate=validate.OneOf(("clear", "negative")))
    detail = fields.String(load_default="", validate=validate.Length(max=4000))
    valid_to = fields.Date(load_default=None)


class DoubtIn(Schema):
    """What is doubtful in a source's data, and a paper that shows it."""

    grounds = fields.String(required=True, validate=validate.Length(1, 2000))
    paper = BlobHash(load_default="")


class InquiryRoundOut(Schema):
    """What a round with the departments did; faults by their code."""

    done = fields.Integer()
    waiting = fields.Integer()
    faults = fields.Dict(keys=fields.String(), values=fields.Integer())
    by_source = fields.Dict(keys=fields.String(), values=fields.Integer())


class FoundOut(Schema):
    """One thing that a source said of a person; amounts in fen, days in ISO form."""

    kind = fields.String()
    person_id = fields.String()
    values = fields.Dict()


class ReportOut(Schema):
    """A source's part: how it stands, by which clause it was asked, until when its answer holds and is kept."""

    id = fields.String()
    source = fields.String()
    round = fields.Integer()
    connector = fields.String()
    state = fields.String()
    basis = fields.String()
    fault = fields.String(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    queried_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    dispose_on = fields.Date(allow_none=True)
    disposed_at = fields.AwareDateTime(allow_none=True)


class PartOut(Schema):
    """A source's part with what it said."""

    report = fields.Nested(ReportOut)
    found = fields.List(fields.Nested(FoundOut))


class DisputeOut(Schema):
    """A doubt about a source's data: by when the source answers, and what came of it."""

    id = fields.String()
    report_id = fields.String()
    renewed_id = fields.String(allow_none=True)
    due_on = fields.Date()
    clause = fields.String()
    outcome = fields.String(allow_none=True)
    at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)


class UseOut(Schema):
    """A line of the use log."""

    at = fields.AwareDateTime()
    deed = fields.String()
    source = fields.String(allow_none=True)
    staff_id = fields.String()
    asked_by = fields.String()
    purpose = fields.String()
    basis = fields.String()
    keep_until = fields.Date()


class CheckOut(Schema):
    """A check of means: how it stands, and until when it holds."""

    id = fields.String()
    application_id = fields.String()
    purpose = fields.String()
    basis = fields.String()
    state = fields.String()
    result = fields.String(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    told_at = fields.AwareDateTime(allow_none=True)


class CheckFileOut(Schema):
    """A check whole, for who may see a household's means."""

    check = fields.Nested(CheckOut)
    parts = fields.List(fields.Nested(PartOut))
    disputes = fields.List(fields.Nested(DisputeOut))
    uses = fields.List(fields.Nested(UseOut))


class SummaryLineOut(Schema):
    """What the applicant is told of a source."""

    source = fields.String()
    department = fields.String()
    state = fields.String()
    found = fields.Dict(keys=fields.String(), values=fields.Integer())
    valid_to = fields.Date(allow_none=True)


class CheckSummaryOut(Schema):
    """What the applicant is told of a check: kinds and numbers, no value."""

    check = fields.Nested(CheckOut)
    lines = fields.List(fields.Nested(SummaryLineOut))
