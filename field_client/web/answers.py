"""The survey form's pages: one for each section or for each question, saved at each change by script and as a whole without."""

from collections.abc import Mapping

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import form_view, repeats, visits
from field_client.errors import FieldError
from field_client.web import fields, known, work
from field_client.web.desk import desk, store
from field_client.web.work import Work
from forms import ShownQuestion, ShownSection

blueprint = Blueprint("answers", __name__, url_prefix="/visits/<visit_id>")

Refused = Mapping[str, tuple[str, str]]
ALL = -1  # The number of the page where a section is one page.


@blueprint.get("/sections/<path:key>")
def section(visit_id: str, key: str) -> str:
    """Show a section; `check` in the address tells missing answers as errors."""
    loaded = work.load(visit_id)
    shown = _section(loaded, key)
    return _page(loaded, shown, _number(loaded, shown), {}, strict="check" in request.args)


@blueprint.post("/sections/<path:key>")
def save(visit_id: str, key: str) -> Response | tuple[str, int]:
    """Save what the page asks, each answer by itself, and go where the pressed button leads."""
    loaded = work.load(visit_id)
    shown = _section(loaded, key)
    number = _number(loaded, shown)
    refused = _save(loaded, shown, _questions(loaded, shown, number))
    go = request.form.get("go", "next")
    if request.form.get("keep"):
        visits.keep(store(), desk().clock, visit_id, [request.form["keep"]])
    elif go == "keep":
        form_view.keep(store(), desk().clock, visit_id, section=shown.path)
    loaded = work.load(visit_id)
    if refused:
        return _page(loaded, _section(loaded, key), number, refused, strict=False), 422
    if request.form.get("keep") or go == "keep":
        place = work.anchor(request.form["keep"]) if request.form.get("keep") else None
        return redirect(url_for("answers.section", visit_id=visit_id, key=key, page=_told(number), _anchor=place), 303)
    return redirect(_next(loaded, key, number, go), 303)


@blueprint.post("/answers")
def save_one(visit_id: str) -> Response:
    """Save one answer for a script, and give the questions of its page that look otherwise now, or `all` of them."""
    path, key, text = (request.form.get(name, "") for name in ("path", "section", "text"))
    before = work.load(visit_id, key=key)
    number = _number(before, _section(before, key))
    refused: dict[str, tuple[str, str]] = {}
    _answer(visit_id, path, text, refused)
    after = work.load(visit_id, key=key)
    old = _places(before, _section(before, key), number, {})
    new = _places(after, _section(after, key), number, refused)
    told = {work.anchor(path), *(new if request.form.get("all") else ())}
    changed = {place: field for place, field in new.items() if field != old.get(place) or place in told}
    return jsonify(saved=not refused, blocks=_blocks(after, changed))


@blueprint.post("/repeats/<path:key>")
def repeat(visit_id: str, key: str) -> Response:
    """Add an instance and go to it, take one out, or put the last one back."""
    deed, number = request.form.get("deed", ""), request.form.get("number", 0, int)
    here = url_for("answers.section", visit_id=visit_id, key=key)
    if deed == "add":
        made = repeats.add(store(), desk().clock, visit_id, key)
        return redirect(url_for("answers.section", visit_id=visit_id, key=f"{key}[{made}]"), 303)
    if deed == "undo":
        repeats.undo(store(), desk().clock, visit_id)
        flash("已恢复。", "done")
    else:
        repeats.remove(store(), desk().clock, visit_id, key, number)
    return redirect(here, 303)


def _section(loaded: Work, key: str) -> ShownSection:
    found = loaded.section(key)
    if found is None:
        abort(404)
    return found


def _answer(visit_id: str, path: str, text: str, refused: dict[str, tuple[str, str]]) -> None:
    """Keep one answer; what is refused is noted with the text as it was typed."""
    try:
        visits.answer(store(), desk().clock, visit_id, {path: text}, language=work.language())
    except FieldError as refusal:
        if refusal.code != "answer.refused":
            raise
        refused[path] = (text, refusal.details["message"])


def _save(loaded: Work, shown: ShownSection, questions: list[ShownQuestion]) -> Refused:
    """Keep what differs from what stands; gives what was refused."""
    wanted = {
        question.path: fields.typed(question, request.form)
        for question in questions
        if fields.is_asked(question) and fields.typed(question, request.form) != fields.text_of(question)
    }
    refused: dict[str, tuple[str, str]] = {}
    for path, text in wanted.items():
        _answer(loaded.id, path, text, refused)
    return refused


