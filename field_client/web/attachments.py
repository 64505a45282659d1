"""The page that answers a question with a file: a photo, a signature, a recording, a paper."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from field_client import attachments, messages, visits
from field_client.web import fields, work
from field_client.web.desk import desk, store
from field_client.web.work import Work
from forms import ShownQuestion
from forms.answers import UPLOADED
from forms.messages import SIGNATURE_LOOK

blueprint = Blueprint("attachments", __name__, url_prefix="/visits/<visit_id>/attachments")

DEEDS = {"image": "photograph", "audio": "record", "file": "choose"}
INPUTS = ("image", "camera", "album")


@blueprint.get("")
def shown(visit_id: str) -> str:
    """Show the buttons that bring the file that a question asks for."""
    loaded = work.load(visit_id)
    question = _question(loaded)
    return render_template(
        "visits/attach.html",
        work=loaded,
        question=question,
        deed="sign" if SIGNATURE_LOOK in question.appearance else DEEDS[question.type],
        limit=attachments.MAX_BYTES >> 20,
        back=_back(loaded, question),
    )


@blueprint.post("")
def add(visit_id: str) -> Response:
    """Keep the file as the answer, or take the answer away; the file stays with the visit."""
    loaded = work.load(visit_id)
    question = _question(loaded)
    if request.form.get("remove"):
        visits.answer(store(), desk().clock, visit_id, {question.path: ""})
        return redirect(_back(loaded, question), 303)
    given = _given()
    if given is None:
        flash("还没有选文件。", "error")
        return redirect(request.full_path, 303)
    name, file = given
    _, is_blurred = attachments.attach(
        store(),
        desk().clock,
        visit_id,
        question.path,
        file.read(),
        name=file.filename or "",
        imported=name == "album",
    )
    flash(messages.BLUR_HINT if is_blurred else "已保存。", "warning" if is_blurred else "done")
    return redirect(_back(loaded, question), 303)


def _given() -> tuple[str, FileStorage] | None:
    files = ((name, request.files.get(name)) for name in INPUTS)
    return next(((name, file) for name, file in files if file and file.filename), None)


def _question(loaded: Work) -> ShownQuestion:
    question = loaded.question(request.args.get("question", ""))
    if question is None or question.type not in UPLOADED or not fields.needs_answer(question):
        abort(404)
    return question


def _back(loaded: Work, question: ShownQuestion) -> str:
    section = loaded.section_of(question.path)
    assert section is not None, "a question that is asked stands in a section"
    key, place = work.section_key(section), work.anchor(question.path)
    return url_for("answers.section", visit_id=loaded.id, key=key, question=question.path, _anchor=place)
