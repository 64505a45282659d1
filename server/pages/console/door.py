"""Who comes in: the signed cookie that names a sign-in, the token of every form, and the headers of every page.

The cookie holds the id of the sign-in and the forms' token, nothing else; it is worth as much as the row that it names.
"""

import hmac
import secrets
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, request, session

from server.domain.errors import FormExpired, NotAllowed
from server.domain.permissions import ROLES, Actor, may_anywhere
from server.services import sign_in
from server.transaction import parts, reading

OPEN_ENDPOINTS = frozenset({"console.static", "console.sign_in_page", "console.sign_in"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src {images}; media-src 'self'; style-src 'self'; "
    "script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
}
blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")


def now() -> datetime:
    """Give the moment of this request."""
    return cast(datetime, g.now)


def actor() -> Actor:
    """Tell who is signed in."""
    return cast(Actor, g.actor)


def let_in(who: Actor) -> None:
    """Begin a person's session in a cookie that knows nothing of what was there before (no session fixation)."""
    session.clear()
    session["sign_in"] = who.session_id


def let_out() -> None:
    """Forget who was signed in."""
    session.clear()


def form_token() -> str:
    """Give the token that a form of this session must bring back."""
    return cast(str, session.setdefault("form_token", secrets.token_urlsafe(24)))


def harden(response: Response) -> Response:
    """Let nothing run or load that is not ours, and keep personal data out of caches."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value.format(images=_image_sources()))
    return response


def _image_sources() -> str:
    """Name where pictures may come from: here, and the store to which links lead where one is set."""
    store = urlsplit(parts().settings.s3_public_endpoint)
    return f"'self' {store.scheme}://{store.netloc}" if store.netloc else "'self'"


@blueprint.before_request
def _ask_who() -> None:
    """Let in whoever is signed in and may open the console; a form also needs its token.

    Raises NotSignedIn, NotAllowed, FormExpired.
    """
    g.now = parts().clock()
    if request.endpoint not in OPEN_ENDPOINTS:
        g.actor = sign_in.actor_of_session(reading(), str(session.get("sign_in", "")), now=now())
        if not may_anywhere(actor(), "console.open"):
            raise NotAllowed("审核后台供乡镇审核、县级民政和督查人员使用")
    if request.method == "POST" and not hmac.compare_digest(request.form.get("form_token", "").encode(), _expected()):
        raise FormExpired("请返回上一页, 刷新后再办")


@blueprint.after_request
def _harden(response: Response) -> Response:
    return response if request.endpoint == "console.static" else harden(response)


@blueprint.context_processor
def _page() -> dict[str, Any]:
    who: Actor | None = g.get("actor")
    role = ROLES[who.grants[0].role] if who and who.grants else ""
    return {"actor": who, "role": role, "form_token": form_token}


@blueprint.route("/<path:anything>", methods=["GET", "POST"])
def nowhere(anything: str) -> Response:
    """Answer for addresses that lead nowhere, so that they too get a page and not a document."""
    abort(404)


def _expected() -> bytes:
    return str(session.get("form_token") or secrets.token_urlsafe(24)).encode()
