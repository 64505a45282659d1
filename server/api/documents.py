"""Documents as PDF: the letters of an application, the sheet of a visit."""

from flask import Response
from flask_smorest import Blueprint, abort

from server.api.context import current_actor
from server.documents.papers import PAPERS
from server.printing import printed

blueprint = Blueprint("documents", __name__, url_prefix="/api/v1/documents", description="文书")


@blueprint.get("/<kind>/<subject_id>")
@blueprint.response(200, content_type="application/pdf")
def document(kind: str, subject_id: str) -> Response:
    """Make a document of an application or a visit; that it was made is logged. Its file name tells nothing of a person."""
    if kind not in PAPERS:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.pdf"', "Cache-Control": "private, no-store"}
    return Response(printed(current_actor(), kind, subject_id), mimetype="application/pdf", headers=headers)
