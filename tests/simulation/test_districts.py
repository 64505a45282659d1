"""Whole districts, each from one seed: every promise is watched at every step and at the quiet end.

`ZSB_SIM_DISTRICTS` says how many; `python -m tests.simulation SEED` tells one story line by line.
"""

import os

import pytest

from tests.simulation.district import play
from tests.simulation.states import compare_clocks

DISTRICTS = int(os.environ.get("ZSB_SIM_DISTRICTS", "40"))


@pytest.mark.parametrize("seed", range(1, DISTRICTS + 1))
def test_a_district_keeps_every_promise(seed: int) -> None:
    play(seed)


def test_a_seed_tells_the_same_story_twice() -> None:
    one, other = [], []
    play(3, tell=one.append)
    play(3, tell=other.append)
    assert one == other


@pytest.mark.parametrize("seed", range(1, 1 + max(2, DISTRICTS // 10)))
def test_the_final_state_does_not_depend_on_wall_clocks(seed: int) -> None:
    compare_clocks(seed)
