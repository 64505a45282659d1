"""A broken store is built anew: what can be read in it counts, and the snapshot fills the gaps."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from field_client import drafts, keys, outbox, rebuilding, sealing, snapshots, visits
from field_client.errors import FieldError
from field_client.store import open_store
from tests.field_client.conftest import HOUSEHOLD, Hands, Phone, fill_visit

Draw = Callable[..., bytes]


def spoil(phone: Phone, table: str) -> None:
    """Break all pages of a table from its root on, and close the store."""
    phone.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    root = phone.store.value("SELECT rootpage FROM sqlite_master WHERE name = ?", table)
    size = int(phone.store.value("PRAGMA page_size"))
    phone.store.close()
    with phone.home.store_file.open("r+b") as file:
        file.seek((root - 1) * size + 100)
        file.write(b"\0" * 64)


def rebuild(phone: Phone) -> rebuilding.Rebuilt:
    found = rebuilding.rebuild(phone.home, phone.key, phone.clock)
    phone.store = open_store(phone.home, phone.key)
    return found


def sealed(phone: Phone) -> list[str]:
    return [row["id"] for row in phone.store.rows("SELECT id FROM outbox WHERE type = 'visit' ORDER BY n")]


def test_what_came_after_the_snapshot_is_read_from_the_broken_file(ready: tuple[Phone, str], hands: Hands) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    snapshots.take(phone.store, phone.clock)
    hands.move(timedelta(minutes=1))
    later = visits.start(phone.store, phone.clock, phone.device, "household-2").id
    before, keys_before = sealed(phone), keys.read_keys(phone.store.get("keys")).public()
    spoil(phone, "records")
    found = rebuild(phone)
    assert (found.with_gaps, found.snapshot_at, found.drafts) == ([], "", 1)
    assert drafts.get(phone.store, later) and sealed(phone) == before
    assert keys.read_keys(phone.store.get("keys")).public() == keys_before


def test_what_cannot_be_read_comes_from_the_snapshot(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    snapshots.take(phone.store, phone.clock)
    before, last = sealed(phone), phone.store.get("last_n")
    spoil(phone, "outbox")
    found = rebuild(phone)
    assert found.with_gaps == ["outbox"] and found.snapshot_at
    assert sealed(phone) == before == [visit] and phone.store.get("last_n") == last
    assert not phone.store.rows("SELECT * FROM drafts")


def test_a_draft_that_was_sealed_after_the_snapshot_does_not_come_back(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    snapshots.take(phone.store, phone.clock)
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    spoil(phone, "drafts")
    rebuild(phone)
    assert sealed(phone) == [visit] and not phone.store.rows("SELECT * FROM drafts")


def test_after_it_the_office_gets_everything_once_and_the_register_is_back(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    snapshots.take(phone.store, phone.clock)
    spoil(phone, "outbox")
    rebuild(phone)
    assert phone.sync().failure is None
    assert phone.office.visits() == [visit]
    assert phone.store.value("SELECT count(*) FROM records WHERE type = 'household'") == 3
    assert [row["kind"] for row in phone.store.rows("SELECT kind FROM incidents")] == ["rebuilt"]


def test_a_file_of_which_nothing_can_be_read_is_built_from_the_snapshot(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    snapshots.take(phone.store, phone.clock)
    phone.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    phone.store.close()
    phone.home.store_file.write_bytes(b"\0" * phone.home.store_file.stat().st_size)
    found = rebuild(phone)
    assert found.whole == [] and drafts.get(phone.store, visit)


def test_without_a_snapshot_and_a_readable_key_it_says_so_and_touches_nothing(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    phone.store.close()
    phone.home.store_file.write_bytes(b"\0" * 8192)
    before = phone.home.store_file.read_bytes()
    with pytest.raises(FieldError, check=lambda error: error.code == "snapshot.none"):
        rebuilding.rebuild(phone.home, phone.key, phone.clock)
    assert phone.home.store_file.read_bytes() == before


def test_a_sound_store_is_left_alone(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    with pytest.raises(FieldError, check=lambda error: error.code == "storage.sound"):
        rebuilding.rebuild(phone.home, phone.key, phone.clock)


def test_the_broken_file_is_kept(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    snapshots.take(phone.store, phone.clock)
    spoil(phone, "records")
    broken = phone.home.store_file.read_bytes()
    found = rebuild(phone)
    assert (phone.home.path / found.kept_as).read_bytes() == broken
    assert not (phone.home.path / "rebuilding").exists()


def test_a_snapshot_is_taken_only_where_something_changed_and_few_are_kept(synced: Phone, hands: Hands) -> None:
    phone = synced
    assert snapshots.take(phone.store, phone.clock) and not snapshots.take(phone.store, phone.clock)
    for people in ("1", "2", "3", "4"):
        hands.move(timedelta(minutes=1))
        visit = visits.start(phone.store, phone.clock, phone.device, HOUSEHOLD).id
        visits.answer(phone.store, phone.clock, visit, {"people": people})
        newest = snapshots.take(phone.store, phone.clock)
    kept = snapshots.listed(phone.home)
    assert len(kept) == snapshots.KEPT and kept[0] == newest


def test_what_is_entered_by_a_clock_that_was_set_back_is_in_the_newest_snapshot(synced: Phone, hands: Hands) -> None:
    phone = synced
    visit = visits.start(phone.store, phone.clock, phone.device, HOUSEHOLD).id
    for people in ("1", "2", "3", "4"):
        hands.at -= timedelta(days=100)
        visits.answer(phone.store, phone.clock, visit, {"people": people})
        newest = snapshots.take(phone.store, phone.clock)
        assert newest and snapshots.listed(phone.home)[0] == newest


def test_a_snapshot_is_encrypted_private_and_holds_no_register(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    path = snapshots.take(phone.store, phone.clock)
    assert path and path.stat().st_mode & 0o077 == 0
    assert b"SQLite format" not in path.read_bytes() and b"household" not in path.read_bytes()
    connection = snapshots.keyed(path, phone.key)
    assert connection.execute("SELECT count(*) FROM records").fetchone()[0] == 0
    connection.close()


def test_it_can_be_broken_twice(ready: tuple[Phone, str], picture: Draw, hands: Hands) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    for _ in range(2):
        hands.move(timedelta(minutes=1))
        snapshots.take(phone.store, phone.clock)
        spoil(phone, "outbox")
        rebuild(phone)
    second = fill_visit(phone, picture) if phone.sync().failure is None else ""
    sealing.seal(phone.store, phone.clock, phone.device, second)
    phone.sync()
    assert sorted(phone.office.visits()) == sorted([visit, second])
    assert outbox.waiting_count(phone.store) == 0
