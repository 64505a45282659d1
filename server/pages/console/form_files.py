"""The pictures and recordings beside the questions of a form: no case is in them, so whoever may open the console sees them."""

from flask import Response, request
from werkzeug.wrappers import Response as Answer

from server.pages.console.door import blueprint
from server.queries import forms
from server.services.photos import HEADERS
from server.transaction import parts, reading


@blueprint.get("/forms/files/<sha256>")
def form_file(sha256: str) -> Answer:
    """Give a file that a form brought along, or the part of it that a player asks for."""
    found = forms.file(reading(), parts().vault, sha256)
    given = Response(found.content, mimetype=found.media_type, headers=HEADERS)
    return given.make_conditional(request, accept_ranges=True, complete_length=len(found.content))
