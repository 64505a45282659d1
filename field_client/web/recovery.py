"""恢复上次内容？ After the program was cut off the first page offers the way back to where the worker was."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from field_client import recovery
from field_client.recovery import Place
from field_client.web.desk import desk, store

blueprint = Blueprint("recovery", __name__, url_prefix="/recovery")


def add_to(app: Flask) -> None:
    """Remember after each deed on a visit's page which page that was."""
    app.after_request(_remember)


def offer() -> Place | None:
    """Give where the worker was when the program was cut off, until they have chosen."""
    return recovery.interrupted(store()) if desk().was_cut else None


@blueprint.get("")
def go_on() -> Response:
    """Go back to where the worker was."""
    place = offer()
    desk().was_cut = False
    return redirect(place.path if place else url_for("home.start"))


@blueprint.post("/later")
def later() -> Response:
    """Ask no more; the draft stays among the drafts."""
    desk().was_cut = False
    return redirect(url_for("home.start"), 303)


def _remember(response: Response) -> Response:
    visit_id, came_from = (request.view_args or {}).get("visit_id"), urlsplit(request.referrer or "")
    is_saved = request.method == "POST" and response.status_code < 400
    if visit_id and is_saved and came_from.netloc == request.host and came_from.path.startswith("/visits/"):
        recovery.remember(store(), visit_id, came_from.path)
    return response
