"""The check before a visit is sealed and again when it arrives, and what is dropped at the seal.

The device and the server call the same functions with the same day, so they cannot disagree.
"""

from __future__ import annotations

from datetime import date

from forms import messages
from forms.answers import is_empty
from forms.definition import Definition, Group, Question
from forms.evaluation import Answers, State, evaluate, is_count
from forms.judging import INVALID, TYPE, Finding
from forms.plan import MAX_INSTANCES


def check(definition: Definition, answers: Answers, *, today: date) -> list[Finding]:
    """List everything to mend, in the order of the form, then answers to questions that the form does not have.

    Answers that are not asked are ignored. Any JSON is taken; nothing raises.
    """
    return findings(evaluate(definition, answers, today=today))


def findings(state: State) -> list[Finding]:
    """List what `check` lists, of a form that is evaluated already."""
    rank = {name: number for number, name in enumerate(state.plan.nodes)}
    places = [
        (rank[node.repeat or node.item.name], index, rank[node.item.name], node.path(index))
        for node in state.plan.nodes.values()
        for index in state.indices(node.repeat)
    ]
    found = [state.findings[path] for *_, path in sorted(places) if path in state.findings]
    strange = [_stranger(state, path) for path in sorted(state.answers)]
    return found + [finding for finding in strange if finding]


def prune(definition: Definition, answers: Answers, *, today: date) -> dict[str, object]:
    """Return the answers as they are sealed: without what is empty or not asked, with what the form computes.

    Answers to questions that the form does not have stay, so that the check after it still finds them.
    """
    state = evaluate(definition, answers, today=today)
    sealed = {path: answer for path, answer in answers.items() if state.plan.find(path) is None}
    for node in state.plan.nodes.values():
        for index in state.indices(node.repeat):
            answer = _sealed(state, node.item, node.path(index), state.answer(node, index))
            if not is_empty(answer):
                sealed[node.path(index)] = answer
    return dict(sorted(sealed.items()))


def _sealed(state: State, item: Question | Group, path: str, answer: object) -> object:
    """Return what is kept of one row: nothing where it is not asked; for a repeat, how many there are."""
    if not state.relevant[path]:
        return None
    if isinstance(item, Group):
        return state.counts[item.name] or None if item.repeats else None
    return answer


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
    if is_count(answer) or not state.relevant.get(path):
        return None
    return Finding(path, TYPE, messages.INSTANCES.format(limit=MAX_INSTANCES), item.label)
