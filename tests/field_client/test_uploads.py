"""Photos on their way: lanes, resuming after cuts, one bad blob beside good ones, the byte budget."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from field_client import media, sealing, uploads, visit_view
from tests.field_client.conftest import Hands, Phone, fill_visit


@pytest.fixture
def sealed(ready: tuple[Phone, str]) -> tuple[Phone, str]:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    return phone, visit


def blob(phone: Phone, kind: str) -> dict:
    return phone.store.rows("SELECT * FROM blobs WHERE kind = ?", kind)[0]


def test_what_arrives_is_what_was_kept(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    phone.sync()
    hashes = [row["sha256"] for row in phone.store.rows("SELECT sha256 FROM blobs")]
    assert phone.office.stored() == {sha: media.read(phone.store, sha) for sha in hashes}


def test_the_blobs_of_a_draft_do_not_travel(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    assert phone.sync().blobs_sent == 0
    assert phone.office.uploads == {}


def test_signatures_go_before_photos(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    phone.sync()
    assert [upload.kind for upload in phone.office.uploads.values()] == ["signature"] * 3 + ["house"]


def test_records_only_leaves_the_photos(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    summary = phone.sync(records_only=True)
    assert (summary.blobs_sent, summary.blobs_waiting) == (0, 4)
    assert phone.office.visits()


def test_a_cut_upload_goes_on_where_the_server_stands(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    phone.office.cut_upload_after = 1_000
    sizes = sum(row["size"] for row in phone.store.rows("SELECT size FROM blobs"))
    before = phone.sync(records_only=True).bytes_sent
    summary = phone.sync()
    assert (summary.failure, summary.blobs_sent) == (None, 4)
    assert sum(row["resumed"] for row in phone.store.rows("SELECT resumed FROM blobs")) == 1
    assert summary.bytes_sent - before < sizes + uploads.FIRST + 3_000
    assert phone.pauses == [uploads.FIRST_PAUSE_S]


def test_a_line_that_stays_dead_stops_the_photos_and_says_so(sealed: tuple[Phone, str]) -> None:
    phone, visit = sealed
    phone.sync(records_only=True)
    phone.running.stop()
    summary = phone.sync()
    assert summary.failure
    assert summary.blobs_waiting == 4
    line = visit_view.show(phone.store, phone.device, visit)
    assert line["state_text"] == "上传中 0/4 张"
    phone.running.start()
    assert phone.sync().blobs_sent == 4


def test_a_blob_that_is_refused_blocks_nothing_and_tells_why(sealed: tuple[Phone, str]) -> None:
    phone, visit = sealed
    phone.office.refuse_kinds = frozenset({"signature"})
    summary = phone.sync()
    assert (summary.failure, summary.blobs_sent, summary.blobs_waiting) == (None, 1, 3)
    assert blob(phone, "signature")["reason"] == "upload.metadata"
    assert visit_view.show(phone.store, phone.device, visit)["state"] == "trouble"


def test_what_was_set_aside_is_tried_again_after_a_pause_that_grows(sealed: tuple[Phone, str], hands: Hands) -> None:
    phone, _ = sealed
    phone.office.refuse_kinds = frozenset({"house"})
    phone.sync()
    for tries, minutes in ((1, 1), (2, 2), (3, 4)):
        assert blob(phone, "house")["tries"] == tries
        hands.move(timedelta(minutes=minutes, seconds=-1))
        phone.sync()
        assert blob(phone, "house")["tries"] == tries
        hands.move(timedelta(seconds=2))
        phone.sync()
    phone.office.refuse_kinds = frozenset()
    hands.move(timedelta(minutes=9))
    assert phone.sync().blobs_sent == 1


def test_what_was_set_aside_by_a_clock_years_ahead_does_not_wait_for_years(
    sealed: tuple[Phone, str], hands: Hands
) -> None:
    phone, _ = sealed
    phone.office.refuse_kinds = frozenset({"house"})
    hands.at += timedelta(days=3650)
    phone.sync()
    phone.office.refuse_kinds = frozenset()
    hands.at -= timedelta(days=3650)
    assert phone.sync().blobs_sent == 1


def test_a_damaged_file_is_set_aside_and_the_rest_arrives(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    path = phone.home.media / blob(phone, "house")["sha256"]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert phone.sync().blobs_sent == 3
    assert blob(phone, "house")["reason"] == "media.damaged"


def test_a_piece_damaged_on_the_way_is_sent_again(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    phone.office.damage_pieces = 2
    assert phone.sync().blobs_sent == 4


def test_an_upload_that_the_server_forgot_begins_again(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    phone.store.db.execute("UPDATE blobs SET location = '/files/forgotten'")
    assert phone.sync().blobs_sent == 4


def test_another_offset_than_ours_is_the_servers_word(sealed: tuple[Phone, str]) -> None:
    """A whole upload whose answer was lost is found complete, and not one byte is sent again."""
    phone, _ = sealed
    phone.sync()
    phone.store.db.execute("UPDATE blobs SET state = 'waiting', offset = 0")
    before = {sha: bytes(data) for sha, data in phone.office.stored().items()}
    summary = phone.sync()
    assert summary.blobs_sent == 4
    assert summary.bytes_sent < 2_000
    assert phone.office.stored() == before


def test_the_byte_budget_is_kept(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    total = phone.sync(records_only=True)
    summary = phone.sync(max_bytes=6_000)
    assert total.blobs_waiting == 4
    assert summary.failure is None
    assert summary.bytes_sent + summary.bytes_received < 6_000 + 2_000
    assert summary.blobs_waiting > 0
    assert phone.sync().blobs_waiting == 0


def test_pieces_fit_the_measured_speed() -> None:
    assert uploads._next_piece(64 * 1024, 2_000) == 64 * 1024
    assert uploads._next_piece(64 * 1024, 10) == 128 * 1024
    assert uploads._next_piece(64 * 1024, 60_000) == uploads.SMALLEST
    assert uploads._next_piece(uploads.LARGEST, 1) == uploads.LARGEST


def test_one_photo_in_two_visits_travels_once(sealed: tuple[Phone, str], picture: Callable[..., bytes]) -> None:
    phone, _ = sealed
    second = fill_visit(phone, picture, "household-2", "person-20")
    sealing.seal(phone.store, phone.clock, phone.device, second)
    assert phone.sync().blobs_sent == 4
    assert visit_view.show(phone.store, phone.device, second)["state"] == "receipted"
