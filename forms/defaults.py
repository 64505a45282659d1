"""The answers that a form begins with, and those that a new instance of a repeat begins with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from forms.answers import Answer, computed, read, stored
from forms.definition import Definition, Question
from forms.evaluation import evaluate, follow
from forms.expressions import compile_expression, is_dynamic
from forms.facts import NO_FACTS, Facts
from forms.parsing import parse_text
from forms.state import Answers, State
from forms.tree import Node, Place


def initial_answers(
    definition: Definition, *, today: date, facts: Facts | Mapping[str, Any] = NO_FACTS
) -> dict[str, Answer]:
    """Return the defaults by path, also of the instances that a computed number of them brings.

    A default that is an expression sees no other default of its own instance or further out. One that does not fit its
    question is left out: the worker will answer.
    """
    return initial(evaluate(definition, {}, today=today, facts=facts))


def initial(empty: State) -> dict[str, Answer]:
    """Return the same, of a form without answers that is evaluated already."""
    first = _defaults(None, empty)
    return {**first, **added(empty, follow(empty, first))}


def added_answers(
    definition: Definition,
    before: Answers,
    answers: Answers,
    *,
    today: date,
    facts: Facts | Mapping[str, Any] = NO_FACTS,
) -> dict[str, Answer]:
    """Return the defaults of the instances that some answers have and those before them had not.

    To be merged into the answers when the number of instances was raised, whether a person or the form said it.
    """
    before_state, after = (evaluate(definition, one, today=today, facts=facts) for one in (before, answers))
    return added(before_state, after)


def added(before: State, after: State) -> dict[str, Answer]:
    """Return the same, of two states of a form; also the defaults of the instances that those defaults bring."""
    found: dict[str, Answer] = {}
    while before.counts != after.counts and (more := _defaults(before, after)):
        found |= more
        before, after = after, follow(after, {**after.answers, **more})
    return found


def _defaults(before: State | None, after: State) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for node in after.plan.nodes.values():
        if not isinstance(node.item, Question) or not node.item.default:
            continue
        for place in after.places(node):
            is_new = node.path(place) not in after.answers and (before is None or not before.has(node, place))
            answer = _default(after, node, node.item, place) if is_new else None
            if answer is not None:
                answers[node.path(place)] = answer
    return answers


def _default(state: State, node: Node, question: Question, place: Place) -> Answer | None:
    if is_dynamic(question.default):
        value = computed(question, compile_expression(question.default).run(state.scope(node, place)))
        answer = stored(question, value)
    else:
        answer = parse_text(state.definition, question, question.default)
    return answer if answer is not None and read(state.definition, question, answer) is not None else None
