"""One sample county, made once: the tests only read it."""

from datetime import date

import pytest

from server.sample.draft import Draft
from server.sample.households import generate

TODAY = date(2026, 11, 22)
HOUSEHOLDS = 600


@pytest.fixture(scope="package")
def today() -> date:
    return TODAY


@pytest.fixture(scope="package")
def drafts() -> list[Draft]:
    return list(generate(20260701, HOUSEHOLDS, TODAY))


@pytest.fixture(scope="package")
def by_type(drafts: list[Draft]) -> dict[str, dict[str, Draft]]:
    """The records by type and id."""
    found: dict[str, dict[str, Draft]] = {}
    for draft in drafts:
        found.setdefault(draft.type, {})[draft.id] = draft
    return found
