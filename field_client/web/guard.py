"""Who may use the pages: this device's own browser, let in once by a secret address, and nobody else.

Against other programs: a one-time address becomes an HttpOnly, SameSite=Strict cookie. Against DNS rebinding: only the
names of this machine are answered. Against forged forms: a token in each. Against injected content: a content policy
that knows no inline script, no inline style and no other host.
"""

import hashlib
import secrets
from hmac import compare_digest

from flask import Flask, Response, abort, current_app, redirect, render_template, request, session, url_for
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response as AnyResponse

from field_client.errors import FieldError
from field_client.settings import Home
from field_client.web.desk import desk

HOSTS = ["127.0.0.1", "localhost"]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OPEN_TO_ALL = frozenset({"static", "enter"})
_OPEN_WHILE_LOCKED = frozenset({"lock.unlock", "lock.open_lock"})
_WHEN_DAMAGED = frozenset({"sync", "lock"})  # Nothing new goes into a broken file; what is in it may leave.
_ASK_BY_THEMSELVES = frozenset({"strip", "sync.progress"})
_SECONDS_OF_A_DAY = 86_400


def protect(app: Flask, home: Home) -> None:
    """Put the guard before every page. The keys live as long as the process: a new start needs a new address."""
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        TRUSTED_HOSTS=HOSTS,
        # Two users' pages on one device run on two ports, and cookies do not tell ports apart.
        SESSION_COOKIE_NAME="zsb-" + hashlib.sha256(str(home.path).encode()).hexdigest()[:12],
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=_SECONDS_OF_A_DAY,
    )
    app.extensions["entrance"] = secrets.token_urlsafe(24)
    app.add_url_rule("/enter/<token>", "enter", _enter)
    app.before_request(_check)
    app.after_request(_say_headers)
    app.context_processor(lambda: {"csrf": session.get("csrf", "")})


def entrance(app: Flask) -> str:
    """Give the path that lets one browser in, once."""
    return f"/enter/{app.extensions['entrance']}"


def _enter(token: str) -> AnyResponse:
    expected = current_app.extensions["entrance"]
    if session.get("entered"):
        return redirect(url_for("home.start"))
    if not expected or not compare_digest(token.encode(), expected.encode()):
        abort(403)
    current_app.extensions["entrance"] = ""
    session.clear()
    session.permanent = True
    session.update(entered=True, csrf=secrets.token_urlsafe(24))
    return redirect(url_for("home.start"))


def _check() -> AnyResponse | None:
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception  # Another host name; told here, before a page is made that needs addresses.
    if request.endpoint in _OPEN_TO_ALL:
        return None
    if not session.get("entered"):
        abort(403)
    if request.method not in ("GET", "HEAD"):
        _check_token()
    is_unlocked = desk().is_unlocked(used=request.endpoint not in _ASK_BY_THEMSELVES)
    if not is_unlocked and request.endpoint not in _OPEN_WHILE_LOCKED:
        return redirect(url_for("lock.unlock"))
    if is_unlocked and desk().is_damaged and request.method == "POST" and request.blueprint not in _WHEN_DAMAGED:
        raise FieldError("storage.damaged")
    return None


def _check_token() -> None:
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not compare_digest(given.encode(), str(session["csrf"]).encode()):
        abort(403)


def _say_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")  # What stood on a page must not outlive the lock.
    return response


def stranger() -> tuple[str, int]:
    """Tell someone without a key how to come in; says nothing of the device."""
    return render_template("stranger.html"), 403
