"""A store that went back to a snapshot, and the real office: what only the office has kept is neither lost nor doubled."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from field_client import leads, outbox, rebuilding, snapshots
from field_client.store import open_store
from tests.lifecycle.conftest import OTHER, County, Phone, enrolled, founded
from tests.lifecycle.test_lost_device import as_somebody


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    with founded(tmp_path / "office", durable_days=30) as made:
        yield made


@pytest.fixture
def phone(county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phone]:
    made = enrolled(county, tmp_path / "home")
    monkeypatch.setitem(os.environ, "XDG_RUNTIME_DIR", str(made.runtime))
    made.sync()
    yield made
    made.store.close()


def verdict(county: County, visit: str) -> str:
    found = as_somebody(county, "reviewer1").get(f"/api/v1/visits/{visit}").raise_for_status().json()
    return str(found["verdict"])


def broken_and_rebuilt(phone: Phone) -> None:
    """The whole file is noise; what the snapshot has is put together anew."""
    phone.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    phone.store.close()
    phone.home.store_file.write_bytes(os.urandom(phone.home.store_file.stat().st_size))
    rebuilding.rebuild(phone.home, phone.key, phone.clock)
    phone.store = open_store(phone.home, phone.key)
    for _ in range(2):
        phone.sync()


def test_visits_sent_after_the_snapshot_stay_and_new_ones_arrive(county: County, phone: Phone) -> None:
    first = phone.visit()
    snapshots.take(phone.store, phone.clock)
    phone.sync()
    second = phone.visit(OTHER, number=5)
    phone.sync()
    broken_and_rebuilt(phone)
    third = phone.visit(number=9)
    for _ in range(3):
        phone.sync()
    assert outbox.waiting_count(phone.store) == 0
    assert [verdict(county, visit) for visit in (first, second)] == ["intact", "intact"]
    assert verdict(county, third) == "intact"


def test_a_seal_follows_a_lead_that_was_sent_after_the_snapshot(county: County, phone: Phone) -> None:
    snapshots.take(phone.store, phone.clock)
    village = next(iter(leads.villages(phone.store)))
    report = leads.Report(village, "独居老人", "二组", ("food",), "now", "village")
    leads.add(phone.store, phone.clock, phone.device, report)
    phone.sync()
    broken_and_rebuilt(phone)
    visit = phone.visit()
    for _ in range(2):
        phone.sync()
    assert verdict(county, visit) == "intact"
