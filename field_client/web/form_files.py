"""The pictures and recordings beside the questions of a form."""

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from field_client import form_files
from field_client.web.desk import store

blueprint = Blueprint("form_files", __name__, url_prefix="/forms/files")


@blueprint.get("/<sha256>")
def whole(sha256: str) -> Answer:
    """Give a file that a form brought along, or the part of it that a player asks for."""
    found = form_files.read(store(), sha256)
    if found is None:
        abort(404)
    given = Response(found.content, mimetype=found.media_type)
    return given.make_conditional(request, accept_ranges=True, complete_length=len(found.content))
