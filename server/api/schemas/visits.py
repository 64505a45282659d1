"""Visits and reviews, as the office reads and writes them."""

from marshmallow import Schema, fields, validate

from server.api.schemas.households import PageIn
from server.queries.visits import STATES
from server.services.form_check import FORM_VERDICTS
from server.services.reviews import TARGETS, VERDICTS


class QueueIn(PageIn):
    """Which part of the review queue."""

    state = fields.String(load_default="pending", validate=validate.OneOf(STATES))
    form_verdict = fields.String(load_default="", validate=validate.OneOf(("", *FORM_VERDICTS)))


class VisitRowOut(Schema):
    """A visit in a list."""

    id = fields.String()
    household_id = fields.String()
    area_code = fields.String(attribute="bucket")
    kind = fields.String()
    sealed_at = fields.AwareDateTime()
    review_state = fields.String()
    verdict = fields.String()
    form_verdict = fields.String(allow_none=True)


class VisitPageOut(Schema):
    """A page of visits; `cursor` is null on the last one."""

    items = fields.List(fields.Nested(VisitRowOut))
    cursor = fields.String(allow_none=True)


class FaceRecheckOut(Schema):
    """What the office's second look at a comparison found; `reasons` are codes of why a person should look."""

    entry_id = fields.String()
    needs_review = fields.Boolean()
    reasons = fields.Function(lambda found: found.reasons.split())
    at = fields.AwareDateTime()


class VisitOut(Schema):
    """A visit with all its revisions, reviews and receipts; `visit` is what was sealed, never overwritten."""

    id = fields.String()
    revision = fields.Integer()
    review_state = fields.String()
    verdict = fields.String()
    form_verdict = fields.String()  # whether the office judges the answers as the device did: see form_check
    visit = fields.Dict()
    answers = fields.Dict()
    amendments = fields.List(fields.Dict())
    reviews = fields.List(fields.Dict())
    receipts = fields.List(fields.Dict())
    blobs_missing = fields.List(fields.String())
    face_rechecks = fields.List(fields.Nested(FaceRecheckOut))


class TargetIn(Schema):
    """Where a comment is pinned: an answer's path, a photo's hash, a section's name, or the whole visit."""

    kind = fields.String(required=True, validate=validate.OneOf(TARGETS))
    ref = fields.String(load_default="", validate=validate.Length(max=128))


class CommentIn(Schema):
    """A pinned comment."""

    target = fields.Nested(TargetIn, required=True)
    text = fields.String(required=True, validate=validate.Length(1, 2000))


class ReviewIn(Schema):
    """A verdict on the revision that the reviewer saw."""

    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    reason = fields.String(load_default="", validate=validate.Length(max=4000))
    comments = fields.List(fields.Nested(CommentIn), load_default=list)
    seen_revision = fields.Integer(required=True, validate=validate.Range(min=1))


class ReviewOut(Schema):
    """The review that was written."""

    id = fields.String()
    verdict = fields.String()
