"""A draft's form as lists show it: what is asked now, what is known from before, and keeping that (无变化)."""

from collections.abc import Iterable
from typing import Any

from field_client import amendments, drafts, prefill, visits
from field_client.clock import Clock
from field_client.filling import Filling
from field_client.prefill import Offer
from field_client.store import Store
from forms import Question, ShownSection
from forms.answers import is_empty
from forms.display import display
from forms.plan import plan

ROUNDS = 20  # What was confirmed may bring up further questions whose answers are known too.
_SILENT = frozenset({"note", "hidden"})


def asked(store: Store, clock: Clock, visit: str) -> list[dict[str, Any]]:
    """List the questions that are asked, with their answers in words, what is wrong, and what is known from before."""
    draft = drafts.get(store, visit)
    filling = amendments.filling(store, draft, clock.today())
    known = prefill.offers(store, draft, filling)
    return [
        {
            "path": one.path,
            "type": one.type,
            "label": one.label,
            "answer": one.answer,
            "display": one.display,
            "choices": [choice.name for choice in one.choices],
            "required": one.required,
            "readonly": one.readonly,
            "message": one.finding.message if one.finding else "",
            "known": words(filling, one.path, known.get(one.path)),
        }
        for section in filling.sections()
        for one in section.questions
        if section.relevant and one.relevant and one.label and one.type not in _SILENT
    ]


def words(filling: Filling, path: str, offer: Offer | None) -> str:
    """Write what is known of a question in the words of the form; nothing where nothing is."""
    found = plan(filling.definition).find(path) if offer else None
    if offer is None or found is None or not isinstance(found[0].item, Question):
        return ""
    return display(filling.definition, found[0].item, offer.answer)


def keep(store: Store, clock: Clock, visit: str, paths: Iterable[str] = (), *, section: str | None = None) -> list[str]:
    """Confirm what is known of some questions, or of all that are open in a section; gives the paths that were answered.

    What a confirmed answer brings up in the section is confirmed too, where it is known.
    """
    kept = list(paths)
    if kept:
        visits.keep(store, clock, visit, kept)
    for _ in range(ROUNDS if section is not None else 0):
        found = open_offers(store, clock, visit, section or "")
        if not found:
            break
        visits.keep(store, clock, visit, found)
        kept += found
    after = drafts.get(store, visit).document
    return [path for path in kept if path in after.get("kept", {})]


def open_offers(store: Store, clock: Clock, visit: str, path: str) -> list[str]:
    """List what is asked in a section, known, and not answered yet; of a repeat, in its instances too."""
    draft = drafts.get(store, visit)
    filling = amendments.filling(store, draft, clock.today())
    return offered_in(filling.sections(), path, prefill.offers(store, draft, filling))


def offered_in(sections: Iterable[ShownSection], path: str, known: Iterable[str]) -> list[str]:
    """List what is asked, known and open in the section of a path and in the instances under it."""
    within = [one for one in sections if one.relevant and (one.path == path or one.path.startswith(f"{path}["))]
    counts = [one.path for one in within if one.count == 0]
    answers = [one.path for section in within for one in section.questions if one.relevant and is_empty(one.answer)]
    return [one for one in (*counts, *answers) if one in known]
