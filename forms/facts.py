"""What is known before a visit: the household in the register, the last visit, the visit itself.

A form looks facts up with `pulldata('household', 'address')`. They are an argument of every evaluation, like the day.
What a form asked for is sealed with the answers (`asked`), so that the office checks a visit with the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from forms.values import MAX_TEXT, Value

SOURCES = ("visit", "household", "members", "last_visit")
"""What a form may ask: the visit itself, the household and its members in the register, and the answers of the last
visit by their paths."""

MAX_INTEGER_FACT = 10**15


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts by source: one row of fields, or a table of rows. Any JSON is taken; what is no answer is empty."""

    sources: Mapping[str, Any] = field(default_factory=dict)

    def value(self, source: str, name: str) -> Value:
        """Return a field of a source; of a table, that of its first row."""
        rows = self._rows(source)
        return _value(rows[0].get(name)) if rows else ""

    def find(self, source: str, name: str, key: str, sought: str) -> Value:
        """Return a field of the first row whose key reads as is sought."""
        if not sought:
            return ""
        return next((_value(row.get(name)) for row in self._rows(source) if _text(row.get(key)) == sought), "")

    def _rows(self, source: str) -> Sequence[Mapping[str, Any]]:
        found = self.sources.get(source)
        rows = found if isinstance(found, list | tuple) else [found]
        return [row for row in rows if isinstance(row, Mapping)]


NO_FACTS = Facts()


def _value(fact: Any) -> Value:
    """Return a fact as an expression sees it, as it sees an answer of the same JSON."""
    if isinstance(fact, bool):
        return fact
    if isinstance(fact, int):
        return Decimal(fact) if abs(fact) <= MAX_INTEGER_FACT else ""
    if isinstance(fact, list) and all(isinstance(one, str) for one in fact):
        return " ".join(fact)[:MAX_TEXT]
    return fact[:MAX_TEXT] if isinstance(fact, str) else ""


def _text(fact: Any) -> str:
    return str(fact) if isinstance(fact, int | str) and not isinstance(fact, bool) else ""
