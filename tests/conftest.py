"""What all tests may use; nothing else shares state."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test material beside the project, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("needs the shared test material beside the project (../shared)")
    return SHARED
