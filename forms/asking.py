"""What a form reads of a household: said before anyone fills it in, and cut out of the facts for the seal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.definition import Definition, Question
from forms.expressions import compile_expression, is_dynamic
from forms.tree import sources


def facts_asked(definition: Definition) -> frozenset[tuple[str, str]]:
    """Return the pairs of source and field that the expressions of a form look up."""
    found: set[tuple[str, str]] = set()
    for item in definition.rows:
        texts = [text for _, text in sources(item)]
        if isinstance(item, Question) and is_dynamic(item.default):
            texts.append(item.default)
        for text in texts:
            found |= compile_expression(text).facts
    return frozenset(found)


def facts_used(definition: Definition, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a form asks for, and no others; a form evaluates to the same with them.

    A table keeps its rows, each with the fields that are asked. What is not known is left out.
    """
    asked: dict[str, set[str]] = {}
    for source, name in facts_asked(definition):
        asked.setdefault(source, set()).add(name)
    return {source: _cut(facts[source], names) for source, names in sorted(asked.items()) if source in facts}


def _cut(rows: Any, names: set[str]) -> Any:
    if isinstance(rows, list | tuple):
        return [_cut(row, names) for row in rows if isinstance(row, Mapping)]
    return {name: rows[name] for name in sorted(names) if name in rows} if isinstance(rows, Mapping) else {}
