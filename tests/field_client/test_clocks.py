"""Whatever a phone's wall clock says, its work is put at the right time, and its user is told how far off it is."""

from datetime import timedelta

import pytest

from field_client import outbox, overlay, status, visits
from field_client.commands.device import _offset_line
from field_client.errors import FieldError
from field_client.visits import Place
from sync.clock import UNKNOWN_MS, Corrected, Evidence, corrected, milliseconds
from tests.field_client.conftest import HOUSEHOLD, Hands, Phone

FAR = 1 << 62
HOUR = timedelta(hours=1)
JUMPS = [
    timedelta(),
    timedelta(days=365),
    timedelta(days=-365),
    timedelta(hours=-3, minutes=-12),
    timedelta(days=-20_000),
]
SERVER_AT = milliseconds(Hands().at.replace(hour=0))  # when the office says it is, at the sync


def edit(phone: Phone, remarks: str) -> None:
    bucket = overlay.one(phone.store, "household", HOUSEHOLD).bucket
    with phone.store.transaction():
        outbox.add(phone.store, phone.clock, type="household", id=HOUSEHOLD, op="update", bucket=bucket,
                   fields={"remarks": remarks})  # fmt: skip


def times(phone: Phone) -> list[Corrected]:
    found = [Evidence.from_dict(dict(one.at)) for one in outbox.next_chunk(phone.store)]
    return [corrected(one, received_ms=FAR) for one in found]


def restart(phone: Phone, hands: Hands) -> None:
    hands.boot, hands.uptime_ms = "boot-2", 5_000
    phone.clock = hands.clock()


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_clock_that_jumps_in_an_offline_week_moves_no_edit(synced: Phone, hands: Hands, jump: timedelta):
    for day in range(7):
        hands.move(timedelta(days=1))
        if day == 3:
            hands.at += jump
        edit(synced, f"第 {day} 天")
    for day, found in enumerate(times(synced), start=1):
        true = SERVER_AT + day * timedelta(days=1) // timedelta(milliseconds=1)
        assert abs(found.at_ms - true) <= found.uncertainty_ms < 90_000, "a week's drift is a minute and a half at most"
    shown = status.show(synced.store, synced.device, synced.clock)["clock_offset_ms"]
    assert abs(shown - (2 * HOUR + jump) // timedelta(milliseconds=1)) < 90_000, (
        "the office's clock is two hours behind"
    )


def test_after_a_restart_only_what_the_next_sync_tells_is_known(synced: Phone, hands: Hands):
    restart(synced, hands)
    edit(synced, "重启后")
    (found,) = times(synced)
    assert found == Corrected(FAR, UNKNOWN_MS)
    assert status.show(synced.store, synced.device, synced.clock)["clock_offset_ms"] is None
    synced.sync()
    edit(synced, "同步后")
    assert times(synced)[-1].uncertainty_ms < 1000


def test_a_satellite_tells_the_time_where_no_office_can(synced: Phone, hands: Hands):
    restart(synced, hands)
    hands.at -= timedelta(days=400)
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    fix = Place("28.8", "112.3", 9, "gps", satellite_at="2026-07-03T04:00:00.000Z")
    visits.place(synced.store, synced.clock, visit, fix)
    hands.move(HOUR)
    edit(synced, "定位后")
    found = times(synced)[-1]
    assert found.uncertainty_ms < 5_000
    assert (
        abs(found.at_ms - (SERVER_AT + timedelta(days=2, hours=5) // timedelta(milliseconds=1))) <= found.uncertainty_ms
    )
    offset = status.show(synced.store, synced.device, synced.clock)["clock_offset_ms"]
    assert _offset_line(offset).startswith("手机时钟慢了约 402 天")


def test_a_mock_location_tells_no_time_and_an_odd_time_is_refused(synced: Phone, hands: Hands):
    restart(synced, hands)
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    mock = Place("28.8", "112.3", 9, "gps", mock=True, satellite_at="2026-07-03T04:00:00.000Z")
    visits.place(synced.store, synced.clock, visit, mock)
    assert synced.store.evidence(synced.clock).satellite is None
    with pytest.raises(FieldError, match=r"place\.time_invalid"):
        visits.place(synced.store, synced.clock, visit, Place("28.8", "112.3", 9, satellite_at="gestern"))


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (timedelta(hours=-3, minutes=-12, seconds=-40), "慢了约 3 小时 12 分"),
        (timedelta(minutes=7), "快了约 0 小时 7 分"),
        (timedelta(days=365, hours=2, minutes=5), "快了约 365 天 2 小时"),
    ],
)
def test_the_worker_reads_how_far_the_clock_is_off(offset: timedelta, words: str):
    assert words in _offset_line(offset // timedelta(milliseconds=1))
