"""A soak names what it finds, and plays on."""

import pytest

from tests.simulation import soak
from tests.simulation.mutants import MUTANTS


def test_a_soak_plays_seed_after_seed() -> None:
    played, broken = soak.soak(1, seconds=0, workers=1)
    assert (played, broken) == (1, [])


def test_a_broken_story_is_told_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS["leaves a hole between seqs"].put_in(monkeypatch)
    assert soak.outcome(1).startswith("seed 1: Violation: dense")
