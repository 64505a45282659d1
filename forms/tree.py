"""The rows of a form as a tree: which groups and repeats stand around each, and the paths of its instances.

A place tells the instance of each repeat around a row, the outermost first; outside repeats it is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms.definition import Definition, Group, Question

Place = tuple[int, ...]

MAX_INSTANCES = (100, 20, 5)
"""So often a part may repeat, a part within it, and a part within that: at most 10,000 instances, whatever is answered
or computed. Larger numbers in a path are not answers."""


@dataclass(frozen=True, slots=True)
class Node:
    """A row with its place in the tree: the group around it, the repeats around it, and its path cut at their numbers."""

    item: Question | Group
    parent: str
    repeats: tuple[str, ...]
    parts: tuple[str, ...]

    def path(self, place: Place) -> str:
        """Return the path of one instance: `members[1]/jobs[2]/wage` at the place (1, 2)."""
        parts = self.parts
        if len(parts) == 1:
            return parts[0]
        if len(parts) == 2:
            return f"{parts[0]}[{place[0]}]{parts[1]}"
        numbered = (f"[{number}]{part}" for number, part in zip(place, parts[1:], strict=True))
        return parts[0] + "".join(numbered)

    @property
    def is_repeat(self) -> bool:
        """Say whether the row is a part that repeats."""
        return isinstance(self.item, Group) and self.item.repeats

    @property
    def limit(self) -> int:
        """How often it may repeat."""
        return MAX_INSTANCES[len(self.repeats)]


def walk(definition: Definition) -> dict[str, Node]:
    """Return the rows by name with their places in the tree."""
    return {node.item.name: node for node in _walk(definition.items, "", (), ("",))}


def _walk(
    items: Iterable[Question | Group], parent: str, repeats: tuple[str, ...], parts: tuple[str, ...]
) -> Iterator[Node]:
    for item in items:
        last = f"{parts[-1]}/{item.name}" if parts != ("",) else item.name
        here = (*parts[:-1], last)
        yield Node(item, parent, repeats, here)
        if isinstance(item, Group) and item.repeats:
            yield from _walk(item.items, item.name, (*repeats, item.name), (*here, ""))
        elif isinstance(item, Group):
            yield from _walk(item.items, item.name, repeats, here)


def sources(item: Question | Group) -> Iterator[tuple[str, str]]:
    """Yield the columns of a row that hold expressions, and the expressions."""
    columns = ("relevant", "repeat_count") if isinstance(item, Group) else _EXPRESSIONS
    for column in columns:
        if source := getattr(item, column):
            yield column, source


_EXPRESSIONS = ("relevant", "required", "constraint", "calculation", "readonly", "choice_filter")
