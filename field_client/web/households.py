"""Households: the list, the search, and one household with its people, its aid and its visits."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import drafts, households, overlay, search, survey, visit_view, visits
from field_client.errors import FieldError
from field_client.web import problems
from field_client.web.desk import desk, store

blueprint = Blueprint("households", __name__, url_prefix="/households")

PER_PAGE = 50


@blueprint.get("")
def listed() -> str:
    """List the households page by page, or those that fit a few characters; `part` gives the results alone."""
    text = request.args.get("q", "").strip()
    found = _searched(text) if text else _page_of_all()
    template = "households/results.html" if request.args.get("part") else "households/list.html"
    return render_template(template, q=text, areas=_villages(), **found)


@blueprint.get("/<household_id>")
def one(household_id: str) -> str:
    """Show a household."""
    return render_template(
        "households/one.html",
        household=households.show(store(), household_id),
        drafts=[draft for draft in _drafts() if draft.document["household_id"] == household_id],
        history=_history(household_id),
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
    ours = [draft for draft in _drafts() if draft.document["household_id"] == household_id]
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
    found = households.all_households(store(), area=area)
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    return {
        "lines": found[(page - 1) * PER_PAGE : page * PER_PAGE],
        "total": len(found),
        "page": page,
        "pages": pages,
        "area": area,
    }


def _villages() -> list[tuple[str, str]]:
    """Name the villages that this device holds, by code."""
    names = {one.fields.get("code"): one.fields.get("name") for one in overlay.all_of(store(), "area")}
    held = store().rows("SELECT DISTINCT bucket FROM records WHERE type = 'household' ORDER BY bucket")
    return [(row["bucket"], str(names.get(row["bucket"]) or row["bucket"])) for row in held]


def _drafts() -> list[drafts.Draft]:
    return [draft for draft in drafts.all_drafts(store()) if not draft.is_amendment]


def _history(household_id: str) -> list[dict[str, Any]]:
    """List the sealed visits to a household, whoever made them, the newest first."""
    sealed = [one.id for one in overlay.all_of(store(), "visit", household_id=household_id)]
    lines = [visit_view.show(store(), desk().device, id) for id in sealed]
    return sorted(lines, key=lambda line: line["started_at"], reverse=True)
