"""How a worker likes to read: larger, and forms in another language. It lasts as long as the browser is let in."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


@blueprint.post("")
def choose() -> Response:
    """Keep a choice and go back to the page on which it was made."""
    if "larger" in request.form:
        session["larger"] = request.form["larger"] == "yes"
    if "language" in request.form:
        session["language"] = request.form["language"]
    came_from = urlsplit(request.referrer or "")
    is_ours = came_from.netloc == request.host
    return redirect(came_from.path if is_ours and came_from.path else url_for("home.start"), 303)
