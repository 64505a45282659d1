"""What a form says to a set of answers: which rows are asked, what they hold, what is wrong; wholly or after a change.

`evaluate` and `change` run the same computation of a cell; `change` runs it only for the cells that depend on the
changed answer, and `follow` changes one answer after the other. A `State` is a value: a change gives a new one. What is
wrong with one answer is said by `judging`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from forms import counting, messages
from forms.answers import Answer, computed, read
from forms.definition import Definition, Group, Question
from forms.expressions import compile_expression, truth
from forms.facts import NO_FACTS, Facts
from forms.judging import INVALID, Finding, judge
from forms.plan import FINDING, RELEVANT, VALUE, Cell, plan
from forms.state import Answers, State
from forms.tree import Node, Place
from forms.values import Value

MAX_CHANGES = 16
"""So many answers are changed one by one; a whole form is evaluated sooner than more of them."""


def evaluate(
    definition: Definition, answers: Answers, *, today: date, facts: Facts | Mapping[str, Any] = NO_FACTS
) -> State:
    """Evaluate a whole form. Answers of any content are taken; what is wrong with them becomes a finding."""
    made = plan(definition)
    known = facts if isinstance(facts, Facts) else Facts(facts)
    state = State(definition, dict(answers), today, known, made, counting.reached(made, answers), {}, {}, {}, {})
    for cell in made.order:
        node = made.nodes[cell[1]]
        for place in state.places(node):
            _compute(state, cell[0], node, place)
    return state


def change(state: State, path: str, answer: Answer | None) -> State:
    """Return the state after one answer was given, or taken back with None. Equals `evaluate` of the new answers."""
    answers = dict(state.answers)
    answers.pop(path, None)
    if answer is not None:
        answers[path] = answer
    found = state.plan.find(path)
    if found is None:
        return replace(state, answers=answers)
    node, place = found
    reached = counting.reached_after(state, answers, node, place, path) if place else state.reached
    after = replace(
        state,
        answers=answers,
        reached=reached,
        counts=dict(state.counts),
        relevant=dict(state.relevant),
        values=dict(state.values),
        findings=dict(state.findings),
    )
    spread = _Spread(after)
    for facet in (VALUE, FINDING):
        spread.push((facet, node.item.name), place)
    for repeat_path in counting.changed(state.reached, reached):
        repeat, outer = state.plan.find(repeat_path) or (node, place)
        spread.push((VALUE, repeat.item.name), outer)
    spread.run()
    return after


def follow(state: State, answers: Answers) -> State:
    """Return the state of other answers, as `evaluate` gives it: change by change where few differ, anew where many do."""
    before = state.answers
    # Written out, for 1 and true are equal and are not the same answer.
    differing = [path for path in {**before, **answers} if repr(before.get(path)) != repr(answers.get(path))]
    if len(differing) > MAX_CHANGES:
        return evaluate(state.definition, answers, today=state.today, facts=state.facts)
    for path in differing:
        state = change(state, path, cast(Answer | None, answers.get(path)))
    return replace(state, answers=dict(answers))


@dataclass
class _Spread:
    """A change on its way through the cells: guards the queue of what has to be computed again, in order."""

    state: State
    queue: list[tuple[int, Place]] = field(default_factory=list)
    done: set[tuple[int, Place]] = field(default_factory=set)

    def push(self, cell: Cell, place: Place) -> None:
        """Have a cell computed again; a row that holds no such cell is passed over."""
        rank = self.state.plan.rank.get(cell)
        if rank is not None:
            heapq.heappush(self.queue, (rank, place))

    def run(self) -> None:
        """Compute what is queued, and then in order whatever depends on what really changed."""
        made = self.state.plan
        while self.queue:
            entry = heapq.heappop(self.queue)
            rank, place = entry
            cell = made.order[rank]
            node = made.nodes[cell[1]]
            if entry in self.done or not self.state.has(node, place):
                continue
            self.done.add(entry)
            before = self.state.counts.get(node.path(place), 0) if node.is_repeat else 0
            if _compute(self.state, cell[0], node, place):
                for dependent in made.dependents[cell]:
                    self._push_all(dependent.cell, place[: dependent.shared])
            if node.is_repeat and cell[0] == VALUE:
                self._resize(node, place, before, self.state.counts[node.path(place)])

    def _push_all(self, cell: Cell, start: Place) -> None:
        for place in self.state.places(self.state.plan.nodes[cell[1]], start):
            self.push(cell, place)

    def _resize(self, repeat: Node, place: Place, before: int, after: int) -> None:
        """Begin and forget instances. Who looks at them from outside depends on their number, and is queued already."""
        if before == after:
            return
        inside = self.state.plan.within[repeat.item.name]
        for number in range(before + 1, after + 1):
            for node in inside:
                if len(node.repeats) == len(place) + 1:
                    for facet in (RELEVANT, VALUE, FINDING):
                        self.push((facet, node.item.name), (*place, number))
        _forget(self.state, inside, [(*place, number) for number in range(after + 1, before + 1)])


def _forget(state: State, inside: Iterable[Node], instances: Iterable[Place]) -> None:
    paths = [node.path(place) for start in instances for node in inside for place in state.places(node, start)]
    for table in (state.counts, state.relevant, state.values, state.findings):
        for path in paths:
            table.pop(path, None)


def _compute(state: State, facet: str, node: Node, place: Place) -> bool:
    """Compute one cell into the tables of a state that nobody else has seen yet; say whether it differs from before."""
    path = node.path(place)
    if facet == RELEVANT:
        return _put(state.relevant, path, _is_relevant(state, node, place))
    if facet == VALUE:
        return _put(state.values, path, _value(state, node, place, path))
    finding = _finding(state, node, place, path)
    state.findings.pop(path, None)
    if finding:
        state.findings[path] = finding
    return False


def _put(table: dict[str, Any], path: str, result: Value) -> bool:
    before = table.get(path)
    table[path] = result
    return type(before) is not type(result) or before != result


def _is_relevant(state: State, node: Node, place: Place) -> bool:
    if node.parent:
        parent = state.plan.nodes[node.parent]
        if not state.relevant[parent.path(place[: len(parent.repeats)])]:
            return False
    return not node.item.relevant or truth(node.item.relevant, state.scope(node, place))


def _value(state: State, node: Node, place: Place, path: str) -> Value:
    item = node.item
    if isinstance(item, Group):
        state.counts[path] = counting.count(state, node, place)
        return tuple(str(number) for number in range(1, state.counts[path] + 1)) if state.relevant[path] else ()
    if not state.relevant[path]:
        return ""
    if item.calculation:
        return computed(item, compile_expression(item.calculation).run(state.scope(node, place)))
    value = read(state.definition, item, state.answers.get(path))
    return "" if value is None else value


def _finding(state: State, node: Node, place: Place, path: str) -> Finding | None:
    if not state.relevant[path]:
        return None
    if isinstance(node.item, Question):
        expected = state.answer(node, place) if node.item.calculation else None
        scope = state.scope(node, place)
        verdict = judge(state.definition, node.item, state.answers.get(path), expected, scope)
    else:
        wrong = counting.misfit(state, node, place)
        verdict = (INVALID, messages.INSTANCES.format(limit=node.limit)) if wrong else None
    if verdict is None:
        return None
    code, message = verdict
    return Finding(path, code, state.caption(message, node, place), state.caption(node.item.label, node, place))
