"""A card beside the register: its front photographed and read on this device where the reader is installed, or typed.

Each field is confirmed by itself with the card in hand; what is confirmed and differs goes to the office as a proposal.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import card_reading, households
from field_client.errors import FieldError
from field_client.web import face_session, people, words, work
from field_client.web.desk import desk, store
from identity.messages import CARD_FIELDS

blueprint = Blueprint("cards", __name__, url_prefix="/visits/<visit_id>/identity/<person_id>/card")


@blueprint.get("")
def shown(visit_id: str, person_id: str) -> str:
    """Show each field of the register with what was read beside it; without a reading the worker types."""
    loaded = work.load(visit_id)
    card = face_session.card(visit_id, person_id)
    return render_template(
        "identity/card.html",
        work=loaded,
        person=people.member(loaded, person_id),
        lines=card_reading.beside_register(store(), person_id, card),
        labels=CARD_FIELDS,
        was_read=card is not None,
        can_read=card_reading.is_available(),
    )


@blueprint.post("/photo")
def read(visit_id: str, person_id: str) -> Response:
    """Read a photograph of the card's front; it is forgotten with this request, what was read with the next."""
    file = request.files.get("card")
    face_session.remember_card(
        visit_id, person_id, card_reading.read(store(), desk().clock, file.read() if file else b"")
    )
    return redirect(url_for("cards.shown", visit_id=visit_id, person_id=person_id), 303)


@blueprint.post("")
def confirm(visit_id: str, person_id: str) -> Response:
    """Propose what the worker confirmed, field by field, and what differs from the register."""
    ticked = request.form.getlist("confirmed")
    confirmed = {name: request.form.get(name, "") for name in ticked}
    if not any(text.strip() for text in confirmed.values()):
        raise FieldError("card.nothing_confirmed")
    differing = card_reading.corrections(store(), desk().clock, person_id, confirmed)
    if differing:
        households.propose(store(), desk().clock, person_id, differing, evidence=visit_id)
    face_session.forget_card(visit_id, person_id)
    flash(words.CARD_PROPOSED if differing else words.CARD_AGREES, "done")
    return redirect(url_for("identification.person", visit_id=visit_id, person_id=person_id), 303)
