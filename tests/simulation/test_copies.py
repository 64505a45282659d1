"""Cloned stores and stores put back from an old copy, each story from one seed (docs/sync-protocol.md, "Up")."""

import pytest

from tests.simulation.copies import play_copies
from tests.simulation.test_districts import DISTRICTS


@pytest.mark.parametrize("seed", range(1, 1 + max(8, DISTRICTS // 10)))
def test_copies_deliver_what_they_wrote_once(seed: int) -> None:
    play_copies(seed)
