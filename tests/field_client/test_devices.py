"""Enrolment, keys, locking, and what can be read of the files by others."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from field_client import doctor, keys, status, unlock
from field_client.errors import FieldError, ServerRefused
from field_client.settings import Home, load_device
from field_client.store import open_store
from tests.field_client.conftest import HEAD, NAME, Hands, Phone, make_phone
from tests.field_client.office import Running


def refused(code: str) -> object:
    return pytest.raises(FieldError, check=lambda error: error.code == code)


@pytest.fixture
def locked(running: Running, tmp_path: Path, hands: Hands) -> Phone:
    """A device with a PIN; its runtime folder is the environment's."""
    made = make_phone(running, tmp_path / "home", hands.clock(), pin="2468")
    made.store.close()
    return made


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "runtime"
    folder.mkdir()
    return {"XDG_RUNTIME_DIR": str(folder)}


def test_the_right_pin_opens_and_a_wrong_one_does_not(locked: Phone) -> None:
    assert unlock.open_with_pin(locked.home, "2468") == locked.key
    with refused("pin.wrong"):
        unlock.open_with_pin(locked.home, "2469")
    with refused("pin.needed"):
        unlock.open_with_pin(locked.home, None)


def test_the_pin_without_the_devices_secret_opens_nothing(locked: Phone) -> None:
    locked.home.secret_file.write_bytes(os.urandom(32))
    with refused("pin.wrong"):
        unlock.open_with_pin(locked.home, "2468")
    locked.home.secret_file.unlink()
    with refused("device.files_damaged"):
        unlock.open_with_pin(locked.home, "2468")


def test_a_short_pin_is_refused_before_anything_is_made(running: Running, tmp_path: Path, hands: Hands) -> None:
    with refused("pin.too_short"):
        make_phone(running, tmp_path / "home", hands.clock(), pin="123")
    assert running.office.device_keys == {}


def test_an_unlocked_session_lasts_while_it_is_used(locked: Phone, environment: dict[str, str], hands: Hands) -> None:
    clock = hands.clock()
    unlock.remember(locked.home, locked.key, clock, environment)
    for _ in range(3):
        hands.move(timedelta(minutes=14))
        assert unlock.remembered(locked.home, clock, environment) == locked.key
    hands.move(timedelta(minutes=16))
    assert unlock.remembered(locked.home, clock, environment) is None


def test_a_session_ends_with_the_boot(locked: Phone, environment: dict[str, str], hands: Hands) -> None:
    unlock.remember(locked.home, locked.key, hands.clock(), environment)
    hands.boot = "boot-2"
    assert unlock.remembered(locked.home, hands.clock(), environment) is None


def test_locking_forgets_the_key(locked: Phone, environment: dict[str, str], hands: Hands) -> None:
    unlock.remember(locked.home, locked.key, hands.clock(), environment)
    unlock.lock(locked.home, environment)
    unlock.lock(locked.home, environment)
    assert unlock.remembered(locked.home, hands.clock(), environment) is None


def test_a_session_file_that_others_may_read_is_not_trusted(
    locked: Phone, environment: dict[str, str], hands: Hands
) -> None:
    unlock.remember(locked.home, locked.key, hands.clock(), environment)
    path = unlock.session_file(locked.home, environment)
    assert path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert unlock.remembered(locked.home, hands.clock(), environment) is None


def test_the_files_tell_nothing(synced: Phone) -> None:
    synced.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in synced.home.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (NAME.encode(), NAME[:2].encode(), b"990101195", b"household", b"SQLite format"):
                assert secret not in content, path.name


def test_private_files_are_private(synced: Phone) -> None:
    for path in (synced.home.store_file, synced.home.secret_file, synced.home.device_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_key_does_not_open_the_store(synced: Phone) -> None:
    with refused("storage.damaged"):
        open_store(synced.home, os.urandom(32))


def test_enrolling_twice_is_refused(phone: Phone) -> None:
    with refused("device.already_enrolled"):
        make_phone(phone.running, phone.home.path, phone.clock)


def test_a_wrong_password_leaves_the_folder_not_enrolled(running: Running, tmp_path: Path, hands: Hands) -> None:
    from field_client import enrolment
    from field_client.transport import Transport

    home = Home(tmp_path / "home")
    with (
        Transport(running.url) as transport,
        pytest.raises(ServerRefused, check=lambda error: error.code == "session.wrong_password"),
    ):
        enrolment.enrol(
            home, transport, hands.clock(), server=running.url, username="u", password="no", name="平板", pin=None
        )
    with refused("device.not_enrolled"):
        load_device(home)
    assert make_phone(running, home.path, hands.clock()).device.device_id


def test_the_private_keys_are_those_that_were_registered(phone: Phone) -> None:
    signing, _ = keys.read_keys(phone.store.get("keys")).public()
    assert phone.office.device_keys[phone.device.device_id] == signing


def test_a_store_of_a_later_release_is_left_alone(phone: Phone) -> None:
    phone.store.db.execute("PRAGMA user_version = 99")
    phone.store.close()
    with refused("storage.newer"):
        open_store(phone.home, phone.key)


def test_a_damaged_store_is_noticed(synced: Phone) -> None:
    synced.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    synced.store.close()
    content = bytearray(synced.home.store_file.read_bytes())
    content[6000:6100] = bytes(100)
    synced.home.store_file.write_bytes(content)
    with refused("storage.damaged"):
        open_store(synced.home, synced.key)


def test_the_doctor_finds_all_well_and_a_missing_photo(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    assert all(one["ok"] for one in doctor.examine(phone.store))
    next(phone.home.media.iterdir()).unlink()
    assert [one["name"] for one in doctor.examine(phone.store) if not one["ok"]] == ["photos"]


def test_the_status_says_how_slow_the_clock_is_and_how_long_the_lease_lasts(synced: Phone, hands: Hands) -> None:
    found = status.show(synced.store, synced.device, synced.clock)
    assert round(found["clock_offset_ms"] / 1000) == 2 * 3600  # The office's clock says midnight.
    assert found["lease"]["days_left"] == 14
    assert found["households"] == 3
    assert HEAD not in str(found)
