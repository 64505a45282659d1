"""A damaged copy: only the rows that differ travel, nothing is wiped, unsent work stays, and the office hears of it."""

import json
from typing import Any

import pytest

from field_client import overlay, replica
from sync.frames import Mend, Page
from tests.server.cli.test_commands import run
from tests.server.office import Office
from tests.together.conftest import HERE, MakePhone, Phone

DAMAGES = {
    "a row altered": "UPDATE records SET body = json_set(body, '$.address', '被改动') WHERE type = 'household' AND bucket = ?",
    "a row lost": "DELETE FROM records WHERE type = 'person' AND bucket = ?",
    "a row invented": "INSERT INTO records (type, id, bucket, seq, body) VALUES ('person', 'nobody', ?, 1, '{}')",
    "a seq altered": "UPDATE records SET seq = seq + 1 WHERE type = 'household_member' AND bucket = ?",
    "all rows lost": "DELETE FROM records WHERE bucket = ?",
}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every frame that a device kept."""
    kept: list[Any] = []
    real = replica.keep

    def keep(store: Any, frame: Any, *more: Any, **named: Any) -> None:
        kept.append(frame)
        real(store, frame, *more, **named)

    monkeypatch.setattr(replica, "keep", keep)
    return kept


def damaged(phone: Phone, damage: str) -> None:
    phone.store.db.execute(DAMAGES[damage], (HERE,))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_found_at_the_next_exchange_and_gone_after_another(
    office: Office, make_phone: MakePhone, damage: str, heard: list[Any]
):
    phone = make_phone()
    damaged(phone, damage)
    phone.sync()
    assert phone.incidents() == ["checksum"]
    heard.clear()
    phone.sync()
    assert phone.is_level()
    assert not [frame for frame in heard if isinstance(frame, Page)]
    assert [frame for frame in heard if isinstance(frame, Mend)]
    phone.sync()
    assert phone.incidents() == ["checksum"]
    (row,) = json.loads(run(office.app, "devices", "list", "--json").stdout)
    assert row["incidents"] == {"checksum": 1}


def test_only_the_rows_that_differ_travel(office: Office, make_phone: MakePhone, heard: list[Any]):
    phone = make_phone()
    damaged(phone, "a row altered")
    phone.sync()
    heard.clear()
    phone.sync()
    rows = [row.type for frame in heard if isinstance(frame, Mend) for row in frame.rows]
    assert rows == ["household"]


def test_unsent_work_in_a_damaged_bucket_stays_and_arrives(office: Office, make_phone: MakePhone):
    phone, household = make_phone(), office.households[HERE]
    damaged(phone, "all rows lost")
    phone.sync()
    phone.edit(household, remarks="还没发的")
    before = [(row["n"], row["fields"]) for row in phone.outbox()]
    phone.store.db.execute("UPDATE buckets SET mends = 1 WHERE id = ?", (HERE,))
    assert [(row["n"], row["fields"]) for row in phone.outbox()] == before
    phone.sync()
    phone.sync()
    phone.sync()
    assert phone.sees(household)["remarks"] == "还没发的"
    assert phone.is_level()


def test_a_damage_while_others_write_is_repaired_too(office: Office, make_phone: MakePhone):
    phone, other = make_phone(), make_phone("caseworker3")
    damaged(phone, "a row altered")
    phone.sync()
    for text in ("一", "二"):
        other.edit(office.households[HERE], remarks=text)
        other.sync()
        phone.sync()
    phone.sync()
    assert phone.is_level()
    assert phone.incidents() == ["checksum"]


def test_what_is_mended_is_found_by_searching(office: Office, make_phone: MakePhone):
    phone = make_phone()
    damaged(phone, "all rows lost")
    phone.sync()
    phone.sync()
    assert len(overlay.all_of(phone.store, "household", area_code=HERE)) == 1
    assert phone.store.value("SELECT count(*) FROM search_entries WHERE bucket = ?", HERE) == 1
