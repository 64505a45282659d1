"""Visits: the review queue, one visit whole, its photos, and the reviewer's word."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from server.api import cursors
from server.api.context import current_actor, now
from server.api.schemas.visits import QueueIn, ReviewIn, ReviewOut, VisitOut, VisitPageOut
from server.domain.errors import NotFound
from server.queries import visits
from server.services import looks, photos, reviews
from server.transaction import parts, reading, transact
from sync.canonical import instant

blueprint = Blueprint("visits", __name__, url_prefix="/api/v1/visits", description="走访与审核")


@blueprint.get("")
@blueprint.arguments(QueueIn, location="query")
@blueprint.response(200, VisitPageOut)
def queue(asked: dict[str, Any]) -> dict[str, Any]:
    """List visits by review state, or also by what judging their answers again found.

    Open ones come longest waiting first, decided ones newest first.
    """
    after = cursors.unpack_moment(asked["cursor"])
    wanted = {name: asked[name] for name in ("state", "form_verdict", "limit")}
    rows = visits.queue(reading(), current_actor(), **wanted, after=after)
    last = rows[-1] if len(rows) == asked["limit"] else None
    return {"items": rows, "cursor": cursors.pack(instant(last.sealed_at), last.id) if last else None}


@blueprint.get("/<visit_id>")
@blueprint.response(200, VisitOut)
def one(visit_id: str) -> dict[str, Any]:
    """Read a visit whole; the look is logged."""
    actor = current_actor()
    dossier = transact(lambda ledger: looks.visit(ledger.session, parts().vault, actor, visit_id, now=now()))
    return {
        "id": visit_id,
        "revision": dossier.revision,
        "review_state": dossier.visit.review_state,
        "verdict": dossier.visit.verdict,
        "form_verdict": str((dossier.amendments or [dossier.fields])[-1].get("form_verdict") or ""),
        "visit": dossier.fields,
        "answers": dossier.answers,
        "amendments": dossier.amendments,
        "reviews": dossier.reviews,
        "receipts": dossier.receipts,
        "blobs_missing": dossier.blobs_missing,
        "face_rechecks": list(dossier.face_rechecks.values()),
    }


@blueprint.get("/<visit_id>/blobs/<sha256>")
@blueprint.response(200, content_type="image/jpeg")
def blob(visit_id: str, sha256: str) -> Response:
    """Give a photo or signature of a visit; the look is logged."""
    actor = current_actor()
    opened = transact(
        lambda ledger: photos.open_photo(ledger.session, parts().blobs, actor, visit_id, sha256, now=now())
    )
    if opened is None:
        raise NotFound("照片还没有到")
    return Response(opened.pieces, mimetype=opened.media_type, headers=photos.HEADERS)


@blueprint.post("/<visit_id>/reviews")
@blueprint.arguments(ReviewIn)
@blueprint.response(201, ReviewOut)
def review(asked: dict[str, Any], visit_id: str) -> dict[str, str]:
    """Approve, return with pinned comments, or refuse the revision that was seen."""
    actor = current_actor()
    comments = [reviews.Comment(one["target"]["kind"], one["target"]["ref"], one["text"]) for one in asked["comments"]]
    review_id = transact(
        lambda ledger: reviews.decide(
            ledger,
            actor,
            visit_id,
            verdict=asked["verdict"],
            reason=asked["reason"],
            comments=comments,
            seen_revision=asked["seen_revision"],
            now=now(),
        )
    )
    return {"id": review_id, "verdict": asked["verdict"]}
