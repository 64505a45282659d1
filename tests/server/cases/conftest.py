"""The server's fixtures, and work on a case."""

import pytest

from tests.server.cases.casework import Casework
from tests.server.clock import StillClock
from tests.server.office import Office


@pytest.fixture
def work(office: Office, clock: StillClock) -> Casework:
    """Work on the household of the first village."""
    return Casework(office, clock)
