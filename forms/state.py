"""Answers and all that follows from them, as one value; and how expressions and captions look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forms.answers import MAX_INTEGER, stored
from forms.definition import Definition, Group, Question
from forms.display import display
from forms.expressions import truth
from forms.facts import Facts
from forms.judging import Finding
from forms.messages import SEPARATOR
from forms.plan import Plan
from forms.references import REFERENCE, climb, common
from forms.scope import Scope
from forms.tree import Node, Place
from forms.values import Value, as_text, flat

Answers = Mapping[str, object]
"""Stored answers by path: `income/monthly`, `members[1]/name`; `members` itself holds how many there are."""


@dataclass(frozen=True)
class State:
    """Answers and what follows from them, by path. A value: the tables are filled once and never altered after.

    `reached` tells how far the answers reach into each repeat, `counts` how many instances there are.
    """

    definition: Definition
    answers: Answers
    today: date
    facts: Facts
    plan: Plan
    reached: dict[str, int]
    counts: dict[str, int]
    relevant: dict[str, bool]
    values: dict[str, Value]
    findings: dict[str, Finding]

    def places(self, node: Node, start: Place = ()) -> Iterable[Place]:
        """Return where a row stands, in order: the places of all its instances that begin with some numbers."""
        if len(start) == len(node.repeats):
            return (start,)
        return self._places(node, start)

    def _places(self, node: Node, start: Place) -> Iterator[Place]:
        repeat = self.plan.nodes[node.repeats[len(start)]]
        for number in range(1, self.counts.get(repeat.path(start), 0) + 1):
            yield from self.places(node, (*start, number))

    def has(self, node: Node, place: Place) -> bool:
        """Say whether there is such an instance."""
        nodes = self.plan.nodes
        around = (nodes[name] for name in node.repeats)
        return all(
            number <= self.counts.get(repeat.path(place[:depth]), 0)
            for depth, (repeat, number) in enumerate(zip(around, place, strict=True))
        )

    def answer(self, node: Node, place: Place) -> object:
        """Return the answer as it is, or will be, stored: the computed one where the form computes."""
        path = node.path(place)
        if isinstance(node.item, Question) and node.item.calculation:
            return stored(node.item, self.values.get(path, ""))
        return self.answers.get(path)

    def is_readonly(self, node: Node, place: Place) -> bool:
        """Say whether nobody may answer: the form computes, or says so."""
        item = node.item
        if not isinstance(item, Question):
            return bool(item.repeat_count)
        return bool(item.calculation) or (bool(item.readonly) and truth(item.readonly, self.scope(node, place)))

    def scope(self, node: Node, place: Place) -> Scope:
        """Return the surroundings in which the expressions of a row are evaluated."""
        path = node.path(place)
        return Scope(
            _View(self, node, place),
            self.today,
            current=self.values.get(path, ""),
            stored=_kept(self.answers.get(path)),
            facts=self.facts,
            identity=self._identity(path) if self.facts.sources else "",
        )

    def _identity(self, path: str) -> str:
        visit = as_text(self.facts.value("visit", "id"))
        return f"{visit}/{path}" if visit else ""

    def gather(self, node: Node, start: Place) -> Value:
        """Return what a row holds at a place, or at all places that begin with it."""
        if len(start) == len(node.repeats):
            return self.values.get(node.path(start), () if node.is_repeat else "")
        return tuple(flat(self.values.get(node.path(place), "") for place in self._asked(node, start)))

    def _asked(self, node: Node, start: Place) -> Iterator[Place]:
        """Yield the places in repeats that are asked: instances of the others are dropped at the seal, so nothing may
        count them before."""
        if len(start) == len(node.repeats):
            yield start
            return
        repeat = self.plan.nodes[node.repeats[len(start)]]
        instances = self.values.get(repeat.path(start), ())
        for number in range(1, len(instances) + 1 if isinstance(instances, tuple) else 1):
            yield from self._asked(node, (*start, number))

    def caption(self, text: str, node: Node, place: Place) -> str:
        """Put the answers that a label names with `${…}` into it, in the words of the form.

        Only values are used, as in expressions: what is not asked, 不清楚 and 拒答 leave the place empty.
        """
        if "${" not in text:
            return text
        return REFERENCE.sub(lambda found: self._shown(found[1], node, place), text)

    def _shown(self, name: str, asking: Node, place: Place) -> str:
        node = self.plan.nodes[name]
        question = node.item
        if isinstance(question, Group):
            return ""
        places = self._asked(node, place[: common(asking.repeats, node.repeats)])
        values = [self.values.get(node.path(one), "") for one in places]
        shown = [display(self.definition, question, stored(question, value)) for value in values]
        return SEPARATOR.join(text for text in shown if text)


@dataclass(frozen=True, slots=True)
class _View:
    """The answers as one row sees them; what an expression asks through its scope."""

    state: State
    node: Node
    place: Place

    def read(self, reference: str) -> Value:
        """Return what a question holds, in the instances that the reference means."""
        made = self.state.plan
        target = made.targets[self.node.item.name, reference]
        return self.state.gather(made.nodes[target.name], self.place[: target.shared])

    def indexed(self, reference: str, at: Mapping[str, int]) -> Value:
        """Return what a question holds where the instances of some repeats are given; empty where there is none."""
        made, name = self.state.plan, self.node.item.name
        chosen = {made.targets[name, repeat].name: number for repeat, number in at.items()}
        node = made.nodes[made.targets[name, reference].name]
        own = self.place[: common(self.node.repeats, node.repeats)]
        mine = dict(zip(node.repeats, own, strict=False))
        place = [chosen.get(repeat, mine.get(repeat, 0)) for repeat in node.repeats]
        return self.state.values.get(node.path(tuple(place)), "")

    def position(self, levels: int) -> int:
        """Return the number of the instance that the group so many levels above stands in; 1 outside repeats."""
        nodes = self.state.plan.nodes
        top = climb(self.node, levels, nodes)
        depth = len(nodes[top].repeats) + nodes[top].is_repeat if top else 0
        return self.place[depth - 1] if depth else 1

    def choice_label(self, question: str, name: str) -> str:
        """Return the words of a choice of a question."""
        item = self.state.plan.nodes[question].item
        return self.state.definition.own_labels.get(getattr(item, "choices", ""), {}).get(name, "")


def _kept(answer: object) -> Value:
    """Return what was stored for a computed question: `once()` asks for it."""
    if isinstance(answer, int) and abs(answer) <= MAX_INTEGER:
        return Decimal(answer)
    return answer if isinstance(answer, str) else ""
