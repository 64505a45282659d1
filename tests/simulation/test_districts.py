"""Whole districts, each from its seed: no invariant is broken, whatever the network, the crashes and the clocks."""

import os

import pytest

from tests.simulation.district import play

DISTRICTS = int(os.environ.get("ZSB_SIM_DISTRICTS", "6"))


@pytest.mark.parametrize("seed", range(1, DISTRICTS + 1))
def test_a_district_keeps_every_promise(seed: int):
    story: list[str] = []
    play(seed, tell=story.append)  # Raises Violation, which names the promise and the place of the story.
    assert story
