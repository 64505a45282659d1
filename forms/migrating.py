"""Answers of one version of a form in another: what carries over, what does not fit, what is new. Nothing is dropped.

Questions are the same when their names are. An answer goes to where its question stands now; what the new version
cannot take is told with its words, so that the worker decides and the draft keeps it beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms import messages
from forms.answers import CHOSEN, UPLOADED, Answer, is_empty, is_special, read
from forms.counting import is_count
from forms.definition import Definition, Group, Question
from forms.display import display
from forms.judging import shape_message
from forms.parsing import parse_text
from forms.plan import Plan, plan
from forms.state import Answers
from forms.tree import Node

_SILENT = {"note", "calculate", "hidden"}


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer that the new version takes: where it stood, where it stands, and whether it is written otherwise."""

    before: str
    path: str
    label: str
    is_rewritten: bool


@dataclass(frozen=True, slots=True)
class Left:
    """An answer that the new version does not take, in words, and why."""

    path: str
    label: str
    answer: object
    shown: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question that the old version did not have."""

    name: str
    label: str


@dataclass(frozen=True)
class Migration:
    """The answers in the new version, and what became of each; `carried` and `left` name every answer once."""

    answers: Mapping[str, object]
    carried: tuple[Carried, ...]
    left: tuple[Left, ...]
    new: tuple[NewQuestion, ...]


def migrate(old: Definition, answers: Answers, new: Definition) -> Migration:
    """Bring answers of one version of a form to another. Answers of any content are taken.

    What the form computes is carried as it is, for `once()`; it is computed again where it is shown and sealed.
    """
    before, after = plan(old), plan(new)
    taken: dict[str, object] = {}
    carried: list[Carried] = []
    left: list[Left] = []
    for path, answer in answers.items():
        if is_empty(answer):
            continue
        try:
            here, there, target = _destination(path, before, after)
            taken[target] = _fitted(old, here, answer, new, there)
        except _Unfit as unfit:
            left.append(_left(old, before, path, answer, str(unfit)))
            continue
        carried.append(Carried(path, target, there.item.label, repr(taken[target]) != repr(answer)))
    return Migration(taken, tuple(carried), tuple(left), _new(before, after))


def section_answers(definition: Definition, answers: Answers, section: str) -> dict[str, object]:
    """Return the answers of one section of a layout, by its path; of the loose questions for an empty path.

    With the answers of the last visit this is 无变化: the section as it was then.
    """
    if section:
        starts = (f"{section}/", f"{section}[")
        return {path: answer for path, answer in answers.items() if path == section or path.startswith(starts)}
    loose = {item.name for item in definition.items if isinstance(item, Question)}
    return {path: answer for path, answer in answers.items() if path in loose}


class _Unfit(ValueError):
    """An answer does not fit the new version; says why, in Chinese."""


def _destination(path: str, before: Plan, after: Plan) -> tuple[Node, Node, str]:
    """Return the row of an answer in the old form, its row in the new one, and the path there."""
    found = before.find(path)
    if found is None:
        raise _Unfit(messages.UNKNOWN_PATH)
    here, place = found
    there = after.nodes.get(here.item.name)
    if there is None:
        raise _Unfit(messages.QUESTION_GONE)
    if there.repeats != here.repeats:
        raise _Unfit(messages.REPEAT_CHANGED)
    return here, there, there.path(place)


def _fitted(old: Definition, here: Node, answer: object, new: Definition, there: Node) -> object:
    """Return an answer as the new version stores it. Raises _Unfit."""
    if isinstance(here.item, Group) or isinstance(there.item, Group):
        return _count(here, answer, there)
    if there.item.calculation:
        if not here.item.calculation:
            raise _Unfit(messages.COMPUTED)
        return answer
    if here.item.type == there.item.type and _fits(new, there.item, answer):
        return answer
    return _rewritten(old, here.item, answer, new, there.item)


def _count(here: Node, answer: object, there: Node) -> object:
    """Return how many instances there are, where a worker says it in the new version too."""
    if not (here.is_repeat and there.is_repeat):
        raise _Unfit(messages.QUESTION_GONE)
    if isinstance(there.item, Group) and there.item.repeat_count:
        raise _Unfit(messages.COUNT_COMPUTED)
    if not is_count(answer, there.limit):
        raise _Unfit(messages.INSTANCES.format(limit=there.limit))
    return answer


def _fits(definition: Definition, question: Question, answer: object) -> bool:
    return is_special(question, answer) or read(definition, question, answer) is not None


def _rewritten(old: Definition, here: Question, answer: object, new: Definition, there: Question) -> Answer:
    """Return what the words of an answer mean as an answer of another type: 12 as a decimal, a choice as a text."""
    if read(old, here, answer) is None:
        raise _Unfit(shape_message(new, there, answer))
    if here.type == there.type or {here.type, there.type} & UPLOADED:
        raise _Unfit(shape_message(new, there, answer))
    by_words = here.type in CHOSEN and there.type not in CHOSEN
    text = display(old, here, answer) if by_words else " ".join(answer) if isinstance(answer, list) else str(answer)
    try:
        found = parse_text(new, there, text)
    except ValueError as error:
        raise _Unfit(str(error)) from None
    if found is None:
        raise _Unfit(shape_message(new, there, answer))
    return found


def _left(old: Definition, before: Plan, path: str, answer: object, reason: str) -> Left:
    found = before.find(path)
    item = found[0].item if found else None
    shown = display(old, item, answer) if isinstance(item, Question) else str(answer)
    return Left(path, item.label if item else path, answer, shown, reason)


def _new(before: Plan, after: Plan) -> tuple[NewQuestion, ...]:
    """List the questions for a person that the old version did not have."""
    items = [node.item for name, node in after.nodes.items() if name not in before.nodes]
    asked = [item for item in items if isinstance(item, Question) and item.type not in _SILENT and not item.calculation]
    return tuple(NewQuestion(item.name, item.label) for item in asked)
