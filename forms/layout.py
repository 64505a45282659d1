"""What a template shows of a form: sections, questions, words and counts; the same for workers and for reviewers.

No HTML here. A worker's page renders every question as a field, a reviewer's page renders `display`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from forms.answers import is_empty
from forms.definition import Choice, Definition, Group, Question
from forms.display import display, unit
from forms.evaluation import Answers, State, evaluate
from forms.expressions import truth
from forms.judging import MISSING, Finding, offered
from forms.messages import INSTANCE
from forms.plan import Node


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question as it stands now. `heading` names the inner group; `answer` is the stored form."""

    path: str
    name: str
    type: str
    heading: str
    label: str
    hint: str
    answer: object
    display: str
    unit: str
    appearance: tuple[str, ...]
    choices: tuple[Choice, ...]
    relevant: bool
    required: bool
    readonly: bool
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A page of the form. `repeat` names the repeat whose instance this is; `count` is set where instances are added.

    Counts are of questions that are asked and that a person answers.
    """

    path: str
    label: str
    repeat: str
    count: int | None
    relevant: bool
    questions: tuple[ShownQuestion, ...]
    asked_count: int
    answered_count: int
    missing_count: int
    invalid_count: int


def layout(definition: Definition, answers: Answers, *, today: date) -> tuple[ShownSection, ...]:
    """Lay a form out with its answers."""
    return show(evaluate(definition, answers, today=today))


def show(state: State) -> tuple[ShownSection, ...]:
    """Lay out a form that is evaluated already.

    Each group at the top is a section, loose questions before or between them are one too. A repeat is a section
    that holds only its count, followed by one section for each instance.
    """
    sections: list[ShownSection] = []
    loose: list[Question] = []
    for item in state.definition.items:
        if isinstance(item, Question):
            loose.append(item)
            continue
        sections.extend(_loose(state, loose))
        loose = []
        sections.extend(_group(state, item))
    return (*sections, *_loose(state, loose))


def _loose(state: State, questions: list[Question]) -> Iterator[ShownSection]:
    shown = [_question(state, state.plan.nodes[question.name], 0, "") for question in questions]
    if shown:
        yield _section("", state.definition.title, "", None, True, shown)


def _group(state: State, group: Group) -> Iterator[ShownSection]:
    node = state.plan.nodes[group.name]
    if group.repeats:
        yield from _repeat(state, node)
        return
    shown = list(_questions(state, group, 0, ""))
    yield _section(node.prefix, state.caption(group.label, node, 0), "", None, state.relevant[node.prefix], shown)
    for inner in _repeats_within(group):
        yield from _repeat(state, state.plan.nodes[inner.name])


def _repeat(state: State, node: Node) -> Iterator[ShownSection]:
    group, relevant = node.item, state.relevant[node.prefix]
    assert isinstance(group, Group)
    label = state.caption(group.label, node, 0)
    yield _section(node.prefix, label, group.name, state.counts[group.name], relevant, [])
    for index in state.indices(group.name):
        shown = list(_questions(state, group, index, ""))
        title = INSTANCE.format(label=label, number=index)
        yield _section(f"{node.prefix}[{index}]", title, group.name, None, relevant, shown)


def _repeats_within(group: Group) -> Iterator[Group]:
    for item in group.items:
        if isinstance(item, Group) and item.repeats:
            yield item
        elif isinstance(item, Group):
            yield from _repeats_within(item)


def _questions(state: State, group: Group, index: int, heading: str) -> Iterator[ShownQuestion]:
    for item in group.items:
        node = state.plan.nodes[item.name]
        if isinstance(item, Question):
            yield _question(state, node, index, heading)
        elif not item.repeats:
            yield from _questions(state, item, index, state.caption(item.label, node, index))


def _question(state: State, node: Node, index: int, heading: str) -> ShownQuestion:
    question, path = node.item, node.path(index)
    assert isinstance(question, Question)
    answer, scope = state.answer(node, index), state.scope(node, index)
    return ShownQuestion(
        path=path,
        name=question.name,
        type=question.type,
        heading=heading,
        label=state.caption(question.label, node, index),
        hint=state.caption(question.hint, node, index),
        answer=answer,
        display=display(state.definition, question, answer),
        unit=unit(question),
        appearance=tuple(question.appearance.split()),
        choices=offered(state.definition, question, scope),
        relevant=state.relevant[path],
        required=bool(question.required) and truth(question.required, scope),
        readonly=bool(question.calculation) or (bool(question.readonly) and truth(question.readonly, scope)),
        finding=state.findings.get(path),
    )


def _section(
    path: str, label: str, repeat: str, count: int | None, relevant: bool, questions: list[ShownQuestion]
) -> ShownSection:
    asked = [question for question in questions if question.relevant and question.type not in _NOT_ANSWERED]
    asked = [question for question in asked if not question.readonly]
    problems = [question.finding for question in questions if question.finding]
    missing = sum(finding.code == MISSING for finding in problems)
    return ShownSection(
        path,
        label,
        repeat,
        count,
        relevant,
        tuple(questions),
        asked_count=len(asked),
        answered_count=sum(not is_empty(question.answer) for question in asked),
        missing_count=missing,
        invalid_count=len(problems) - missing,
    )


_NOT_ANSWERED = {"note", "calculate", "hidden"}
