"""Answers that are known already, offered to the worker: from the register, and from the last visit.

An offer is no answer. It stands beside its question with its source and date until the worker confirms it, one by one or
with 无变化 for a section; what was confirmed is sealed with where it came from (`kept`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import forms
from field_client import amendments, facts, survey
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.filling import Answers, Filling
from field_client.store import Store
from forms.answers import UPLOADED, is_empty, is_special, read
from forms.plan import plan

REGISTER, VISIT = "register", "visit"
NEVER_KEPT = UPLOADED | {"acknowledge", "note", "calculate", "hidden", "geopoint"}
"""What has to be done anew at every visit: photos, places, the worker's own word."""


@dataclass(frozen=True)
class Offer:
    """A known answer to a question, with its source and the instant from which it is."""

    answer: Any
    source: str
    at: str


def offers(store: Store, draft: Draft, filling: Filling) -> dict[str, Offer]:
    """Give what is known of a draft's questions by path; an amendment has its own answers already and is offered none."""
    if draft.is_amendment:
        return {}
    found = {**_of_last_visit(store, draft, filling), **_of_register(draft, filling)}
    return {path: offer for path, offer in found.items() if _takes(filling.state, path)}


def _takes(state: forms.State, path: str) -> bool:
    """Tell whether there is such a question now, or number of instances, and a known answer may answer it."""
    found = state.plan.find(path)
    if found is None or not state.has(*found) or state.is_readonly(*found):
        return False
    item = found[0].item
    return item.repeats if isinstance(item, forms.Group) else item.type not in NEVER_KEPT


def keep(store: Store, clock: Clock, draft: Draft, paths: Iterable[str]) -> None:
    """Confirm offers: they become answers, with where they came from. What is not offered is passed over."""
    filling = amendments.filling(store, draft, clock.today())
    known = offers(store, draft, filling)
    chosen = {path: known[path] for path in paths if path in known}
    answers = filling.having({**filling.answers, **{path: offer.answer for path, offer in chosen.items()}}).answers
    amendments.keep(store, draft, answers)
    sources = {path: {"source": offer.source, "at": offer.at} for path, offer in chosen.items()}
    draft.document["kept"] = {**draft.document.get("kept", {}), **sources}


def drop_changed(document: dict[str, Any], before: Answers) -> None:
    """Forget where answers came from that have been changed since."""
    after, kept = document["answers"], document.get("kept", {})
    document["kept"] = {path: source for path, source in kept.items() if after.get(path) == before.get(path)}


def still_kept(document: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """Give where the answers came from that are sealed."""
    return {path: source for path, source in document.get("kept", {}).items() if path in answers}


def _of_last_visit(store: Store, draft: Draft, filling: Filling) -> dict[str, Offer]:
    """Take the answers of the last visit to questions of the same path and type, whatever form they stood in."""
    last = facts.last_visit(store, draft.document["household_id"])
    if last is None:
        return {}
    answers = amendments.answers_of(store, last.id)
    at = str(last.fields.get("sealed_at") or "")
    try:
        then = survey.definition(store, last.fields["form"])
    except FieldError:  # Its form is not on this device: nobody knows what was asked.
        return {}
    now = filling.definition
    return {path: Offer(answer, VISIT, at) for path, answer in answers.items() if _fits(path, answer, then, now)}


def _fits(path: str, answer: Any, then: forms.Definition, now: forms.Definition) -> bool:
    """Tell whether an answer answers the same question still, alone."""
    asked, asks = plan(then).find(path), plan(now).find(path)
    if asked is None or asks is None or is_empty(answer):
        return False
    was, asking = asked[0].item, asks[0].item
    if isinstance(was, forms.Group) or isinstance(asking, forms.Group):
        return isinstance(was, forms.Group) and isinstance(asking, forms.Group) and isinstance(answer, int)
    is_same = was.type == asking.type
    return is_same and (is_special(asking, answer) or read(now, asking, answer) is not None)


def _of_register(draft: Draft, filling: Filling) -> dict[str, Offer]:
    """Take the defaults that follow from the facts: they differ from what they would be without."""
    at = draft.document["started_at"]
    return {path: Offer(answer, REGISTER, at) for path, answer in filling.register_defaults().items()}
