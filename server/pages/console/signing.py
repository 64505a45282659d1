"""Signing in to the console and out of it."""

from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.domain.errors import DomainError, NotAllowed
from server.domain.permissions import Actor, may_anywhere
from server.pages.console.door import actor, blueprint, let_in, let_out, now
from server.pages.console.notices import Notice
from server.services import sign_in as services
from server.services.changes import Ledger
from server.transaction import parts, transact


@blueprint.get("/sign-in")
def sign_in_page() -> str:
    """Ask for name and password."""
    return sign_in_again(None)


@blueprint.post("/sign-in")
def sign_in() -> Response:
    """Check name and password, and begin a session for those who may open the console.

    Raises WrongPassword, TooManyTries, NotAllowed.
    """
    answer = transact(_open_session)
    if isinstance(answer, DomainError):
        raise answer
    let_in(answer)
    return redirect(_within_console(request.args.get("next", "")), 303)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session, here and on the server."""
    transact(lambda ledger: services.sign_out(ledger.session, actor(), now=now()))
    let_out()
    return redirect(url_for("console.sign_in_page"), 303)


def sign_in_again(notice: Notice | None) -> str:
    """Show the form, with what was wrong the last time."""
    return render_template("console/sign_in.html", notice=notice, username=request.form.get("username", ""))


def _open_session(ledger: Ledger) -> Actor | DomainError:
    tokens = services.sign_in(
        ledger.session,
        parts().vault,
        parts().settings,
        request.form.get("username", "").strip(),
        request.form.get("password", ""),
        now=now(),
    )
    if isinstance(tokens, DomainError):
        return tokens  # Returned and not raised: the wrong try must be counted.
    who = services.actor_of_token(ledger.session, parts().vault, tokens.access_token, now=now())
    if not may_anywhere(who, "console.open"):
        raise NotAllowed("审核后台供乡镇审核、县级民政和督查人员使用; 外勤人员请用掌上办手机端")
    return who


def _within_console(address: str) -> str:
    """Give an address within the console, or its first page: nobody is sent elsewhere after signing in."""
    home = url_for("console.queue_page")
    target = urlsplit(address)
    return target.path if target.path.startswith(home) and not target.netloc else home
