"""When the office asks to come again later: heard, spread, bounded, and told to whoever waits."""

from datetime import timedelta
from pathlib import Path

import pytest

from field_client import lanes, messages, outbox, sealing
from field_client.commands.serve import EVERY_S
from field_client.errors import NoConnection
from field_client.store import Store, open_store
from field_client.transport import LONGEST_WAIT_S
from field_client.web.courier import Courier
from tests.field_client.conftest import HOUSEHOLD, VILLAGE, Hands, Phone, make_phone
from tests.field_client.test_uploads import sealed  # noqa: F401  a visit whose photos wait

NEXT_TO_NEVER = "999999999999"


def busy_for(phone: Phone, said: str) -> NoConnection:
    phone.office.busy, phone.office.retry_after = True, said
    failure = phone.sync().failure
    phone.office.busy = False
    assert failure
    return failure


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("90", 90), ("", 0), ("soon", 0), ("-5", 0), ("1.5", 0), ("٣", 0), (NEXT_TO_NEVER, LONGEST_WAIT_S)],
)
def test_a_busy_offices_word_is_taken_within_bounds(synced: Phone, said: str, seconds: int) -> None:
    assert busy_for(synced, said).after_s == seconds


def test_a_date_is_taken_by_the_offices_own_clock(synced: Phone, hands: Hands) -> None:
    hands.move(timedelta(days=4000))
    assert busy_for(synced, "Mon, 01 Jan 2001 00:00:00 GMT").after_s == 0
    assert busy_for(synced, "Fri, 31 Dec 9999 23:59:59 GMT").after_s == LONGEST_WAIT_S


def test_a_command_says_when_to_come_again(synced: Phone) -> None:
    assert "请过 2 分钟 再试" in busy_for(synced, "90").message
    assert "再试" not in busy_for(synced, "").message


def test_a_pause_is_never_told_shorter_than_it_is() -> None:
    assert [messages.span(seconds) for seconds in (1, 59, 60, 61, 3600)] == [
        "1 秒",
        "59 秒",
        "1 分钟",
        "2 分钟",
        "60 分钟",
    ]


def test_an_office_that_sends_no_rows_for_now_names_a_time(synced: Phone) -> None:
    synced.office.put("reference", "area", "area-2", code="430981001009", name="新村", level="village")
    synced.office.lanes, synced.office.after_s = (), 120
    summary = synced.sync()
    assert summary.failure
    assert (summary.failure.code, summary.failure.after_s) == ("server.busy", 120)


def test_devices_that_were_sent_away_together_come_again_apart(synced: Phone, tmp_path: Path, hands: Hands) -> None:
    synced.office.after_s = 600
    second = make_phone(synced.running, tmp_path / "other" / synced.home.path.name, hands.clock())
    pauses = [phone.sync().again_s for phone in (synced, second)]
    second.store.close()
    assert pauses[0] != pauses[1]
    assert all(600 <= pause <= 750 for pause in pauses)


def test_lanes_of_devices_whose_folders_are_named_alike_rest_apart(synced: Phone, tmp_path: Path, hands: Hands) -> None:
    second = make_phone(synced.running, tmp_path / "other" / synced.home.path.name, hands.clock())
    for phone in (synced, second):
        lanes.rest(phone.store, phone.clock, lanes.PHOTOS, "server.busy")
    rests = [lanes.resting(phone.store, phone.clock)[0]["not_before"] for phone in (synced, second)]
    second.store.close()
    assert rests[0] != rests[1]


def test_a_short_pause_is_waited_for_within_the_sync(sealed: tuple[Phone, str]) -> None:  # noqa: F811
    phone, _ = sealed
    phone.office.busy_pieces, phone.office.retry_after = 1, "7"
    assert phone.sync().blobs_waiting == 0
    (pause,) = phone.pauses
    assert 7 <= pause <= 7 * 1.25


def test_a_long_pause_lets_the_lane_rest_for_as_long(sealed: tuple[Phone, str], hands: Hands) -> None:  # noqa: F811
    phone, _ = sealed
    phone.office.busy_pieces, phone.office.retry_after = 1, "1200"
    assert phone.sync().failure
    assert phone.pauses == []
    hands.move(timedelta(seconds=1199))
    assert lanes.resting(phone.store, phone.clock)
    hands.move(timedelta(seconds=301))
    assert not lanes.resting(phone.store, phone.clock)
    assert phone.sync().blobs_waiting == 0


def test_photos_stop_in_their_middle_when_the_office_closes_their_lane(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)

    def enter(point: str) -> None:
        """Enter something while the first piece is on its way; the office is busy when it leaves."""
        if point == "piece received":
            phone.office.reached = lambda point: None
            phone.office.lanes, phone.office.after_s = ("records",), 600
            other = open_store(phone.home, phone.key, check=False)  # The pages have a connection of their own.
            with other.transaction():
                fields = {"remarks": "记"}
                outbox.add(
                    other, phone.clock, type="household", id=HOUSEHOLD, op="update", bucket=VILLAGE, fields=fields
                )
            other.close()

    phone.office.reached = enter
    summary = phone.sync()
    assert summary.failure
    assert (summary.failure.code, summary.failure.after_s, summary.blobs_waiting) == ("server.busy", 600, 4)
    assert outbox.waiting_count(phone.store) == 0


def test_the_pages_sync_again_when_the_office_wishes(synced: Phone) -> None:
    synced.office.after_s = 40
    courier = Courier(lambda: _opened(synced), synced.device, synced.clock)
    courier.send()
    courier.wait()
    assert 40 <= courier.standing.again_s <= 50
    synced.running.stop()
    courier.send()
    courier.wait()
    assert (courier.standing.again_s or EVERY_S) == EVERY_S
    synced.running.start()


def _opened(phone: Phone) -> Store:
    return open_store(phone.home, phone.key)
