"""The office's second look at one comparison of faces; the photographs come and go with the request."""

from flask import request
from flask_smorest import Blueprint

from server.api import compression
from server.api.context import current_actor, now
from server.api.schemas.visits import FaceRecheckOut
from server.domain.errors import FaceRecheckOff
from server.models.visit import FaceRecheck
from server.services import face_rechecks
from server.transaction import parts, reading, transact

blueprint = Blueprint(
    "face_rechecks", __name__, url_prefix="/api/v1/visits/<visit_id>/face-rechecks", description="人脸复核 (默认关闭)"
)


@blueprint.post("/<entry_id>")
@blueprint.doc(
    requestBody={"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
)
@blueprint.response(200, FaceRecheckOut)
def look(visit_id: str, entry_id: str) -> FaceRecheck:
    """Compare again from the photographs, sealed to the office by the device; asked again, the answer is the same."""
    if not parts().settings.face_recheck:
        raise FaceRecheckOff
    actor, vault = current_actor(), parts().vault
    asked = face_rechecks.asked(reading(), vault, actor, visit_id, entry_id)
    known = reading().get(FaceRecheck, (visit_id, entry_id))
    if known is not None:
        return known
    sealed = compression.body(request, limit_bytes=parts().settings.upload_limit_bytes)
    reading().rollback()  # The look takes a second; no transaction, and no connection, is kept for it.
    found = face_rechecks.look(asked, sealed, vault, parts().settings.data_dir)
    return transact(lambda ledger: face_rechecks.note(ledger, actor, asked, found, now=now()))
