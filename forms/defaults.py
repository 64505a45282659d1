"""The answers that a form begins with."""

from __future__ import annotations

import re
from datetime import date

from forms.answers import Answer, computed, read, stored
from forms.definition import Definition, Question
from forms.evaluation import evaluate
from forms.expressions import compile_expression
from forms.parsing import parse_text

_DYNAMIC = re.compile(r"\$\{|[a-z-]+\(")


def is_dynamic(default: str) -> bool:
    """Say whether a default is an expression: it refers to a question or calls a function."""
    return _DYNAMIC.search(default) is not None


def initial_answers(definition: Definition, *, today: date) -> dict[str, Answer]:
    """Return the defaults by path, for questions outside repeats; an expression sees no other default.

    A computed default that does not fit its question is left out: the worker will answer.
    """
    state = evaluate(definition, {}, today=today)
    answers: dict[str, Answer] = {}
    for node in state.plan.nodes.values():
        question = node.item
        if not isinstance(question, Question) or not question.default or node.repeat:
            continue
        if is_dynamic(question.default):
            value = computed(question, compile_expression(question.default).run(state.scope(node, 0)))
            answer = stored(question, value)
        else:
            answer = parse_text(definition, question, question.default)
        if answer is not None and read(definition, question, answer) is not None:
            answers[node.prefix] = answer
    return answers
