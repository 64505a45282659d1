"""What is needed seldom: the check before a trip, receipts, the PIN, letters, and the file for whoever helps."""

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field_client import preflight, support
from field_client.errors import FieldError
from field_client.web import problems
from field_client.web.desk import desk, store

blueprint = Blueprint("more", __name__, url_prefix="/more")

FEEDBACK_LIMIT = 2000  # characters


@blueprint.get("")
def listed() -> str:
    """List the pages."""
    return render_template("more/list.html")


@blueprint.get("/preflight")
def before_a_trip() -> str:
    """Show what has to be on the device while there is still a network."""
    found = preflight.check(store(), desk().device, desk().clock)
    return render_template("more/preflight.html", findings=found, ok=all(one["ok"] for one in found))


@blueprint.get("/settings")
def settings() -> str:
    """Show what the worker may choose."""
    return render_template("more/settings.html")


@blueprint.post("/settings/pin")
def change_pin() -> AnyResponse | tuple[str, int]:
    """Change the PIN; the one that holds is asked for."""
    given = {name: request.form.get(name, "") for name in ("current", "new", "again")}
    try:
        if given["new"] != given["again"]:
            raise FieldError("pin.differs")
        desk().change_pin(given["current"], given["new"])
    except FieldError as refusal:
        return render_template("more/settings.html", refusal=problems.sentence(refusal)), 422
    flash("PIN 已更换。", "done")
    return redirect(url_for("more.settings"), 303)


@blueprint.get("/feedback")
def feedback() -> str:
    """Ask what is wrong, or what is wished for."""
    return render_template("more/feedback.html", limit=FEEDBACK_LIMIT)


@blueprint.post("/feedback")
def feedback_file() -> Response:
    """Give the worker's words with the state of this device as a file to hand on; nothing of it is kept or sent."""
    told: dict[str, Any] = {"feedback": request.form.get("text", "").strip()[:FEEDBACK_LIMIT]}
    told |= support.report(store(), desk().device, desk().clock)
    text = json.dumps(told, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="feedback.json"'}
    return Response(text, mimetype="application/json", headers=headers)
