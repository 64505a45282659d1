"""Locking and unlocking: the PIN opens the store, and only locking is offered, never deleting."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from field_client.errors import FieldError
from field_client.web import problems
from field_client.web.desk import desk

blueprint = Blueprint("lock", __name__)


@blueprint.get("/unlock")
def unlock() -> str | Response:
    """Ask for the PIN."""
    if desk().is_unlocked(used=False):
        return redirect(url_for("home.start"))
    return render_template("unlock.html", needs_password=desk().needs_password)


@blueprint.post("/unlock")
def open_lock() -> Response | tuple[str, int]:
    """Unlock, and look at once whether the office has something for us."""
    try:
        desk().unlock(request.form.get("pin", ""), request.form.get("password", ""))
    except FieldError as refusal:
        return _again(problems.sentence(refusal)), 403
    desk().courier.send()
    return redirect(url_for("home.start"), 303)


def _again(sentence: str) -> str:
    if desk().needs_password and not request.form.get("password"):
        sentence = "PIN 连错 3 次，请改用登记时的登录密码。内容都在。"
    return render_template("unlock.html", refusal=sentence, needs_password=desk().needs_password)


@blueprint.post("/lock")
def close_lock() -> Response:
    """Lock; what is not uploaded stays."""
    desk().lock()
    session.pop("consent", None)
    flash("已锁定。没有上传的内容都在。", "done")
    return redirect(url_for("lock.unlock"), 303)
