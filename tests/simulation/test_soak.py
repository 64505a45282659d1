"""A soak names what it finds, and plays on."""

import os
from pathlib import Path

import pytest

from tests.simulation import soak
from tests.simulation.mutants import MUTANTS
from tests.simulation.places import clear_left_behind


def test_a_soak_plays_seed_after_seed() -> None:
    played, broken = soak.soak(1, seconds=0, workers=1)
    assert (played, broken) == (1, [])


def test_a_broken_story_is_told_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS["leaves a hole between seqs"].put_in(monkeypatch)
    assert soak.outcome(1).startswith("seed 1: Violation: dense")


def test_what_a_killed_run_left_behind_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    names = (f"districts-{dead}-a", f"districts-{os.getpid()}-b", "districts-somebody", f"others-{dead}")
    for name in names:
        (tmp_path / name).mkdir()
    clear_left_behind(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
