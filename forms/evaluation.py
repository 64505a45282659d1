"""What a form says to a set of answers: which rows are asked, what they hold, what is wrong; wholly or after a change.

`evaluate` and `change` run the same computation of a cell; `change` runs it only for the cells that depend on the
changed answer. A `State` is a value: a change gives a new one. What is wrong with one answer is said by `judging`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from forms.answers import MAX_INTEGER, Answer, computed, is_empty, read, stored
from forms.definition import Definition, Group, Question
from forms.display import display
from forms.expressions import Scope, compile_expression, truth
from forms.judging import Finding, judge
from forms.messages import SEPARATOR
from forms.plan import FINDING, MAX_INSTANCES, REFERENCE, RELEVANT, VALUE, Cell, Node, Plan, plan
from forms.values import Value

Answers = Mapping[str, object]
"""Stored answers by path: `income/monthly`, `members[1]/name`; `members` itself holds how many there are."""


@dataclass(frozen=True)
class State:
    """Answers and what follows from them, by path. A value: the tables are filled once and never altered after."""

    definition: Definition
    answers: Answers
    today: date
    plan: Plan
    counts: dict[str, int]
    relevant: dict[str, bool]
    values: dict[str, Value]
    findings: dict[str, Finding]

    def indices(self, repeat: str) -> range:
        """Return the instance numbers of a repeat, or only 0 for what stands outside repeats."""
        return range(1, self.counts.get(repeat, 0) + 1) if repeat else range(1)

    def answer(self, node: Node, index: int) -> object:
        """Return the answer as it is, or will be, stored: the computed one where the form computes."""
        path = node.path(index)
        if isinstance(node.item, Question) and node.item.calculation:
            return stored(node.item, self.values.get(path, ""))
        return self.answers.get(path)

    def scope(self, node: Node, index: int) -> Scope:
        """Return the surroundings in which the expressions of a row are evaluated."""
        path = node.path(index)
        kept = self.answers.get(path)
        return Scope(
            read=lambda name: self._read(self.plan.nodes[name], index if node.repeat else 0, node.repeat),
            today=self.today,
            current=self.values.get(path, ""),
            stored=_kept(kept),
            position=index or 1,
        )

    def _read(self, node: Node, index: int, repeat: str) -> Value:
        if isinstance(node.item, Group):
            return self.values.get(node.path(index), ())
        if not node.repeat or node.repeat == repeat:
            return self.values.get(node.path(index), "")
        return tuple(self.values.get(node.path(other), "") for other in self.indices(node.repeat))

    def caption(self, text: str, node: Node, index: int) -> str:
        """Put the answers that a label names with `${…}` into it, in the words of the form.

        Only values are used, as in expressions: what is not asked, 不清楚 and 拒答 leave the place empty.
        """
        if "${" not in text:
            return text
        return REFERENCE.sub(lambda found: self._shown(found[1], node, index), text)

    def _shown(self, name: str, asking: Node, index: int) -> str:
        node = self.plan.nodes[name]
        question = node.item
        if isinstance(question, Group):
            return ""
        same = not node.repeat or node.repeat == asking.repeat
        places = (index,) if same else self.indices(node.repeat)
        values = [self.values.get(node.path(place), "") for place in places]
        shown = [display(self.definition, question, stored(question, value)) for value in values]
        return SEPARATOR.join(text for text in shown if text)


def evaluate(definition: Definition, answers: Answers, *, today: date) -> State:
    """Evaluate a whole form. Answers of any content are taken; what is wrong with them becomes a finding."""
    made = plan(definition)
    state = State(definition, dict(answers), today, made, _counts(made, answers), {}, {}, {})
    for cell in made.order:
        for index in state.indices(made.nodes[cell[1]].repeat):
            _compute(state, cell, index)
    return state


def change(state: State, path: str, answer: Answer | None) -> State:
    """Return the state after one answer was given, or taken back with None. Equals `evaluate` of the new answers."""
    answers = dict(state.answers)
    answers.pop(path, None)
    if answer is not None:
        answers[path] = answer
    found = state.plan.find(path)
    if found is None or isinstance(found[0].item, Group) or _changes_count(state, *found, answer):
        return evaluate(state.definition, answers, today=state.today)
    after = replace(
        state,
        answers=answers,
        relevant=dict(state.relevant),
        values=dict(state.values),
        findings=dict(state.findings),
    )
    name, index = found[0].item.name, found[1]
    _spread(after, [((VALUE, name), index), ((FINDING, name), index)])
    return after


def _spread(state: State, seeds: Iterable[tuple[Cell, int]]) -> None:
    """Compute the seeds, and then in order whatever depends on what really changed."""
    made = state.plan
    queue = [(made.rank[cell], index) for cell, index in seeds]
    heapq.heapify(queue)
    done: set[tuple[int, int]] = set()
    while queue:
        place = heapq.heappop(queue)
        if place in done:
            continue
        done.add(place)
        rank, index = place
        cell = made.order[rank]
        if _compute(state, cell, index):
            for dependent in made.dependents[cell]:
                for other in _instances(state, made.nodes[cell[1]], index, made.nodes[dependent[1]]):
                    heapq.heappush(queue, (made.rank[dependent], other))


def _instances(state: State, source: Node, index: int, target: Node) -> Iterable[int]:
    """Say which instances of a row depend on an instance of another."""
    return (index,) if source.repeat and source.repeat == target.repeat else state.indices(target.repeat)


def _compute(state: State, cell: Cell, index: int) -> bool:
    """Compute one cell into the tables of a state that nobody else has seen yet; say whether it differs from before."""
    facet, name = cell
    node = state.plan.nodes[name]
    path = node.path(index)
    if facet == RELEVANT:
        return _put(state.relevant, path, _is_relevant(state, node, index))
    if facet == VALUE:
        return _put(state.values, path, _value(state, node, index))
    finding = _finding(state, node, index)
    state.findings.pop(path, None)
    if finding:
        state.findings[path] = finding
    return False


def _put(table: dict[str, Any], path: str, result: Value) -> bool:
    before = table.get(path)
    table[path] = result
    return type(before) is not type(result) or before != result


def _is_relevant(state: State, node: Node, index: int) -> bool:
    if node.parent:
        parent = state.plan.nodes[node.parent]
        if not state.relevant[parent.path(index)]:
            return False
    return not node.item.relevant or truth(node.item.relevant, state.scope(node, index))


def _value(state: State, node: Node, index: int) -> Value:
    item, path = node.item, node.path(index)
    if isinstance(item, Group):
        return tuple(map(str, state.indices(item.name))) if state.relevant[path] else ()
    if not state.relevant[path]:
        return ""
    if item.calculation:
        return computed(item, compile_expression(item.calculation).run(state.scope(node, index)))
    value = read(state.definition, item, state.answers.get(path))
    return "" if value is None else value


def _finding(state: State, node: Node, index: int) -> Finding | None:
    path = node.path(index)
    if not isinstance(node.item, Question) or not state.relevant[path]:
        return None
    expected = state.answer(node, index) if node.item.calculation else None
    verdict = judge(state.definition, node.item, state.answers.get(path), expected, state.scope(node, index))
    if verdict is None:
        return None
    code, message = verdict
    return Finding(path, code, state.caption(message, node, index), state.caption(node.item.label, node, index))


def _counts(made: Plan, answers: Answers) -> dict[str, int]:
    """Count the instances of each repeat: as many as were said, and at least as far as answers reach."""
    counts = {name: _said(answers.get(node.prefix)) for name, node in made.nodes.items() if _repeats(node)}
    for path, answer in answers.items():
        found = made.find(path) if "[" in path and not is_empty(answer) else None
        if found:
            counts[found[0].repeat] = max(counts[found[0].repeat], found[1])
    return counts


def _changes_count(state: State, node: Node, index: int, answer: object) -> bool:
    """Say whether a change may add or take away an instance; then the form is evaluated anew."""
    if not node.repeat:
        return False
    count = state.counts[node.repeat]
    return index > count or (index == count and is_empty(answer))


def _kept(answer: object) -> Value:
    """Return what was stored for a computed question: `once()` asks for it."""
    if isinstance(answer, int) and abs(answer) <= MAX_INTEGER:
        return Decimal(answer)
    return answer if isinstance(answer, str) else ""


def _said(answer: object) -> int:
    return answer if is_count(answer) and isinstance(answer, int) else 0


def is_count(answer: object) -> bool:
    """Say whether an answer may stand for the number of instances of a repeat."""
    return isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer <= MAX_INSTANCES


def _repeats(node: Node) -> bool:
    return isinstance(node.item, Group) and node.item.repeats
