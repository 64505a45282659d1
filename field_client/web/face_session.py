"""What the pages of the identity step hold between two requests: a consent just given, what a person was asked to do, a card.

In the memory of this program, because a name has no place in a cookie; a challenge is good once.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app

from field_client import face_rechecks, kept_faces, overlay
from field_client.errors import FieldError
from field_client.face_consents import Guardian
from field_client.web.desk import desk, store
from field_client.web.work import Work
from identity import liveness
from identity.burst import Burst, Frame
from identity.consent import CURRENT_NOTICES, KEEP, UPLOAD, Giver, Notice, answer, load_notice
from identity.liveness import Challenge

if TYPE_CHECKING:
    from identity.card_text import Card

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST_KEPT = 16  # of a kind; for an older one the page has to be opened again
# How long each further notice says that something lies here: the blank that it leaves, and what fills it.
LIMITS = {KEEP: ("keep_hours", kept_faces.retention), UPLOAD: ("wait_hours", face_rechecks.retention)}


@dataclass(frozen=True)
class Memory:
    """What this program remembers between two requests; it never reaches a disk, nor the browser."""

    consents: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    challenges: dict[str, tuple[str, str, Challenge]] = field(default_factory=dict)
    cards: dict[tuple[str, str], "Card"] = field(default_factory=dict)


def give(loaded: Work, person_id: str, purpose: str, guardian: Guardian) -> None:
    """Remember a consent until the photographs come."""
    told = notice(loaded, purpose)
    giver: Giver = "guardian" if guardian.name else "self"
    record = answer(told, granted=True, given_by=giver, at=desk().clock.wall(), purpose=purpose).record()
    if guardian.name:
        record["guardian"] = {"name": guardian.name, "relation": guardian.relation}
    _remember(_memory().consents, (loaded.id, person_id, purpose), record)


def given(visit_id: str, person_id: str, purpose: str) -> dict[str, Any] | None:
    """Give the consent that was just given for this person at this visit."""
    return _memory().consents.get((visit_id, person_id, purpose))


def forget_consents(visit_id: str, person_id: str) -> None:
    """Let go of the consents that wait."""
    for purpose in CURRENT_NOTICES:
        _memory().consents.pop((visit_id, person_id, purpose), None)


def new_challenge(visit_id: str, person_id: str) -> Challenge:
    """Draw what the person is asked to do on the page that is shown now; the memory of this program alone knows it."""
    challenge = liveness.new_challenge(secrets.randbelow, secrets.token_urlsafe(12))
    _remember(_memory().challenges, challenge.nonce, (visit_id, person_id, challenge))
    return challenge


def burst(visit_id: str, person_id: str, photos: Sequence[bytes], form: Mapping[str, str]) -> Burst | None:
    """Read the frames, if the camera took some. Raises FieldError for an order that was not asked for, or twice."""
    if not photos:
        return None
    asked = _memory().challenges.pop(form.get("nonce", ""), None)
    times = [text for text in form.get("times", "").split(",") if text.isdecimal()]
    if asked is None or asked[:2] != (visit_id, person_id) or len(times) != len(photos):
        raise FieldError("identity.challenge_unknown")
    return Burst(tuple(Frame(photo, int(at)) for photo, at in zip(photos, times, strict=True)), asked[2])


def remember_card(visit_id: str, person_id: str, card: "Card") -> None:
    """Remember what was read of a card until the worker has confirmed it; the photograph is gone already."""
    _remember(_memory().cards, (visit_id, person_id), card)


def card(visit_id: str, person_id: str) -> "Card | None":
    """Give what was just read of a person's card."""
    return _memory().cards.get((visit_id, person_id))


def forget_card(visit_id: str, person_id: str) -> None:
    """Let go of it."""
    _memory().cards.pop((visit_id, person_id), None)


def notice(loaded: Work, purpose: str) -> Notice:
    """Fill the notice in: the township is the agency, and whoever stands there answers questions."""
    township = loaded.draft.bucket[:9]
    areas = overlay.all_of(store(), "area")
    name = next((str(area.fields.get("name")) for area in areas if area.fields.get("code") == township), "")
    agency = f"{name}人民政府" if name else "本乡镇（街道）人民政府"
    contact = f"在场工作人员{desk().device.display_name}，或乡镇（街道）社会救助窗口"
    values = {"agency": agency, "contact": contact}
    if purpose in LIMITS:
        blank, retention = LIMITS[purpose]
        longest = retention(store(), desk().clock, loaded.draft.bucket)
        values |= {blank: str(round(longest.total_seconds() / 3600))} if longest else {}
    return load_notice(values, version=CURRENT_NOTICES[purpose])


def _memory() -> Memory:
    return cast(Memory, current_app.extensions.setdefault("face_memory", Memory()))


def _remember(kept: dict[Key, Value], key: Key, value: Value) -> None:
    kept[key] = value
    while len(kept) > MOST_KEPT:
        kept.pop(next(iter(kept)), None)
