"""How a definition is evaluated: where each row's answer lives, and in which order cells depend on one another.

A cell is a facet of a row: whether it is asked (`RELEVANT`), what it holds (`VALUE`), what is wrong with it
(`FINDING`). The plan is made once for a definition and knows nothing of answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter

from forms.definition import Definition, Group, Question
from forms.expressions import compile_expression

RELEVANT, VALUE, FINDING = "relevant", "value", "finding"
Cell = tuple[str, str]
"""A facet and the name of a row."""

MAX_INSTANCES = 100
"""A part that repeats, repeats at most so often; larger numbers in a path are not answers."""

REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_INSTANCE = re.compile(r"([^\[\]]+)\[([1-9][0-9]{0,2})\](/[^\[\]]+)")


@dataclass(frozen=True, slots=True)
class Node:
    """A row with its place. `repeat` names the repeating group around it, or is empty; then `suffix` is empty too."""

    item: Question | Group
    parent: str
    repeat: str
    prefix: str
    suffix: str

    def path(self, index: int) -> str:
        """Return the path of one instance; the index is 0 outside repeats and counts from 1 inside."""
        return f"{self.prefix}[{index}]{self.suffix}" if self.repeat else self.prefix


@dataclass(frozen=True)
class Plan:
    """The rows by name in the order of the form, the order of evaluation, and who depends on whom."""

    nodes: Mapping[str, Node]
    by_template: Mapping[str, Node]
    order: tuple[Cell, ...]
    rank: Mapping[Cell, int]
    dependents: Mapping[Cell, tuple[Cell, ...]]

    def find(self, path: str) -> tuple[Node, int] | None:
        """Return the row and the instance that a path names, or None."""
        match = _INSTANCE.fullmatch(path)
        if match is None:
            node = self.by_template.get(path)
            return (node, 0) if node and not node.repeat else None
        index, node = int(match[2]), self.by_template.get(f"{match[1]}[]{match[3]}")
        return (node, index) if node and index <= MAX_INSTANCES else None


@lru_cache(maxsize=32)
def plan(definition: Definition) -> Plan:
    """Make the plan of a definition whose expressions were checked when it was imported.

    Raises graphlib.CycleError, with the cells in its second argument, when cells depend on themselves.
    """
    nodes = {node.item.name: node for node in _walk(definition.items, "", "", "", "")}
    needs: dict[Cell, set[Cell]] = {}
    for node in nodes.values():
        needs.update(_needs(node))
    order = tuple(TopologicalSorter(needs).static_order())
    dependents: dict[Cell, list[Cell]] = {cell: [] for cell in order}
    for cell in order:
        for needed in needs.get(cell, ()):
            dependents[needed].append(cell)
    return Plan(
        nodes,
        {f"{node.prefix}[]{node.suffix}" if node.repeat else node.prefix: node for node in nodes.values()},
        order,
        {cell: rank for rank, cell in enumerate(order)},
        {cell: tuple(cells) for cell, cells in dependents.items()},
    )


def _walk(items: Iterable[Question | Group], parent: str, repeat: str, prefix: str, suffix: str) -> Iterator[Node]:
    for item in items:
        here = f"{suffix}/{item.name}" if repeat else ""
        start = prefix if repeat else "/".join(part for part in (prefix, item.name) if part)
        yield Node(item, parent, repeat, start, here)
        if isinstance(item, Group):
            yield from _walk(item.items, item.name, item.name if item.repeats else repeat, start, here)


def _needs(node: Node) -> Iterator[tuple[Cell, set[Cell]]]:
    """List the cells of a row, each with the cells that must be known before."""
    item = node.item
    relevant, value = (RELEVANT, item.name), (VALUE, item.name)
    yield relevant, _values(item.relevant) | ({(RELEVANT, node.parent)} if node.parent else set())
    if isinstance(item, Group):
        if item.repeats:
            yield value, {relevant}
        return
    yield value, {relevant} | _values(item.calculation)
    captions = _captions(item.label, item.constraint_message, item.required_message)
    rules = _values(item.required, item.constraint, item.choice_filter)
    yield (FINDING, item.name), {relevant, value} | captions | rules


def _values(*sources: str) -> set[Cell]:
    names = {name for source in sources if source for name in compile_expression(source).references}
    return {(VALUE, name) for name in names}


def _captions(*texts: str) -> set[Cell]:
    return {(VALUE, name) for text in texts for name in REFERENCE.findall(text)}
