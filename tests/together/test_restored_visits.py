"""A visit that an older backup does not know: the device that still has it brings seal, photos and receipt again."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from field_client import receipts, standings
from server.transaction import parts
from tests.lifecycle.conftest import County, Phone, enrolled, founded
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


def status(phone: Phone, visit: str) -> str:
    (found,) = [one for one in standings.listed(phone.store, phone.device) if one["id"] == visit]
    return str(found["state"])


def at_the_office(county: County, visit: str) -> dict[str, Any]:
    return dict(as_somebody(county, "reviewer1").get(f"/api/v1/visits/{visit}").raise_for_status().json())


def photos(county: County) -> list[Path]:
    with county.app.app_context():
        return [path for path in parts().blobs.folder.rglob("*") if path.is_file()]


def test_a_sealed_visit_its_photos_and_its_receipt_come_again_after_a_restore(
    county: County, phone: Phone, tmp_path: Path
):
    place = ("--dir", str(tmp_path / "backups"))
    county.run("backup", "create", *place)
    visit = phone.visit()
    phone.sync()
    before = at_the_office(county, visit)
    assert (before["verdict"], before["blobs_missing"], len(before["receipts"])) == ("intact", [], 1)
    assert status(phone, visit) == "receipted"
    sent = photos(county)
    for path in sent:  # The disk went with the database.
        path.unlink()
    county.run("backup", "restore", "--yes", *place)
    assert as_somebody(county, "reviewer1").get(f"/api/v1/visits/{visit}").status_code == 404
    for _ in range(2):
        assert phone.sync().failure is None
    after = at_the_office(county, visit)
    assert (after["verdict"], after["blobs_missing"], len(after["receipts"])) == ("intact", [], 1)
    assert sorted(photos(county)) == sorted(sent)
    assert after["visit"] == before["visit"]
    assert status(phone, visit) == "receipted"
    assert receipts.show(phone.store, phone.device, visit)["verified"]
    assert county.json("doctor")["faults"] == []
