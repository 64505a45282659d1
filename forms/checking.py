"""The check before a visit is sealed and again when it arrives, and what is dropped at the seal.

The device and the server call the same functions with the same day, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from forms import messages
from forms.answers import is_empty
from forms.counting import is_count
from forms.definition import Definition, Group, Question
from forms.evaluation import evaluate
from forms.facts import NO_FACTS, Facts
from forms.judging import INVALID, TYPE, Finding
from forms.languages import translated
from forms.state import Answers, State
from forms.tree import Node, Place


def check(
    definition: Definition,
    answers: Answers,
    *,
    today: date,
    facts: Facts | Mapping[str, Any] = NO_FACTS,
    language: str = "",
) -> list[Finding]:
    """List everything to mend, in the order of the form, then answers to questions that the form does not have.

    Answers that are not asked are ignored. Any JSON is taken; nothing raises.
    """
    return findings(evaluate(translated(definition, language), answers, today=today, facts=facts))


def findings(state: State) -> list[Finding]:
    """List what `check` lists, of a form that is evaluated already."""
    rank = {name: number for number, name in enumerate(state.plan.nodes)}

    def order(node: Node, place: Place) -> tuple[int, ...]:
        """Instance by instance: the repeats around with their numbers, then the row."""
        around = [step for name, number in zip(node.repeats, place, strict=True) for step in (rank[name], number)]
        return (*around, rank[node.item.name])

    places = [
        (order(node, place), path)
        for node in state.plan.nodes.values()
        for place in state.places(node)
        if (path := node.path(place)) in state.findings
    ]
    found = [state.findings[path] for _, path in sorted(places)]
    strange = [_stranger(state, path) for path in sorted(state.answers)]
    return found + [finding for finding in strange if finding]


def prune(
    definition: Definition, answers: Answers, *, today: date, facts: Facts | Mapping[str, Any] = NO_FACTS
) -> dict[str, object]:
    """Return the answers as they are sealed: without what is empty or not asked, with what the form computes.

    Answers to questions that the form does not have stay, so that the check after it still finds them.
    """
    return pruned(evaluate(definition, answers, today=today, facts=facts))


def pruned(state: State) -> dict[str, object]:
    """Return what `prune` returns, of a form that is evaluated already."""
    sealed = {path: answer for path, answer in state.answers.items() if state.plan.find(path) is None}
    for node in state.plan.nodes.values():
        for place in state.places(node):
            answer = _sealed(state, node.item, node.path(place), state.answer(node, place))
            if not is_empty(answer):
                sealed[node.path(place)] = answer
    return dict(sorted(sealed.items()))


def _sealed(state: State, item: Question | Group, path: str, answer: object) -> object:
    """Return what is kept of one row: nothing where it is not asked; for a repeat, how many there are."""
    if not state.relevant[path]:
        return None
    if isinstance(item, Group):
        return state.counts[path] or None if item.repeats else None
    return None if item.type == "note" else answer  # A note asks nothing, whatever somebody put there.


def _stranger(state: State, path: str) -> Finding | None:
    """Judge an answer that belongs to no question; a repeat may hold how many instances there are."""
    found = state.plan.find(path)
    if found is None:
        return Finding(path, INVALID, messages.UNKNOWN_PATH, path)
    item, answer = found[0].item, state.answers[path]
    if isinstance(item, Question):
        return None
    if not item.repeats:
        return Finding(path, INVALID, messages.UNKNOWN_PATH, item.label)
    if not state.relevant.get(path):
        return None
    if item.repeat_count:
        differs = answer != state.counts[path] and not is_empty(answer)
        return Finding(path, INVALID, messages.CALCULATION_DIFFERS, item.label) if differs else None
    limit = found[0].limit
    return None if is_count(answer, limit) else Finding(path, TYPE, messages.INSTANCES.format(limit=limit), item.label)
