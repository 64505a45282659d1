"""What every function of a form is: how many arguments it takes, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from forms.values import Value


class Surroundings(Protocol):
    """What a function may know besides its arguments."""

    @property
    def today(self) -> date: ...
    @property
    def stored(self) -> Value: ...
    @property
    def identity(self) -> str: ...


@dataclass(frozen=True)
class Function:
    """One function: how many arguments it takes (None: any number), and what it does.

    All are total: an argument that makes no sense gives an empty value and never an error, so an answer cannot stop a
    form.
    """

    least: int
    most: int | None
    call: Callable[..., Value]
    needs_surroundings: bool = False

    def takes(self, count: int) -> bool:
        """Say whether it may be called with so many arguments."""
        return self.least <= count and (self.most is None or count <= self.most)

    @property
    def arity(self) -> str:
        """How many arguments it takes, for a message."""
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most or '多'}"


Functions = Mapping[str, Function]
