"""The end of a visit: what is missing, all answers once more, the seal, and what happens next."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import sealing, visit_view, visits
from field_client.web import words, work
from field_client.web.desk import desk, store
from field_client.web.work import Work

blueprint = Blueprint("sealing", __name__, url_prefix="/visits/<visit_id>")

_PLACES = {
    "visit.identity_missing": "identification.listed",
    "amendment.empty": "visits.one",
    "visit.mode_unknown": "visits.one",
}


@blueprint.get("/end")
def end(visit_id: str) -> str:
    """List what is missing as links, and show all answers."""
    loaded = work.load(visit_id)
    found = sealing.check(store(), desk().clock, visit_id)
    return render_template(
        "visits/end.html",
        work=loaded,
        ready=found["ready"],
        missing=[_missing(loaded, one) for one in found["missing"]],
        questions=[_question(loaded, one) for one in found["questions"]],
        section_key=work.section_key,
    )


@blueprint.post("/remarks")
def remark(visit_id: str) -> Response:
    """Keep the worker's remarks, or the reason of an amendment."""
    _keep_remarks(visit_id)
    flash("已保存。", "done")
    return redirect(url_for("sealing.end", visit_id=visit_id), 303)


@blueprint.post("/seal")
def seal(visit_id: str) -> Response:
    """Seal, and send at once if there is a connection. Without the tick the page asks for it."""
    _keep_remarks(visit_id)
    if request.form.get("sure") != "yes":
        flash("请先勾选“已核对”，再签封。", "error")
        return redirect(url_for("sealing.end", visit_id=visit_id), 303)
    sealed = sealing.seal(store(), desk().clock, desk().device, visit_id)
    desk().courier.send()
    return redirect(url_for("sealing.after", visit_id=sealed["id"]), 303)


@blueprint.get("/sealed")
def after(visit_id: str) -> str:
    """Tell what happens next."""
    return render_template("visits/after.html", visit=visit_view.show(store(), desk().device, visit_id))


def _keep_remarks(visit_id: str) -> None:
    if "remarks" in request.form:
        visits.remark(store(), desk().clock, visit_id, request.form["remarks"].strip())


def _missing(loaded: Work, one: dict[str, str]) -> dict[str, str]:
    page = _PLACES.get(one["code"], "signatures.listed")
    return {"text": words.MISSING.get(one["code"], one["message"]), "url": url_for(page, visit_id=loaded.id)}


def _question(loaded: Work, one: dict[str, Any]) -> dict[str, str]:
    section = loaded.section_of(one["path"])
    text = f"{one['label']}：{one['message']}"
    if section is None:
        return {"text": text, "url": url_for("visits.one", visit_id=loaded.id)}
    key, place = work.section_key(section), work.anchor(one["path"])
    return {"text": text, "url": url_for("answers.section", visit_id=loaded.id, key=key, check=1, _anchor=place)}
