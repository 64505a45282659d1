"""Whole districts, each from one seed: every promise is watched at every step and at the quiet end.

`ZSB_SIM_DISTRICTS` says how many: 40 in `make test`, which a developer waits for, 500 in `make check`, which CI runs.
`make sim SEED=n` tells one story line by line, `make sim-soak MINUTES=n` goes on to stories that nobody has seen.
"""

import os
import subprocess
import sys

import pytest

from tests.simulation.states import compare_clocks
from tests.simulation.story import play

DISTRICTS = int(os.environ.get("ZSB_SIM_DISTRICTS", "40"))


@pytest.mark.parametrize("seed", range(1, DISTRICTS + 1))
def test_a_district_keeps_every_promise(seed: int) -> None:
    play(seed)


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    told: list[str] = []
    play(3, tell=told.append)
    for hash_seed in ("1", "2"):  # The order of sets differs between the two, the story does not.
        command = [sys.executable, "-m", "tests.simulation", "3"]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        other = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert other.stdout.splitlines() == told


@pytest.mark.parametrize("seed", range(1, 1 + max(2, DISTRICTS // 20)))
def test_the_final_state_does_not_depend_on_wall_clocks(seed: int) -> None:
    compare_clocks(seed)
