"""What a known fault is, and how one is entered."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]


@dataclass(frozen=True)
class Mutant:
    """A fault, the promise that it breaks, and the seed whose story is tried first."""

    promise: str
    seed: int
    put_in: Fault


MUTANTS: dict[str, Mutant] = {}


def breaks(promise: str, *, seed: int = 1) -> Callable[[Fault], Fault]:
    """Enter a fault as a mutant under its name."""

    def enter(fault: Fault) -> Fault:
        MUTANTS[fault.__name__.replace("_", " ")] = Mutant(promise, seed, fault)
        return fault

    return enter
