"""Households: the list, the search, and one household with its people, its aid and its visits."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import drafts, households, overlay, search, survey, tasks, visit_view, visits
from field_client.errors import FieldError
from field_client.web import problems
from field_client.web.desk import desk, store
from field_client.web.paging import PER_PAGE, paging

blueprint = Blueprint("households", __name__, url_prefix="/households")


@blueprint.get("")
def listed() -> str:
    """List the households page by page."""
    return render_template("households/list.html", q="", **_page_of_all())


@blueprint.post("")
def found() -> str:
    """List the households that fit a few characters; `part` gives the results alone.

    A name, or the end of an id number, is posted: an address would keep it in the browser's history.
    """
    text = request.form.get("q", "").strip()
    template = "households/results.html" if request.form.get("part") else "households/list.html"
    return render_template(template, q=text, **(_searched(text) if text else _page_of_all()))


@blueprint.get("/<household_id>")
def one(household_id: str) -> str:
    """Show a household."""
    found = households.show(store(), household_id)
    return render_template(
        "households/one.html",
        household=found,
        drafts=drafts.of_household(store(), found["id"]),
        tasks=tasks.of_household(store(), found["id"]),
        history=visit_view.of_household(store(), desk().device, found["id"]),
        forms=survey.titles(store()),
    )


@blueprint.post("/visits")
def begin_by_number() -> Response:
    """Begin a visit by the number on the household's papers: what is left when the lease is over."""
    household = households.get(store(), request.form.get("number", "").strip())
    return begin(household.id)


@blueprint.post("/<household_id>/visits")
def begin(household_id: str) -> Response:
    """Begin a visit; one that was begun before is gone on with, so that pressing twice begins one.

    With a form named, that form is filled in beside what was begun.
    """
    kind, form_id = request.form.get("kind") or None, request.form.get("form") or None
    ours = drafts.of_household(store(), household_id)
    begun = next((draft for draft in ours if form_id in (None, draft.document["form"]["id"])), None)
    draft = begun or visits.start(store(), desk().clock, desk().device, household_id, kind=kind, form_id=form_id)
    return redirect(url_for("visits.one", visit_id=draft.id), 303)


def _searched(text: str) -> dict[str, Any]:
    try:
        return {"lines": households.found(store(), text), "limit": search.FIRST_HITS}
    except FieldError as refusal:
        return {"lines": [], "hint": problems.sentence(refusal)}


def _page_of_all() -> dict[str, Any]:
    area = request.args.get("area", "")
    paged = paging(households.count(store(), area=area))
    lines = households.listed(store(), area=area, limit=PER_PAGE, offset=paged.offset)
    return {"lines": lines, "paging": paged, "area": area, "areas": _villages()}


def _villages() -> list[tuple[str, str]]:
    """Name the villages that this device holds, by code."""
    names = {one.fields.get("code"): one.fields.get("name") for one in overlay.all_of(store(), "area")}
    return [(code, str(names.get(code) or code)) for code in households.villages(store())]
