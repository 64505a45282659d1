"""Leads: the list with what became of each, and one page to file a new one, photo and place included."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import drafts, duplicates, leads, visits
from field_client.errors import FieldError
from field_client.web import problems
from field_client.web.desk import desk, store
from sync.records.terms import LEAD_HARDSHIPS, LEAD_SOURCES, LEAD_URGENCIES

blueprint = Blueprint("leads", __name__, url_prefix="/leads")


@blueprint.get("")
def listed() -> str:
    """List what this user reported, and what they are sent to."""
    return render_template("leads/list.html", lines=leads.mine(store(), desk().device))


@blueprint.get("/new")
def begin() -> str:
    """Show the empty report."""
    return _page({"id": drafts.fresh_id(desk().clock)}, "")


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """File the report; pressing twice files one. What is refused comes back with what was typed."""
    try:
        lead = leads.add(store(), desk().clock, desk().device, _report(), lead_id=request.form.get("id", ""))
    except FieldError as refusal:
        return _page(request.form, problems.sentence(refusal)), 422
    flash("已报告，存在本机。连上网自动上传，处理结果会显示在这里。", "done")
    return redirect(url_for("leads.one", lead_id=lead), 303)


@blueprint.get("/<lead_id>")
def one(lead_id: str) -> str:
    """Show a lead, what became of it, and the households that it may be about."""
    lead = leads.show(store(), desk().device, lead_id)
    alike = duplicates.of_report(store(), lead["who"], lead["where"])
    return render_template("leads/one.html", lead=lead, alike=alike)


def _page(typed: Any, refused: str) -> str:
    chosen = typed.getlist("hardship") if hasattr(typed, "getlist") else ()
    return render_template(
        "leads/new.html",
        typed=typed,
        chosen=chosen,
        refused=refused,
        villages=leads.villages(store()),
        hardships=LEAD_HARDSHIPS,
        urgencies=LEAD_URGENCIES,
        sources=LEAD_SOURCES,
    )


def _report() -> leads.Report:
    form = request.form
    given = {name: form.get(name, "").strip() for name in ("village", "who", "where", "details", "phone")}
    return leads.Report(
        **given,
        hardships=tuple(form.getlist("hardship")),
        urgency=form.get("urgency", ""),
        source=form.get("source", ""),
        photos=tuple(_photos()),
        point=_point(),
    )


def _photos() -> list[leads.Photo]:
    found = [(field, file.read()) for field in ("camera", "album") for file in request.files.getlist(field)]
    return [leads.Photo(content, imported=field == "album") for field, content in found if content]


def _point() -> visits.Place | None:
    """Read the point that the button measured; it is never typed here."""
    latitude, longitude, accuracy = (request.form.get(name, "") for name in ("latitude", "longitude", "accuracy"))
    if not latitude or not longitude:
        return None
    metres = accuracy.partition(".")[0]
    return visits.Place(latitude, longitude, int(metres) if metres.isdecimal() else -1)
