"""The one point of a visit: measured by a button, typed by hand, or left out; it never blocks."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import visits
from field_client.web import work
from field_client.web.desk import desk, store

blueprint = Blueprint("place", __name__, url_prefix="/visits/<visit_id>/place")


@blueprint.get("")
def shown(visit_id: str) -> str:
    """Show the point and the button."""
    return render_template("visits/place.html", work=work.load(visit_id))


@blueprint.post("")
def save(visit_id: str) -> Response:
    """Keep a point."""
    accuracy = request.form.get("accuracy", "").partition(".")[0]
    point = visits.Place(
        request.form.get("latitude", ""),
        request.form.get("longitude", ""),
        int(accuracy) if accuracy.isdecimal() else -1,  # What is no number of metres is refused like a negative one.
        source="device" if request.form.get("source") == "device" else "typed",
    )
    visits.place(store(), desk().clock, visit_id, point)
    flash("位置已记录。", "done")
    return redirect(url_for("place.shown", visit_id=visit_id), 303)
