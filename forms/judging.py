"""What is wrong with a single answer, judged by its question and, through the scope, by the answers around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from forms import messages
from forms.answers import has_id_number_look, is_empty, is_id_number, is_special, read
from forms.definition import Choice, Definition, Question
from forms.expressions import truth
from forms.ranges import range_of
from forms.scope import Scope
from forms.values import Value, number_text

MISSING, INVALID, TYPE = "missing", "invalid", "type"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend before the form can be sealed: where, what kind, and what to tell the worker."""

    path: str
    code: str
    message: str
    label: str


def judge(
    definition: Definition, question: Question, answer: object, expected: object, scope: Scope
) -> tuple[str, str] | None:
    """Return the code and the message of what is wrong with an answer to a question that is asked, or None.

    `expected` is the result of the question's calculation in its stored form. The scope's current value is the answer.
    """
    if question.calculation:
        wrong = not is_empty(answer) and answer != expected
        return (INVALID, messages.CALCULATION_DIFFERS) if wrong else _computed_rules(question, expected, scope)
    if is_empty(answer):
        return _missing(question, scope)
    if is_special(question, answer):
        return None
    value = read(definition, question, answer)
    if value is None:
        return TYPE, shape_message(definition, question, answer)
    return _rules(definition, question, value, scope)


def shape_message(definition: Definition, question: Question, answer: object) -> str:
    """Say what an answer to the question must look like."""
    if isinstance(answer, str) and answer in messages.SPECIAL:
        return messages.NOT_ALLOWED.format(answer=messages.SPECIAL[answer][1])
    labels = [choice.label for choice in definition.choice_lists.get(question.choices, ())]
    shown = messages.SEPARATOR.join(labels[:_SHOWN_CHOICES]) + ("…" if len(labels) > _SHOWN_CHOICES else "")
    return messages.SHAPE.get(question.type, messages.COMPUTED).format(choices=shown)


_SHOWN_CHOICES = 12


def offered(definition: Definition, question: Question, scope: Scope) -> tuple[Choice, ...]:
    """Return the choices that the question offers, given the answers before it."""
    choices = definition.choice_lists.get(question.choices, ())
    if not question.choice_filter:
        return choices
    return tuple(choice for choice in choices if _is_offered(question, choice, scope))


def _is_offered(question: Question, choice: Choice, scope: Scope) -> bool:
    columns = {"name": choice.name, "label": choice.own_label, **dict(choice.columns)}
    return truth(question.choice_filter, replace(scope, columns=columns))


def _missing(question: Question, scope: Scope) -> tuple[str, str] | None:
    if question.type == "note" or not question.required or not truth(question.required, scope):
        return None
    return MISSING, question.required_message or messages.MISSING


def _computed_rules(question: Question, expected: object, scope: Scope) -> tuple[str, str] | None:
    """A calculation may be required and constrained as well: that is how a form says that sums do not fit."""
    return _missing(question, scope) if expected is None else _constraint(question, scope)


def _rules(definition: Definition, question: Question, value: Value, scope: Scope) -> tuple[str, str] | None:
    if has_id_number_look(question) and not is_id_number(str(value)):
        return INVALID, messages.ID_NUMBER
    if question.choice_filter or question.type == "rank":
        given = {choice.name for choice in offered(definition, question, scope)}
        chosen = set(str(value).split())
        if not chosen <= given:
            return INVALID, messages.NOT_OFFERED
        if question.type == "rank" and chosen != given:
            return INVALID, messages.NOT_RANKED
    if question.type == "range" and isinstance(value, Decimal) and not range_of(question.parameters).holds(value):
        return INVALID, range_message(question)
    return _constraint(question, scope)


def range_message(question: Question) -> str:
    """Say between which numbers the answer lies."""
    found = range_of(question.parameters)
    ends = sorted((found.start, found.end))
    return messages.NOT_IN_RANGE.format(
        start=number_text(ends[0]), end=number_text(ends[1]), step=number_text(found.step)
    )


def _constraint(question: Question, scope: Scope) -> tuple[str, str] | None:
    if not question.constraint or truth(question.constraint, scope):
        return None
    return INVALID, question.constraint_message or messages.INVALID
