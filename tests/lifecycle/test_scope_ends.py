"""What is left on a device of a village that is no longer its user's: nothing, once what was unsent has been sent."""

import json

import pytest

from field_client import drafts, households, media, outbox, sealing, search, standings, visits
from field_client.errors import FieldError
from tests.lifecycle.conftest import HOUSEHOLD, NOTE, OTHER, VILLAGE, County, Phone
from tests.lifecycle.pages import in_the_clear
from tests.simulation.places import TOWNSHIPS, VILLAGES


def moved(county: County, to: str = TOWNSHIPS[1]) -> None:
    county.run("users", "move", "worker1", "--role", f"caseworker:{to}")


def found(phone: Phone, *words: str) -> list[str]:
    """Look for words in every page, freed ones and the log's included."""
    clear = in_the_clear(phone.home.store_file, phone.key)
    return [word for word in words if word.encode() in clear]


OF_THE_VILLAGE = (f"{HOUSEHOLD}门口", f"{OTHER}门口", HOUSEHOLD, "person-0-0", "household 0 0", NOTE)


def test_after_a_move_not_a_word_of_the_old_village_is_in_any_page(county: County, phone: Phone):
    visit = phone.visit()
    phone.sync()
    assert found(phone, *OF_THE_VILLAGE) == list(OF_THE_VILLAGE)
    assert search.find(phone.store, "门口")
    files = phone.files()
    assert sum(name.startswith("media/") for name in files) == 4
    moved(county)
    assert phone.sync().failure is None
    assert found(phone, *OF_THE_VILLAGE, visit) == []
    assert not [name for name in phone.files() if name.startswith("media/")]
    assert {one["area_code"] for one in households.all_households(phone.store)} == {VILLAGES[2]}
    assert phone.store.value("SELECT count(*) FROM blobs") == 0


def test_a_draft_keeps_its_own_household_until_it_is_sealed_and_sent(county: County, phone: Phone):
    draft = phone.draft()
    moved(county)
    phone.sync()
    assert found(phone, f"{OTHER}门口", OTHER) == []
    assert found(phone, f"{HOUSEHOLD}门口", NOTE)
    assert HOUSEHOLD not in [one["id"] for one in households.all_households(phone.store)]
    with pytest.raises(FieldError, check=lambda error: error.code == "household.unknown"):
        visits.start(phone.store, phone.clock, phone.device, OTHER)
    sealing.seal(phone.store, phone.clock, phone.device, draft)
    phone.sync()
    assert drafts.all_drafts(phone.store) == []
    (waiting,) = county.json("held", "list")
    assert (waiting["record_id"], waiting["reason"]) == (draft, "right.ended")
    phone.sync()
    (still,) = outbox.answered(phone.store, "held")  # Its author may read what waits; nothing else is left.
    assert still["id"] == draft
    assert phone.store.value("SELECT count(*) FROM records WHERE bucket = ?", VILLAGE) == 0
    assert found(phone, f"{HOUSEHOLD}门口") == []
    assert not [name for name in phone.files() if name.startswith("media/")]


def test_photos_that_have_not_arrived_stay_until_they_have(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    phone.visit()
    with monkeypatch.context() as patch:
        patch.setattr("field_client.syncing._photos", lambda *given: 0)
        phone.sync()
    moved(county)
    with monkeypatch.context() as patch:
        patch.setattr("field_client.syncing._photos", lambda *given: 0)
        phone.sync()
    hashes = [row["sha256"] for row in phone.store.rows("SELECT sha256 FROM blobs WHERE state = 'waiting'")]
    assert len(hashes) == 4
    assert all(media.read(phone.store, sha256) for sha256 in hashes)
    assert len(standings.listed(phone.store, phone.device)) == 1
    assert phone.sync().blobs_waiting == 0
    phone.sync()
    assert found(phone, NOTE, HOUSEHOLD) == []
    assert phone.files() == sorted(set(phone.files()) - {name for name in phone.files() if "media/" in name})


def test_work_of_before_the_move_is_taken_in_and_nothing_of_it_stays(county: County, phone: Phone):
    visit = phone.visit()
    county.time.pass_by(hours=2)
    moved(county)
    summary = phone.sync()
    assert (summary.pushed, summary.held, summary.refused) == (1, 0, 0)
    assert json.loads(county.run("held", "list", "--json")) == []
    phone.sync()
    assert found(phone, NOTE, HOUSEHOLD, visit) == []


def test_a_right_that_comes_back_brings_everything_back(county: County, phone: Phone):
    phone.draft()
    moved(county)
    phone.sync()
    moved(county, TOWNSHIPS[0])
    phone.sync()
    assert {HOUSEHOLD, OTHER} < {one["id"] for one in households.all_households(phone.store)}
    summary = phone.sync()
    assert [(one["count"], one["checksum"]) for one in summary.buckets] == [
        (one["server_count"], one["server_checksum"]) for one in summary.buckets
    ]


def test_a_household_that_moves_away_leaves_the_device_with_its_visits(county: County, phone: Phone):
    phone.visit()
    phone.sync()
    county.run("households", "move", HOUSEHOLD, "--to", VILLAGES[2], "--reason", "易地搬迁")
    phone.sync()
    with pytest.raises(FieldError, check=lambda error: error.code == "household.unknown"):
        households.show(phone.store, HOUSEHOLD)
    assert phone.store.value("SELECT count(*) FROM records WHERE type IN ('visit', 'receipt')") == 0


def test_a_crash_between_the_rows_and_the_files_is_made_good_by_the_next_sync(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    phone.visit()
    phone.sync()
    moved(county)
    with monkeypatch.context() as patch:
        patch.setattr("field_client.scope.finish", lambda store: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            phone.sync()
    assert [name for name in phone.files() if name.startswith("media/")]
    phone.sync()
    assert found(phone, NOTE, HOUSEHOLD) == []
    assert not [name for name in phone.files() if name.startswith("media/")]
