"""What a reference means: `${name}`, and the paths that XLSForms really use.

    ${wage}              the same instance where repeats are shared, all instances where they are not
    ../wage  ./../wage   from the row upwards, then down; `current()/../wage` is the same
    /data/money/wage     from the top; like a name, it means the same instance where repeats are shared

The last is how ODK reads it too (https://getodk.github.io/xforms-spec/, deviations); all instances from inside are
`../../members/wage`. A path is cut into steps here and nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from forms.definition import Group, Question

REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
PATH = (
    r"(?:current\(\s*\)\s*/\s*)?(?:\.{1,2}\s*/\s*)+[^\W\d][\w-]*(?:\s*/\s*[^\W\d][\w-]*)*|(?:/\s*[^\W\d][\w-]*\s*){2,}"
)
"""How a path is written in an expression."""


class Row(Protocol):
    """A row with the group around it and the repeats around it."""

    @property
    def item(self) -> Question | Group: ...
    @property
    def parent(self) -> str: ...
    @property
    def repeats(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Target:
    """The row that a reference means. The first `shared` numbers of the place are those of the row that refers."""

    name: str
    shared: int


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the repeats that two rows share, from the outermost."""
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return count


def is_path(reference: str) -> bool:
    """Say whether a reference is a path and not a name."""
    return "/" in reference


def resolve(reference: str, row: Row, rows: Mapping[str, Row], form_id: str) -> Target:
    """Return what a reference in a row means. Raises KeyError when there is no such row."""
    if not is_path(reference):
        return Target(reference, common(row.repeats, rows[reference].repeats))
    if reference.startswith("/"):
        root, *names = reference.strip("/").split("/")
        if root not in {"data", form_id}:
            raise KeyError(reference)
        found = _descend("", names, rows, reference)
        return Target(found, common(row.repeats, rows[found].repeats))
    steps = [step for step in reference.split("/") if step not in {".", "current()"}]
    climbs = steps.count("..")
    top = climb(row, climbs, rows)
    found = _descend(top, steps[climbs:], rows, reference)
    return Target(found, common(_around(top, rows), rows[found].repeats))


def climb(row: Row, levels: int, rows: Mapping[str, Row]) -> str:
    """Return the name of the group that many levels above a row, or nothing at the top. Raises KeyError above it."""
    name = row.item.name
    for _ in range(levels):
        name = rows[name].parent
    return name


def _around(name: str, rows: Mapping[str, Row]) -> tuple[str, ...]:
    """Return the repeats whose instance is meant by standing at a group: the group's own too."""
    if not name:
        return ()
    item = rows[name].item
    own = (name,) if isinstance(item, Group) and item.repeats else ()
    return (*rows[name].repeats, *own)


def _descend(top: str, names: Sequence[str], rows: Mapping[str, Row], reference: str) -> str:
    parent = top
    for name in names:
        if name not in rows or rows[name].parent != parent:
            raise KeyError(reference)
        parent = name
    if parent == top:
        raise KeyError(reference)
    return parent
