"""A store that was copied, or restored from an old copy: nothing twice, nothing lost, and both go on."""

from pathlib import Path

import pytest
from sqlalchemy import select

from field_client import outbox
from server.models.device import Incident, Installation, MutationResult
from server.models.ledger import Change, HeldValue
from server.services.staged import office as written_by
from server.transaction import parts, reading, transact
from sync.canonical import loads
from sync.protocol import Request
from tests.server.office import Office, an_id
from tests.simulation.sizes import small_sizes
from tests.together.conftest import HERE, MakePhone, Phone


@pytest.fixture
def household(office: Office) -> str:
    return office.households[HERE]


def saved(office: Office, household: str, name: str) -> list[str]:
    """Give all values of a field that took effect or wait for a person, in order of arrival."""
    with office.app.app_context():
        changes = reading().scalars(select(Change).where(Change.record_id == household).order_by(Change.id))
        values = [loads(one.values) for one in changes]
        held = reading().scalars(select(HeldValue).where(HeldValue.record_id == household).order_by(HeldValue.id))
        waiting = [loads(parts().vault.open(one.values, f"held/{one.id}"))["offered"] for one in held]
    applied = [plain[name][1] for plain in values if name in plain]
    lost = [value for plain in values for value in plain.get(f"{name}!superseded", [])]
    return [value for value in (*applied, *lost, *waiting) if isinstance(value, str)]


def incidents(office: Office, phone: Phone) -> dict[str, int]:
    with office.app.app_context():
        rows = reading().scalars(select(Incident).where(Incident.device_id == phone.device.device_id))
        return {row.kind: row.count for row in rows}


def installations(office: Office, phone: Phone) -> dict[int, int]:
    with office.app.app_context():
        rows = reading().scalars(select(Installation).where(Installation.device_id == phone.device.device_id))
        return {row.number: row.applied_n for row in rows}


def test_two_copies_of_a_store_both_deliver_everything_once(
    office: Office, make_phone: MakePhone, household: str, tmp_path: Path
):
    one = make_phone()
    one.edit(household, remarks="复制前未发")
    other = one.copy(tmp_path / "copy")
    one.edit(household, remarks="第一台")
    other.edit(household, remarks="第二台之一")
    other.edit(household, remarks="第二台之二")
    before = [(row["n"], row["fields"], row["at"], row["base"]) for row in other.outbox()]
    one.sync()
    other.sync()
    after = [(row["n"], row["fields"], row["at"], row["base"]) for row in other.outbox()]
    assert after
    assert set(after) <= set(before)
    assert sorted(saved(office, household, "remarks")) == sorted(["复制前未发", "第一台", "第二台之一", "第二台之二"])
    assert installations(office, one) == {1: 2, 2: 2}
    assert other.store.get("installation") == 2
    assert other.incidents() == ["copied"]
    assert incidents(office, one) == {"copied": 1}
    for phone in (one, other, one):
        assert phone.sync().failure is None
        assert phone.is_level()
    one.edit(household, remarks="各自继续一")
    other.edit(household, remarks="各自继续二")
    assert [one.sync().pushed, other.sync().pushed] == [1, 1]
    assert installations(office, one) == {1: 3, 2: 3}
    other.store.close()


def test_an_old_copy_that_made_no_change_yet_renews_before_it_does(
    office: Office, make_phone: MakePhone, household: str, tmp_path: Path
):
    phone = make_phone()
    old = phone.copy(tmp_path / "old")
    phone.edit(household, remarks="之后才写的")
    phone.sync()
    old.sync()
    old.sync()
    assert old.store.get("installation") == 2
    old.edit(household, remarks="恢复以后")
    assert old.sync().pushed == 1
    assert installations(office, phone) == {1: 1, 2: 1}
    assert old.sees(household)["remarks"] == "恢复以后"
    assert old.is_level()
    assert "running" not in {*old.incidents(), *incidents(office, phone)}
    old.store.close()


def test_an_old_copy_whose_work_had_arrived_offers_it_again_and_nothing_is_applied_twice(
    office: Office, make_phone: MakePhone, household: str, tmp_path: Path
):
    phone = make_phone()
    phone.edit(household, remarks="只此一次")
    old = phone.copy(tmp_path / "old")
    phone.sync()
    old.sync()
    assert saved(office, household, "remarks") == ["只此一次"]
    assert not old.incidents()
    assert installations(office, phone) == {1: 1}
    old.store.close()


def test_an_answer_lost_in_the_middle_of_the_renewal_leaves_nothing_twice(
    office: Office, make_phone: MakePhone, household: str, tmp_path: Path
):
    phone = make_phone()
    other = phone.copy(tmp_path / "copy")
    phone.edit(household, remarks="甲")
    other.edit(household, remarks="乙")
    phone.sync()
    told = office.app.test_client().post  # The copy's request arrives; its answer is lost on the way.
    request = Request(1, other.store.get("epoch"), {}, outbox.next_chunk(other.store))
    headers = {"Authorization": f"Bearer {other.store.get('token')}"}
    assert told("/sync/v1/exchange", data=request.encode(), headers=headers).status_code == 200
    other.sync()
    assert sorted(saved(office, household, "remarks")) == ["乙", "甲"]
    with office.app.app_context():
        assert len(reading().scalars(select(MutationResult)).all()) == 2
    other.store.close()


def test_a_copy_whose_first_chunk_was_all_shared_is_no_difference_in_what_was_accepted(
    office: Office, make_phone: MakePhone, household: str, tmp_path: Path
):
    one = make_phone()
    with small_sizes():  # Four changes fill a chunk.
        for text in ("一", "二", "三", "四"):
            one.edit(household, remarks=text)
        other = one.copy(tmp_path / "copy")
        one.edit(household, remarks="第一台")
        other.edit(household, remarks="第二台")
        one.sync()
        other.sync()
    assert other.incidents() == ["copied"]
    assert incidents(office, one) == {"copied": 1}
    other.store.close()


def test_a_bucket_that_was_empty_at_first_has_its_key_once_there_is_something_in_it(
    office: Office, make_phone: MakePhone
):
    phone = make_phone()
    with office.app.app_context():
        desk = f"user:{office.staff['caseworker1']}"
        transact(
            lambda ledger: ledger.create("visit_task", an_id(), desk, {"title": "核查"}, written_by(phone.clock.wall()))
        )
    phone.sync()
    assert phone.is_level()


def test_a_difference_in_what_was_accepted_is_seen_at_both_ends_once_and_stops_nothing(
    office: Office, make_phone: MakePhone, household: str
):
    phone = make_phone()
    phone.edit(household, remarks="甲")
    phone.sync()
    phone.store.db.execute("UPDATE accepted SET running = ?", ("f" * 32,))
    for text in ("乙", "丙"):
        phone.edit(household, remarks=text)
        assert phone.sync().failure is None
    assert phone.incidents() == ["running"]
    assert incidents(office, phone) == {"running": 1}
    assert saved(office, household, "remarks") == ["甲", "乙", "丙"]
    assert phone.is_level()
