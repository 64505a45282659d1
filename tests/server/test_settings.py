"""Settings: read once, every fault named together, and production takes no weak secret."""

import re
import threading
from pathlib import Path

import pytest

from server.domain.errors import SettingsInvalid
from server.settings import Settings

SECRET = {"ZSB_SECRET_KEY": "s" * 32}


def read(folder: Path, **environment: str) -> Settings:
    return Settings.from_env({"ZSB_DATA_DIR": str(folder), **environment})


def test_without_any_setting_a_developer_can_start(tmp_path: Path):
    settings = read(tmp_path)
    assert not settings.is_production
    assert settings.database == f"sqlite:///{tmp_path / 'office.db'}"
    assert settings.blobs == (tmp_path / "blobs").as_uri()


def test_every_fault_is_named_at_once(tmp_path: Path):
    with pytest.raises(SettingsInvalid) as raised:
        read(
            tmp_path,
            ZSB_ENV="test",
            ZSB_SECRET_KEY="short",
            ZSB_LEASE_DAYS="-1",
            ZSB_POLL_SECONDS="²",
            ZSB_ACCESS_MINUTES="half",
            ZSB_BLOB_STORE="ftp://x",
        )
    told = str(raised.value)
    names = ("ZSB_ENV", "ZSB_SECRET_KEY", "ZSB_LEASE_DAYS", "ZSB_POLL_SECONDS", "ZSB_ACCESS_MINUTES", "ZSB_BLOB_STORE")
    assert all(name in told for name in names)
    assert len(raised.value.faults) == len(names)


@pytest.mark.parametrize("secret", ["", "   ", "s" * 31])
def test_production_does_not_start_without_a_strong_secret(tmp_path: Path, secret: str):
    with pytest.raises(SettingsInvalid, match="ZSB_SECRET_KEY"):
        read(tmp_path, ZSB_ENV="production", ZSB_SECRET_KEY=secret)
    assert list(tmp_path.iterdir()) == []


def test_production_starts_with_one(tmp_path: Path):
    assert read(tmp_path, ZSB_ENV="production", **SECRET).is_production


def test_a_fault_never_repeats_the_secret(tmp_path: Path):
    with pytest.raises(SettingsInvalid) as raised:
        read(tmp_path, ZSB_SECRET_KEY="p4ssw0rd")
    assert "p4ssw0rd" not in str(raised.value)


def test_a_developers_secret_is_kept_over_a_restart_and_is_for_its_owner_only(tmp_path: Path):
    first = read(tmp_path).secret_key
    assert len(first) >= 32
    assert read(tmp_path).secret_key == first
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_two_servers_that_start_at_once_share_one_secret(tmp_path: Path):
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(read(tmp_path).secret_key)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) >= 32


def test_numbers_and_addresses_are_taken_as_given(tmp_path: Path):
    settings = read(tmp_path, ZSB_LEASE_DAYS="7", ZSB_DATABASE_URL="postgresql+psycopg://db/x", ZSB_BLOB_STORE="s3://b")
    assert (settings.lease_days, settings.database, settings.blobs) == (7, "postgresql+psycopg://db/x", "s3://b")


def test_a_relative_folder_does_not_depend_on_where_the_next_command_is_run():
    assert Settings.from_env({"ZSB_DATA_DIR": "var/x", **SECRET}).data_dir.is_absolute()


def test_the_bounds_of_a_busy_server_are_reached_as_it_is_documented_to_start(tmp_path: Path):
    root = Path(__file__).parents[2]
    (threads,) = re.findall(r"`gunicorn --threads (\d+) ", (root / "docs/how-to/run-a-server.md").read_text())
    settings = Settings(secret_key="s" * 32, data_dir=tmp_path)
    assert 1 < settings.close_photos_at < settings.close_pulls_at < int(threads)
    example = (root / ".env.example").read_text()
    assert f"ZSB_CLOSE_PHOTOS_AT={settings.close_photos_at}\n" in example
    assert f"ZSB_CLOSE_PULLS_AT={settings.close_pulls_at}\n" in example
