"""Lost devices, each story from one seed (docs/sync-protocol.md, "Farewell")."""

import pytest

from tests.simulation.lost import play_lost
from tests.simulation.test_districts import DISTRICTS


@pytest.mark.parametrize("seed", range(1, 1 + max(6, DISTRICTS // 10)))
def test_a_lost_device_hands_over_all_and_leaves_nothing(seed: int) -> None:
    play_lost(seed)
