"""How a definition is evaluated: where each row's answer lives, and in which order cells depend on one another.

A cell is a facet of a row: whether it is asked (`RELEVANT`), what it holds (`VALUE`), what is wrong with it
(`FINDING`). The plan is made once for a definition and knows nothing of answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import TopologicalSorter
from typing import NamedTuple

from forms.definition import Definition, Group, Question
from forms.expressions import Expression, compile_expression, is_dynamic
from forms.references import REFERENCE, Target, common, resolve
from forms.tree import MAX_INSTANCES, Node, Place, sources, walk

RELEVANT, VALUE, FINDING = "relevant", "value", "finding"
Cell = tuple[str, str]
"""A facet and the name of a row."""

_INDEX = re.compile(r"\[([1-9][0-9]{0,2})\]")


class Dependent(NamedTuple):
    """A cell that needs another; the two share the first `shared` numbers of their places."""

    cell: Cell
    shared: int


@dataclass(frozen=True)
class Plan:
    """The rows by name in the order of the form, the order of evaluation, and who depends on whom.

    `targets` says what a reference in a row means.
    """

    nodes: Mapping[str, Node]
    by_template: Mapping[str, Node]
    targets: Mapping[tuple[str, str], Target]
    order: tuple[Cell, ...]
    rank: Mapping[Cell, int]
    dependents: Mapping[Cell, tuple[Dependent, ...]]

    def find(self, path: str) -> tuple[Node, Place] | None:
        """Return the row and the place that a path names, or None."""
        if "[" not in path:
            node = self.by_template.get(path)
            return (node, ()) if node else None
        node = self.by_template.get(_INDEX.sub("[]", path))
        place = tuple(map(int, _INDEX.findall(path)))
        if node is None or any(number > limit for number, limit in zip(place, MAX_INSTANCES, strict=False)):
            return None
        return node, place

    @cached_property
    def within(self) -> Mapping[str, tuple[Node, ...]]:
        """The rows inside each repeat, at any depth, in the order of the form."""
        found: dict[str, list[Node]] = {name: [] for name, node in self.nodes.items() if node.is_repeat}
        for node in self.nodes.values():
            for repeat in node.repeats:
                found[repeat].append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}


@lru_cache(maxsize=32)
def plan(definition: Definition) -> Plan:
    """Make the plan of a definition whose expressions were checked when it was imported.

    Raises graphlib.CycleError, with the cells in its second argument, when cells depend on themselves.
    """
    nodes = walk(definition)
    targets = dict(_targets(definition, nodes))
    edges = [edge for node in nodes.values() for edge in _edges(node, nodes, targets)]
    needs: dict[Cell, set[Cell]] = {}
    dependents: dict[Cell, dict[Cell, int]] = {}
    for cell, needed, shared in edges:
        needs.setdefault(cell, set())
        if needed:
            needs[cell].add(needed)
            known = dependents.setdefault(needed, {})
            known[cell] = min(shared, known.get(cell, shared))
    order = tuple(TopologicalSorter(needs).static_order())
    listed = {cell: tuple(Dependent(*pair) for pair in dependents.get(cell, {}).items()) for cell in order}
    return Plan(
        nodes,
        {"[]".join(node.parts): node for node in nodes.values()},
        targets,
        order,
        {cell: rank for rank, cell in enumerate(order)},
        listed,
    )


_JUDGING = ("required", "constraint", "choice_filter")


def _targets(definition: Definition, nodes: Mapping[str, Node]) -> Iterator[tuple[tuple[str, str], Target]]:
    """Say what every reference of every row means."""
    for node in nodes.values():
        texts = [source for _, source in sources(node.item)]
        if isinstance(node.item, Question) and node.item.default:
            texts += [node.item.default] if is_dynamic(node.item.default) else []
        for expression in map(compile_expression, texts):
            for reference in expression.mentioned:
                yield (node.item.name, reference), resolve(reference, node, nodes, definition.form_id)


def _edges(
    node: Node, nodes: Mapping[str, Node], targets: Mapping[tuple[str, str], Target]
) -> Iterator[tuple[Cell, Cell | None, int]]:
    """List the cells of a row, each with a cell that must be known before, and how much of their places they share."""
    item = node.item
    relevant, value, finding = (RELEVANT, item.name), (VALUE, item.name), (FINDING, item.name)

    def needs(cell: Cell, *columns: str) -> Iterator[tuple[Cell, Cell | None, int]]:
        for source in filter(None, (getattr(item, column) for column in columns)):
            yield from _read(cell, compile_expression(source), node, nodes, targets)

    yield relevant, None, 0
    if node.parent:
        parent = nodes[node.parent]
        yield relevant, (RELEVANT, node.parent), len(parent.repeats)
        if parent.is_repeat:
            yield relevant, (VALUE, node.parent), len(parent.repeats)
    yield from needs(relevant, "relevant")
    if isinstance(item, Group) and not item.repeats:
        return
    yield value, relevant, len(node.repeats)
    yield finding, relevant, len(node.repeats)
    yield finding, value, len(node.repeats)
    yield from ((finding, *captioned) for captioned in _captioned(node, nodes))
    if isinstance(item, Group):
        yield from needs(value, "repeat_count")
        yield from needs(finding, "repeat_count")
    else:
        yield from needs(value, "calculation")
        yield from needs(finding, *_JUDGING)


def _read(
    cell: Cell,
    expression: Expression,
    node: Node,
    nodes: Mapping[str, Node],
    targets: Mapping[tuple[str, str], Target],
) -> Iterator[tuple[Cell, Cell | None, int]]:
    def meant(reference: str) -> Target:
        return targets[node.item.name, reference]

    for target in map(meant, expression.references):
        yield from ((cell, *seen) for seen in _seen(target.name, target.shared, nodes))
    for reference, repeats in expression.indexed:
        around = nodes[meant(reference).name].repeats
        chosen = [around.index(meant(repeat).name) for repeat in repeats if meant(repeat).name in around]
        shared = min([common(node.repeats, around), *chosen])
        yield from ((cell, *seen) for seen in _seen(meant(reference).name, shared, nodes))


def _seen(name: str, shared: int, nodes: Mapping[str, Node]) -> Iterator[tuple[Cell, int]]:
    """List what is looked at with a row: the row, and the numbers of the repeats whose instances are gone through."""
    yield (VALUE, name), shared
    for depth, repeat in enumerate(nodes[name].repeats):
        if depth >= shared:
            yield (VALUE, repeat), shared


def _captioned(node: Node, nodes: Mapping[str, Node]) -> Iterator[tuple[Cell, int]]:
    texts = [getattr(node.item, column, "") for column in ("label", "constraint_message", "required_message")]
    for name in (name for text in texts for name in REFERENCE.findall(text)):
        yield from _seen(name, common(node.repeats, nodes[name].repeats), nodes)
