"""What a person sees when the console refuses: the form again with what was typed, the way to sign in, or a page.

Which refusal is which HTTP status is decided in server/api/problems.py, which calls `answer`.
"""

from flask import Response, make_response, redirect, render_template, request, url_for

from server.pages.console.door import harden
from server.pages.console.held import decide_held_again
from server.pages.console.leads import handle_lead_again
from server.pages.console.notices import Notice
from server.pages.console.review import decide_again
from server.pages.console.signing import sign_in_again
from server.pages.console.words import NEXT_STEPS

# Forms that come back with what was typed in them, and the refusals after which that helps.
FORMS = {
    "console.sign_in": (sign_in_again, frozenset({401, 403, 429})),
    "console.decide": (decide_again, frozenset({409, 412, 422})),
    "console.decide_held": (decide_held_again, frozenset({409, 412, 422})),
    "console.handle_lead": (handle_lead_again, frozenset({409, 412, 422})),
}


def answer(status: int, title: str, detail: str, request_id: str) -> Response:
    """Turn a refusal under /console/ into what a person can go on from."""
    notice = Notice(status, title, detail or NEXT_STEPS.get(status, NEXT_STEPS[500]), request_id)
    again, statuses = FORMS.get(request.endpoint or "", (None, frozenset()))
    if again and status in statuses:
        return harden(make_response(again(notice), status))
    if status == 401:
        wanted = request.path if request.method == "GET" or request.endpoint in FORMS else None
        return harden(make_response(redirect(url_for("console.sign_in_page", next=wanted), 303)))
    return harden(make_response(render_template("console/refused.html", notice=notice), status))