def _page(loaded: Work, shown: ShownSection, number: int, refused: Refused, *, strict: bool) -> str:
    keys = [work.section_key(one) for one in loaded.sections]
    key = work.section_key(shown)
    return render_template(
        "visits/repeat.html" if shown.count is not None else "visits/section.html",
        work=loaded,
        section=shown,
        key=key,
        number=keys.index(key) + 1,
        page=_told(number),
        fields=_fields(loaded, _questions(loaded, shown, number), refused, strict=strict),
        instances=known.instances(loaded, shown),
        removed=known.removed(loaded, shown),
        offered=known.offered(loaded, shown),
        anchor=work.anchor,
    )


def _fields(loaded: Work, questions: list[ShownQuestion], refused: Refused, *, strict: bool) -> list[fields.Field]:
    return [
        fields.field(
            one,
            comments=loaded.pinned("answer", one.path),
            strict=strict,
            refused=refused,
            earlier=known.earlier(loaded, one),
        )
        for one in questions
        if fields.is_shown(one)
    ]


def _places(loaded: Work, shown: ShownSection, number: int, refused: Refused) -> dict[str, fields.Field]:
    """Give the questions of a page by the ids of their places."""
    made = _fields(loaded, _questions(loaded, shown, number), refused, strict=False)
    return {work.anchor(one.question.path): one for one in made}


def _blocks(loaded: Work, places: Mapping[str, fields.Field]) -> dict[str, str]:
    """Render questions, each by itself, by the ids of their places."""
    asked = current_app.jinja_env.get_template("visits/field.html").module.asked  # type: ignore[attr-defined]
    return {place: str(asked(one, place, loaded.id, loaded.files)) for place, one in places.items()}


def _pages(loaded: Work, shown: ShownSection) -> list[list[ShownQuestion]]:
    """Divide a section as the form wants it: one page, or a page for each question with the notes before it.

    Questions of a group with the appearance `field-list` stay on one page.
    """
    if loaded.definition.style != "pages":
        return [list(shown.questions)]
    pages: list[list[ShownQuestion]] = [[]]
    for question in shown.questions:
        if pages[-1] and _ends_page(pages[-1][-1], question):
            pages.append([])
        pages[-1].append(question)
    return pages


def _ends_page(last: ShownQuestion, following: ShownQuestion) -> bool:
    return last.together != following.together if last.together else fields.needs_answer(last)


def _questions(loaded: Work, shown: ShownSection, number: int) -> list[ShownQuestion]:
    pages = _pages(loaded, shown)
    return pages[number] if 0 <= number < len(pages) else list(shown.questions)


def _number(loaded: Work, shown: ShownSection) -> int:
    """Read which page of a section is asked for: by its number, by a question on it, or the first that has something."""
    if loaded.definition.style != "pages":
        return ALL
    pages, path = _pages(loaded, shown), request.args.get("question")
    if path:
        return next((at for at, page in enumerate(pages) if any(one.path == path for one in page)), 0)
    given = request.values.get("page", "")
    return min(int(given), len(pages) - 1) if given.isdigit() else _following(pages, -1, 1)


def _following(pages: list[list[ShownQuestion]], number: int, step: int) -> int:
    """Give the next page on which anything is shown, or the end that lies in that direction."""
    number += step
    while 0 <= number < len(pages) and not any(one.relevant and fields.is_shown(one) for one in pages[number]):
        number += step
    return number


def _told(number: int) -> int | None:
    """Write the number of a page into an address: nothing where a section is one page."""
    return None if number == ALL else number


def _next(loaded: Work, key: str, number: int, wish: str) -> str:
    """Give the page before or after, or the same again; after the last come the photos."""
    if wish == "stay":
        return url_for("answers.section", visit_id=loaded.id, key=key, page=_told(number))
    step = -1 if wish == "previous" else 1
    shown = loaded.section(key)
    if number != ALL and shown is not None:
        pages = _pages(loaded, shown)
        following = _following(pages, number, step)
        if 0 <= following < len(pages):
            return url_for("answers.section", visit_id=loaded.id, key=key, page=following)
    keys = [work.section_key(one) for one in loaded.sections]
    at = keys.index(key) + step if key in keys else 0
    if wish == "overview" or at < 0:
        return url_for("visits.one", visit_id=loaded.id)
    if at >= len(keys):
        return url_for("photos.listed", visit_id=loaded.id)
    last = len(_pages(loaded, loaded.sections[at])) - 1 if number != ALL and step < 0 else None
    return url_for("answers.section", visit_id=loaded.id, key=keys[at], page=last)
