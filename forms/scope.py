"""Where an expression is evaluated: what it can ask for besides its own text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from forms.facts import NO_FACTS, Facts
from forms.values import Value


class Around(Protocol):
    """The answers around an expression, as the row sees them that holds it."""

    def read(self, reference: str) -> Value:
        """Return what a question holds: one value, or the values of all instances that the reference means."""
        ...

    def indexed(self, reference: str, at: Mapping[str, int]) -> Value:
        """Return what a question holds in the instances that are given by the name of the repeat."""
        ...

    def position(self, levels: int) -> int:
        """Return the number of the instance that many groups above, or of the next repeat above that."""
        ...

    def choice_label(self, question: str, name: str) -> str:
        """Return the words of a choice of a question."""
        ...


class Nowhere:
    """Surroundings without any answer."""

    def read(self, reference: str) -> Value:
        """Return nothing."""
        return ""

    def indexed(self, reference: str, at: Mapping[str, int]) -> Value:
        """Return nothing."""
        return ""

    def position(self, levels: int) -> int:
        """Return 1, as outside repeats."""
        return 1

    def choice_label(self, question: str, name: str) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is evaluated: the answers around it, the day, the answer itself and what was stored for it.

    `columns` are those of the choice that a choice filter looks at; `identity` names the instance for `uuid()`.
    """

    around: Around
    today: date
    current: Value = ""
    stored: Value = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = NO_FACTS
    identity: str = ""
