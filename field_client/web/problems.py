"""Refusals on pages: after a form the sentence stands on top of the page it came from, otherwise it is the page."""

from urllib.parse import urlsplit

from flask import Flask, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from field_client.errors import FieldError
from field_client.web import guard, words

Answer = Response | tuple[str | Response, int]


def handle(app: Flask) -> None:
    """Register what answers a refusal; any other fault is a bug, logged and told without details."""
    app.register_error_handler(FieldError, _refused)
    app.register_error_handler(Forbidden, lambda error: guard.stranger())
    app.register_error_handler(NotFound, lambda error: _page(words.PAGE_UNKNOWN, 404))
    app.register_error_handler(RequestEntityTooLarge, lambda error: _page(words.sentence("photo.too_large"), 413))


def sentence(refusal: FieldError) -> str:
    """Give a refusal's sentence in the words of the pages."""
    return words.sentence(refusal.code, refusal.message)


def _refused(refusal: FieldError) -> Answer:
    text = sentence(refusal)
    if request.headers.get("X-CSRF-Token"):  # Only our own scripts send it so; they read JSON.
        return jsonify(saved=False, message=text), 409
    if request.method == "POST":
        flash(text, "error")
        return redirect(_back(), 303)
    return _page(text, 404 if refusal.code.endswith(".unknown") else 409)


def _back() -> str:
    """Give the page that the form stood on, if it is ours."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and came_from.path:
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return url_for("home.start")


def _page(text: str, status: int) -> tuple[str, int]:
    return render_template("problem.html", text=text), status
