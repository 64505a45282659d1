"""Backups and what follows from them: what a device may forget, and a restored office that the field heals."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.models.ledger import HeldValue
from server.queries import records
from server.services.backups import shared_heads
from server.services.staged import office as written_by
from server.transaction import parts, reading, transact
from tests.server.api.serving import upload
from tests.server.cli.test_backup_commands import back_up
from tests.server.cli.test_commands import run
from tests.server.office import Office, blob_of, sha_of
from tests.together.conftest import HERE, MakePhone, Phone


@pytest.fixture
def household(office: Office) -> str:
    return office.households[HERE]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def held(office: Office) -> int:
    with office.app.app_context():
        return int(reading().scalars(select(func.count()).select_from(HeldValue)).one())


def write(office: Office, household: str, phone: Phone, **fields: Any) -> None:
    with office.app.app_context():
        author = written_by(phone.clock.wall())
        transact(lambda ledger: ledger.update("household", household, fields, author))


def test_a_device_keeps_its_work_until_a_finished_backup_covers_it(
    office: Office, make_phone: MakePhone, household: str, place: Path
):
    phone = make_phone()
    phone.edit(household, remarks="甲")
    phone.sync()
    assert [row["outcome"] for row in phone.outbox()] == ["applied"]
    back_up(office, place)
    phone.edit(household, remarks="乙")
    phone.sync()
    assert [row["number"] for row in phone.outbox()] == [2]


def test_without_a_backup_a_device_keeps_its_work_for_the_window(
    office: Office, make_phone: MakePhone, household: str, monkeypatch: pytest.MonkeyPatch
):
    phone = make_phone()
    phone.edit(household, remarks="甲")
    phone.sync()
    for days, left in ((29, 1), (30, 0)):
        later = phone.clock.wall() + timedelta(days=days)
        monkeypatch.setattr("server.api.sync.now", lambda later=later: later)
        phone.sync()
        assert len(phone.outbox()) == left


def parts_of(office: Office) -> Any:
    with office.app.app_context():
        return parts()


def test_a_restored_office_is_another_one_and_the_field_heals_it(
    office: Office, make_phone: MakePhone, household: str, place: Path
):
    one, other = make_phone("caseworker1"), make_phone("caseworker3")
    one.edit(household, remarks="备份前")
    one.sync()
    back_up(office, place)
    one.edit(household, remarks="备份后")
    one.edit(household, tags={"watch": True})
    one.sync()
    other.sync()
    other.edit(household, tags={"ill": True})
    other.sync()
    epoch = one.store.get("epoch")
    assert back_up(office, place, "restore", "--yes")["epoch"] != epoch
    for phone in (one, other, one, other):
        assert phone.sync().failure is None
    for phone in (one, other):
        assert phone.sees(household)["remarks"] == "备份后"
        assert phone.sees(household)["tags"] == {"watch": True, "ill": True}
        assert phone.is_level()
        assert not phone.incidents()
    assert held(office) == 0
    assert json.loads(run(office.app, "doctor", "--json").stdout)["faults"] == []


def test_what_a_copied_store_delivered_is_not_forgotten_for_what_the_other_delivered_under_its_number_since(
    office: Office, make_phone: MakePhone, household: str, place: Path, tmp_path: Path
):
    one = make_phone()
    other = one.copy(tmp_path / "copy")
    back_up(office, place)
    other.edit(household, tags={"watch": True})
    other.sync()
    back_up(office, place, "restore", "--yes")
    one.edit(household, remarks="另一台")
    one.sync()
    back_up(office, place)
    for phone in (other, other, one, other):
        assert phone.sync().failure is None
    for phone in (one, other):
        assert (phone.sees(household)["tags"], phone.sees(household)["remarks"]) == ({"watch": True}, "另一台")
        assert phone.is_level()
    other.store.close()


def test_what_was_written_after_the_restore_is_not_overwritten_unseen(
    office: Office, make_phone: MakePhone, household: str, place: Path
):
    phone = make_phone()
    back_up(office, place)
    for text in ("一", "二", "三"):  # The old epoch counts further than the new one will.
        write(office, household, phone, remarks=text)
    phone.sync()
    back_up(office, place, "restore", "--yes")
    write(office, household, phone, address="恢复后办公室写的")
    phone.edit(household, address="按恢复前所见写的")
    assert phone.sync().held == 1
    phone.sync()
    assert phone.sees(household)["address"] == "恢复后办公室写的"
    assert held(office) == 1


def test_an_edit_based_on_what_the_backup_holds_is_no_conflict_after_the_restore(
    office: Office, make_phone: MakePhone, household: str, place: Path
):
    phone = make_phone()
    write(office, household, phone, address="备份前办公室写的")
    phone.sync()
    back_up(office, place)
    phone.edit(household, address="看过以后改的")
    back_up(office, place, "restore", "--yes")
    assert phone.sync().held == 0
    phone.sync()
    assert phone.sees(household)["address"] == "看过以后改的"
    assert held(office) == 0


def test_an_edit_made_after_the_news_and_before_the_new_rows_still_counts_by_the_old_ones(
    office: Office, make_phone: MakePhone, household: str, place: Path
):
    phone = make_phone()
    epoch = phone.store.get("epoch")
    phone.store.put("epoch", "another")  # As after a welcome whose pages were cut.
    phone.edit(household, remarks="之间")
    assert phone.outbox()[0]["epoch"] == epoch


def test_an_installation_that_was_numbered_after_the_backup_is_taken_in_again(
    office: Office, make_phone: MakePhone, household: str, place: Path, tmp_path: Path
):
    phone = make_phone()
    back_up(office, place)
    copy = phone.copy(tmp_path / "copy")
    phone.edit(household, remarks="第一台")
    copy.edit(household, remarks="第二台")
    for one in (phone, copy):
        one.sync()
    assert copy.store.get("installation") == 2
    back_up(office, place, "restore", "--yes")
    for one in (phone, copy, phone, copy):
        assert one.sync().failure is None
    assert phone.is_level()
    assert copy.is_level()
    assert phone.sees(household)["remarks"] in ("第一台", "第二台")
    copy.store.close()


def test_a_backup_is_proved_from_its_own_bytes(office: Office, place: Path):
    upload(office.app.test_client(), office.token("caseworker1"), blob_of("a photo"))
    made = Path(back_up(office, place)["folder"])
    assert back_up(office, place, "verify")["sound"]
    database, blob = made / "database.sqlite", place / "blobs" / sha_of("a photo")[:2] / sha_of("a photo")
    for file in (database, blob, made / "blobs.txt"):
        whole = file.read_bytes()
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        found = run(office.app, "backup", "verify", "--dir", str(place), "--json")
        assert (found.exit_code, json.loads(found.stdout)["sound"]) == (1, False), file.name
        refused = run(office.app, "backup", "restore", "--yes", "--dir", str(place))
        assert refused.exit_code == 1
        file.write_bytes(whole)
    blob.unlink()
    assert run(office.app, "backup", "verify", "--dir", str(place)).exit_code == 1


def test_a_restore_brings_back_the_photos_that_are_gone(office: Office, place: Path):
    upload(office.app.test_client(), office.token("caseworker1"), blob_of("a photo"))
    back_up(office, place)
    store = parts_of(office).blobs
    shutil.rmtree(store.folder)
    back_up(office, place, "restore", "--yes")
    assert b"".join(store.open(sha_of("a photo"))) == blob_of("a photo")


def test_an_unfinished_backup_counts_for_nothing(office: Office, place: Path, make_phone: MakePhone, household: str):
    phone = make_phone()
    phone.edit(household, remarks="甲")
    phone.sync()
    upload(office.app.test_client(), office.token("caseworker1"), blob_of("a photo"))
    shutil.rmtree(parts_of(office).blobs.folder)
    broken = run(office.app, "backup", "create", "--dir", str(place))
    assert broken.exit_code == 1
    assert "照片文件缺失" in broken.output
    assert run(office.app, "backup", "verify", "--dir", str(place)).exit_code == 1
    phone.sync()
    assert len(phone.outbox()) == 1


def test_nothing_is_restored_without_a_yes(office: Office, place: Path, make_phone: MakePhone):
    phone = make_phone()
    back_up(office, place)
    assert run(office.app, "backup", "restore", "--dir", str(place)).exit_code == 2
    assert back_up(office, place, "restore", "--dry-run")["epoch"] is None
    with office.app.app_context():
        assert records.epoch(reading()) == phone.store.get("epoch")
    assert run(office.app, "backup", "create").exit_code == 1


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (None, {"b": {"x": 5}}),
        (("b", {}), {"b": {"x": 5}}),
        (("c", {"b": {"x": 3}}), {"b": {"x": 5}, "c": {"x": 3}}),
        (("c", {"b": {"x": 9}}), {"b": {"x": 5}, "c": {"x": 5}}),
        (("c", {"b": {"x": 3}, "a": {"x": 2}, "d": {"x": 8}}), {"b": {"x": 5}, "c": {"x": 3}, "d": {"x": 3}}),
        (("c", {}), {"b": {"x": 5}, "c": {}}),
    ],
)
def test_epochs_are_one_history_up_to_where_they_parted(live: Any, told: dict[str, dict[str, int]]):
    assert shared_heads("b", {"x": 5}, {"a"}, live) == told
