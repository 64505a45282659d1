"""Who is asking, when, and under which request id."""

import re
import secrets
from datetime import datetime

from flask import g, request

from server.domain.errors import NotSignedIn
from server.domain.permissions import Actor
from server.services import sign_in
from server.transaction import parts, questions

_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


def now() -> datetime:
    """Give the moment of this request, the same for all of its deeds."""
    if "now" not in g:
        g.now = parts().clock()
    moment: datetime = g.now
    return moment


def request_id() -> str:
    """Give the id under which this request is logged; a sensible one from the caller is taken over."""
    if "request_id" not in g:
        offered = request.headers.get("X-Request-Id", "")
        g.request_id = offered if _REQUEST_ID.fullmatch(offered) else secrets.token_hex(8)
    found: str = g.request_id
    return found


def current_actor() -> Actor:
    """Tell who bears the request's access token. Raises NotSignedIn."""
    if "actor" in g:
        known: Actor = g.actor
        return known
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    with questions() as session:
        g.actor = actor = sign_in.actor_of_token(session, parts().vault, token, now=now())
    return actor
