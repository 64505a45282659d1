"""What a template shows of a form: sections, questions, words and counts; the same for workers and for reviewers.

No HTML here. A worker's page renders every question as a field, a reviewer's page renders `display`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from forms.answers import is_empty
from forms.definition import Choice, Definition, Group, Question
from forms.display import display, unit
from forms.evaluation import evaluate
from forms.expressions import truth
from forms.facts import NO_FACTS, Facts
from forms.judging import MISSING, Finding, offered
from forms.languages import translated
from forms.messages import FIELD_LIST, INSIDE, INSTANCE
from forms.ranges import Range, range_of
from forms.state import Answers, State
from forms.tree import Node, Place


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question as it stands now. `heading` names the inner group; `answer` is the stored form.

    `guidance` is for training and for print, longer than a hint. `media` are the files beside the label by kind
    (`image`, `audio`, `video`); `scale` is set for a range question; `together` names the group whose questions ask to
    stand on one page (appearance `field-list`).
    """

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
    guidance: str = ""
    media: Mapping[str, str] = field(default_factory=dict)
    scale: Range | None = None
    together: str = ""


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A page of the form. `repeat` names the repeat whose instance this is; `count` is set where instances are added.

    Counts are of questions that are asked and that a person answers. `depth` counts the repeats around; `limit` is how
    many instances there may be, 0 where none are added; `is_counted` says that the form computes how many, so nobody
    adds them; `finding` tells what is wrong with the number.
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
    depth: int = 0
    limit: int = 0
    is_counted: bool = False
    finding: Finding | None = None
    media: Mapping[str, str] = field(default_factory=dict)


def layout(
    definition: Definition,
    answers: Answers,
    *,
    today: date,
    facts: Facts | Mapping[str, Any] = NO_FACTS,
    language: str = "",
) -> tuple[ShownSection, ...]:
    """Lay a form out with its answers, in a language where the form has it."""
    return show(evaluate(translated(definition, language), answers, today=today, facts=facts))


def show(state: State, *, only: Collection[str] | None = None) -> tuple[ShownSection, ...]:
    """Lay out a form that is evaluated already, or `only` the sections of some paths.

    Each group at the top is a section, loose questions before or between them are one too. A repeat is a section
    that holds only its count, followed by one section for each instance; a repeat within it follows its instance.
    """
    return tuple(make() for path, make in _sections(state) if only is None or path in only)


Planned = Iterator[tuple[str, Callable[[], ShownSection]]]
"""Sections by path, not made yet: what costs is the questions in them."""


def _sections(state: State) -> Planned:
    loose: list[Question] = []
    for item in state.definition.items:
        if isinstance(item, Question):
            loose.append(item)
            continue
        yield from _loose(state, loose)
        loose = []
        yield from _group(state, item)
    yield from _loose(state, loose)


def _loose(state: State, questions: list[Question]) -> Planned:
    def make() -> ShownSection:
        shown = [_question(state, state.plan.nodes[question.name], ()) for question in questions]
        return _section(shown, path="", label=state.definition.title, repeat="", relevant=True)

    if questions:
        yield "", make


def _group(state: State, group: Group) -> Planned:
    node = state.plan.nodes[group.name]
    if group.repeats:
        yield from _repeat(state, node, (), "")
        return
    path = node.path(())

    def make() -> ShownSection:
        return _section(
            list(_questions(state, group, ())),
            path=path,
            label=state.caption(group.label, node, ()),
            repeat="",
            relevant=state.relevant[path],
            media=dict(group.media),
        )

    yield path, make
    for inner in _repeats_within(group):
        yield from _repeat(state, state.plan.nodes[inner.name], (), "")


def _repeat(state: State, node: Node, place: Place, outer: str) -> Planned:
    group, path = node.item, node.path(place)
    assert isinstance(group, Group)
    label = state.caption(group.label, node, place)
    label = INSIDE.format(outer=outer, label=label) if outer else label
    shared = {"repeat": group.name, "relevant": state.relevant[path], "media": dict(group.media)}
    yield path, partial(_count, state, node, place, label=label, **shared)
    for number in range(1, state.counts[path] + 1):
        within, title = (*place, number), INSTANCE.format(label=label, number=number)
        yield f"{path}[{number}]", partial(_instance, state, node, within, label=title, **shared)
        for inner in _repeats_within(group):
            yield from _repeat(state, state.plan.nodes[inner.name], within, title)


def _count(state: State, node: Node, place: Place, **cells: Any) -> ShownSection:
    """Make the section that holds how many instances there are."""
    path = node.path(place)
    return _section(
        [],
        path=path,
        count=state.counts[path],
        depth=len(place),
        limit=node.limit,
        is_counted=state.is_readonly(node, place),
        finding=state.findings.get(path),
        **cells,
    )


def _instance(state: State, node: Node, within: Place, **cells: Any) -> ShownSection:
    assert isinstance(node.item, Group)
    path = f"{node.path(within[:-1])}[{within[-1]}]"
    return _section(list(_questions(state, node.item, within)), path=path, depth=len(within), **cells)


def _repeats_within(group: Group) -> Iterator[Group]:
    for item in group.items:
        if isinstance(item, Group) and item.repeats:
            yield item
        elif isinstance(item, Group):
            yield from _repeats_within(item)


def _questions(
    state: State, group: Group, place: Place, heading: str = "", together: str = ""
) -> Iterator[ShownQuestion]:
    together = together or (group.name if FIELD_LIST in group.appearance.split() else "")
    for item in group.items:
        node = state.plan.nodes[item.name]
        if isinstance(item, Question):
            yield _question(state, node, place, heading, together)
        elif not item.repeats:
            yield from _questions(state, item, place, state.caption(item.label, node, place), together)


def _question(state: State, node: Node, place: Place, heading: str = "", together: str = "") -> ShownQuestion:
    question, path = node.item, node.path(place)
    assert isinstance(question, Question)
    answer, scope = state.answer(node, place), state.scope(node, place)
    return ShownQuestion(
        path=path,
        name=question.name,
        type=question.type,
        heading=heading,
        label=state.caption(question.label, node, place),
        hint=state.caption(question.hint, node, place),
        answer=answer,
        display=display(state.definition, question, answer),
        unit=unit(question),
        appearance=tuple(question.appearance.split()),
        choices=offered(state.definition, question, scope),
        relevant=state.relevant[path],
        required=bool(question.required) and truth(question.required, scope),
        readonly=state.is_readonly(node, place),
        finding=state.findings.get(path),
        guidance=state.caption(question.guidance_hint, node, place),
        media=dict(question.media),
        scale=range_of(question.parameters) if question.type == "range" else None,
        together=together,
    )


def _section(questions: list[ShownQuestion], *, finding: Finding | None = None, **cells: Any) -> ShownSection:
    asked = [question for question in questions if question.relevant and question.type not in _NOT_ANSWERED]
    asked = [question for question in asked if not question.readonly]
    problems = [found for found in (finding, *(question.finding for question in questions)) if found]
    missing = sum(found.code == MISSING for found in problems)
    return ShownSection(
        **{"count": None, **cells},
        questions=tuple(questions),
        asked_count=len(asked),
        answered_count=sum(not is_empty(question.answer) for question in asked),
        missing_count=missing,
        invalid_count=len(problems) - missing,
        finding=finding,
    )


_NOT_ANSWERED = {"note", "calculate", "hidden"}
