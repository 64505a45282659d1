"""The survey form's pages: one for each section, saved at each change by script and as a whole without."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import visits
from field_client.errors import FieldError
from field_client.web import fields, work
from field_client.web.desk import desk, store
from field_client.web.work import Work
from forms import ShownSection

blueprint = Blueprint("answers", __name__, url_prefix="/visits/<visit_id>")

Refused = Mapping[str, tuple[str, str]]


@blueprint.get("/sections/<path:key>")
def section(visit_id: str, key: str) -> str:
    """Show a section; `check` in the address tells missing answers as errors."""
    loaded = work.load(visit_id)
    return _page(loaded, _section(loaded, key), {}, strict="check" in request.args)


@blueprint.post("/sections/<path:key>")
def save(visit_id: str, key: str) -> Response | tuple[str, int]:
    """Save a whole section, each answer by itself, and go where the pressed button leads."""
    loaded = work.load(visit_id)
    asked = _section(loaded, key)
    refused = _save(loaded, asked)
    loaded = work.load(visit_id)
    if refused:
        return _page(loaded, _section(loaded, key), refused, strict=False), 422
    return redirect(_next(loaded, key, request.form.get("go", "next")), 303)


@blueprint.post("/answers")
def save_one(visit_id: str) -> Response:
    """Save one answer for a script, and say how its section looks now."""
    path, key = request.form.get("path", ""), request.form.get("section", "")
    refused: dict[str, tuple[str, str]] = {}
    try:
        visits.answer(store(), desk().clock, visit_id, {path: request.form.get("text", "")})
    except FieldError as refusal:
        if refusal.code != "answer.refused":
            raise
        refused[path] = (request.form.get("text", ""), refusal.details["message"])
    loaded = work.load(visit_id)
    return jsonify(saved=not refused, questions=_states(loaded, _section(loaded, key), refused))


def _section(loaded: Work, key: str) -> ShownSection:
    found = loaded.section(key)
    if found is None:
        abort(404)
    return found


def _save(loaded: Work, asked: ShownSection) -> Refused:
    """Keep what differs from what stands; gives what was refused, with the text as it was typed."""
    wanted = {
        question.path: fields.typed(question, request.form)
        for question in asked.questions
        if fields.is_asked(question) and fields.typed(question, request.form) != fields.text_of(question)
    }
    if asked.count is not None and request.form.get(asked.path, "") != str(asked.count):
        wanted[asked.path] = request.form.get(asked.path, "")
    refused: dict[str, tuple[str, str]] = {}
    for path, text in wanted.items():
        try:
            visits.answer(store(), desk().clock, loaded.id, {path: text})
        except FieldError as refusal:
            if refusal.code != "answer.refused":
                raise
            refused[path] = (text, refusal.details["message"])
    return refused


def _page(loaded: Work, shown: ShownSection, refused: Refused, *, strict: bool) -> str:
    keys = [work.section_key(one) for one in loaded.sections]
    return render_template(
        "visits/section.html",
        work=loaded,
        section=shown,
        key=work.section_key(shown),
        number=keys.index(work.section_key(shown)) + 1,
        fields=_fields(loaded, shown, refused, strict=strict),
        count_error=refused.get(shown.path, ("", ""))[1],
        anchor=work.anchor,
    )


def _fields(loaded: Work, shown: ShownSection, refused: Refused, *, strict: bool) -> list[fields.Field]:
    return [
        fields.field(one, comments=loaded.pinned("answer", one.path), strict=strict, refused=refused)
        for one in shown.questions
        if one.type != "hidden" and (one.label or one.type != "calculate")
    ]


def _states(loaded: Work, shown: ShownSection, refused: Refused) -> list[dict[str, Any]]:
    return [
        {
            "id": work.anchor(one.question.path),
            "relevant": one.question.relevant,
            "label": one.question.label,
            "shown": one.question.display,
            "error": one.error,
            "choices": [choice.name for choice in one.question.choices],
        }
        for one in _fields(loaded, shown, refused, strict=False)
    ]


def _next(loaded: Work, key: str, wish: str) -> str:
    """Give the page before or after a section; after the last come the photos."""
    keys = [work.section_key(one) for one in loaded.sections]
    at = keys.index(key) + (-1 if wish == "previous" else 1)
    if wish == "overview" or at < 0:
        return url_for("visits.one", visit_id=loaded.id)
    if at >= len(keys):
        return url_for("photos.listed", visit_id=loaded.id)
    return url_for("answers.section", visit_id=loaded.id, key=keys[at])
