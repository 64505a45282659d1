"""Photos on their way: lanes, resuming after cuts, one bad blob beside good ones, the byte budget."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from field_client import blobs, lanes, media, messages, outbox, sealing, status, syncing, uploads, visit_view, visits
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.store import open_store
from field_client.transport import Transport
from server.domain.errors import (
    BodyTooLarge,
    DomainError,
    NotAllowed,
    UploadChecksumWrong,
    UploadGone,
    UploadMetadataInvalid,
    UploadOffsetWrong,
)
from sync.visit_shape import PREVIEW_BYTES
from tests.field_client.conftest import HEAD, HOUSEHOLD, VILLAGE, Hands, Phone, fill_visit


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
    hashes = [row["sha256"] for row in phone.store.rows("SELECT sha256 FROM blobs WHERE kind <> 'preview'")]
    small = blob(phone, "preview")
    stored = phone.office.stored()
    assert hashlib.sha256(stored.pop(small["sha256"])).hexdigest() == small["sha256"]
    assert stored == {sha: media.read(phone.store, sha) for sha in hashes}


def test_the_blobs_of_a_draft_do_not_travel(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    assert phone.sync().blobs_sent == 0
    assert phone.office.uploads == {}


def test_previews_go_first_then_signatures_then_photos(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    summary = phone.sync()
    assert [upload.kind for upload in phone.office.uploads.values()] == ["preview"] + ["signature"] * 3 + ["house"]
    assert (summary.previews_sent, summary.blobs_sent) == (1, 4)


def test_a_preview_is_small_and_the_seal_ties_it_to_its_photo(sealed: tuple[Phone, str]) -> None:
    phone, visit = sealed
    (photo,) = phone.store.rows("SELECT json_extract(fields, '$.evidence[0]') AS one FROM outbox WHERE id = ?", visit)
    entry, row = json.loads(photo["one"]), blob(phone, "preview")
    assert (entry["preview"], entry["blob"]) == (row["sha256"], row["preview_of"])
    assert row["size"] <= PREVIEW_BYTES < entry["size"]
    phone.sync()
    assert not (phone.home.media / row["sha256"]).exists()


def test_a_preview_that_its_original_overtook_is_spared(sealed: tuple[Phone, str], hands: Hands) -> None:
    phone, _ = sealed
    phone.office.refuse_kinds = frozenset({"preview"})
    assert phone.sync().blobs_sent == 4
    row = blob(phone, "preview")
    assert (row["state"], row["sha256"] in phone.office.uploads) == ("spared", False)
    assert not (phone.home.media / row["sha256"]).exists()


def test_a_photo_that_is_small_itself_has_no_preview(synced: Phone, picture: Callable[..., bytes]) -> None:
    draft = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    entry, _ = visits.photo(synced.store, synced.clock, draft, picture(size=(120, 90)), kind="house")
    assert "preview" not in entry


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
    (resumed,) = phone.store.rows("SELECT * FROM blobs WHERE resumed > 0")
    assert 0 < summary.bytes_resent == resumed["resent"] <= resumed["size"] - 1_000
    assert summary.bytes_sent - before < sizes + summary.bytes_resent + 3_000
    (pause,) = phone.pauses
    assert uploads.FIRST_PAUSE_S <= pause < uploads.FIRST_PAUSE_S * 1.25


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
        hands.move(timedelta(minutes=minutes / 4, seconds=2))
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
    phone.store.db.execute("UPDATE blobs SET state = 'waiting', offset = 0 WHERE kind <> 'preview'")
    before = {sha: bytes(data) for sha, data in phone.office.stored().items()}
    summary = phone.sync()
    assert summary.blobs_sent == 4
    assert summary.bytes_sent < 2_000
    assert phone.office.stored() == before


@pytest.mark.parametrize("budget", [4_000, 6_000, 20_000])
def test_the_byte_budget_is_kept_exactly_retries_included(sealed: tuple[Phone, str], budget: int) -> None:
    phone, _ = sealed
    total = phone.sync(records_only=True)
    assert total.blobs_waiting == 4
    phone.office.cut_upload_after = 1_500
    summary = phone.sync(max_bytes=budget)
    assert (summary.failure, summary.budget_spent) == (None, True)
    assert summary.bytes_sent + summary.bytes_received <= budget
    assert summary.bytes_sent > budget - 3 * uploads.REFUSAL_BYTES
    assert summary.blobs_waiting > 0
    assert phone.sync().blobs_waiting == 0


def test_a_budget_that_the_records_do_not_fit_into_sends_nothing_beyond_it(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    summary = phone.sync(max_bytes=50)
    assert (summary.budget_spent, summary.bytes_sent + summary.bytes_received) == (True, 0)
    assert phone.office.visits() == []
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


def test_a_change_made_while_photos_go_out_leaves_before_the_next_piece(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    buffer = BytesIO()
    Image.effect_noise((900, 700), 100).save(buffer, "PNG")  # Noise does not shrink: several pieces.
    visits.photo(phone.store, phone.clock, visit, buffer.getvalue(), kind="room")
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.store.db.execute("UPDATE blobs SET state = 'kept' WHERE kind <> 'room'")
    seen: list[tuple[str, int]] = []

    def enter(point: str) -> None:
        seen.append((point, len(phone.office.mutations)))
        if point == "piece stored" and len(phone.office.mutations) == count:
            other = open_store(phone.home, phone.key, check=False)  # The pages have a connection of their own.
            with other.transaction():
                fields = {"phone": "13900000000"}
                outbox.add(other, phone.clock, type="person", id=HEAD, op="update", bucket=VILLAGE, fields=fields)
            other.close()

    phone.sync(records_only=True)
    count = len(phone.office.mutations)
    phone.office.reached = enter
    with syncing.connect(phone.store, phone.device) as transport:
        sync_slowly(phone, transport)
    pieces = [mutations for point, mutations in seen if point == "piece received"]
    assert pieces[:2] == [count, count + 1]
    assert len(pieces) > 2


def sync_slowly(phone: Phone, transport: Transport) -> None:
    """Sync over a line so slow that every piece is the smallest."""
    slow = Clock(phone.clock.wall, lambda: phone.clock.uptime_ms() * 10**6, "boot-1")
    syncing.sync(phone.store, transport, slow, sleep=phone.pauses.append)


def test_a_visit_sealed_while_photos_go_out_takes_its_place_in_the_lanes(
    sealed: tuple[Phone, str], picture: Callable[..., bytes]
) -> None:
    phone, _ = sealed
    second = fill_visit(phone, picture, "household-2", "person-20")
    visits.photo(phone.store, phone.clock, second, picture(seed=5), kind="room")

    def seal(point: str) -> None:
        if point == "piece stored" and any(one.kind == "house" for one in phone.office.uploads.values()):
            phone.office.reached = lambda point: None
            other = open_store(phone.home, phone.key, check=False)
            sealing.seal(other, phone.clock, phone.device, second)
            other.close()

    phone.office.reached = seal
    assert phone.sync().blobs_waiting == 0
    kinds = [upload.kind for upload in phone.office.uploads.values()]
    assert kinds == ["preview", *["signature"] * 3, "house", "preview", "room"]


def test_a_lane_that_the_office_cannot_take_rests_and_the_others_go_on(sealed: tuple[Phone, str], hands: Hands) -> None:
    phone, _ = sealed
    phone.office.full_kinds = frozenset({"signature"})
    summary = phone.sync()
    assert summary.failure
    assert (summary.failure.code, summary.blobs_sent, summary.blobs_waiting) == ("server.full", 1, 3)
    (resting,) = status.show(phone.store, phone.device, phone.clock)["waiting"]["resting"]
    assert (resting["lane"], resting["message"][:5]) == (lanes.PAPERS, "服务器存储")
    phone.office.full_kinds = frozenset()
    assert phone.sync().blobs_sent == 0
    hands.move(lanes.REST_FIRST * 1.25)
    assert phone.sync().blobs_sent == 3
    assert lanes.resting(phone.store, phone.clock) == []


def test_a_lane_whose_rest_was_set_by_a_clock_years_ahead_opens(sealed: tuple[Phone, str], hands: Hands) -> None:
    phone, _ = sealed
    hands.at += timedelta(days=3650)
    lanes.rest(phone.store, phone.clock, lanes.PHOTOS, "server.full")
    hands.at -= timedelta(days=3650)
    assert lanes.open_lanes(phone.store, phone.clock) == set(lanes.ORDER)


def test_rests_and_pauses_grow_to_a_bound_and_devices_differ() -> None:
    first, longest = timedelta(minutes=1), timedelta(days=1)
    pauses = [lanes.pause(tries, first, longest, "a", "b") for tries in range(1, 200)]
    assert all(first * 2**n <= pause <= first * 2**n * 1.25 for n, pause in enumerate(pauses[:10]))
    assert max(pauses) <= longest
    assert lanes.pause(3, first, longest, "a", "b") != lanes.pause(3, first, longest, "c", "b")


def test_the_worker_has_a_photo_tried_again_at_once_or_keeps_it_back(sealed: tuple[Phone, str]) -> None:
    phone, _ = sealed
    phone.office.refuse_kinds = frozenset({"house"})
    phone.sync()
    name = blob(phone, "house")["sha256"][:10]
    phone.office.refuse_kinds = frozenset()
    assert phone.sync().blobs_sent == 0
    blobs.defer(phone.store, name)
    blobs.retry(phone.store, [name])
    blobs.defer(phone.store, name)
    assert phone.sync().blobs_sent == 0
    (aside,) = status.show(phone.store, phone.device, phone.clock)["waiting"]["set_aside"]
    assert aside["is_deferred"]
    assert blobs.retry(phone.store, []) == 1
    assert phone.sync().blobs_sent == 1


@pytest.mark.parametrize("name", ["", "f" * 64])
def test_a_name_that_means_no_photo_or_several_is_refused(sealed: tuple[Phone, str], name: str) -> None:
    with pytest.raises(FieldError, match=r"upload\.unknown"):
        blobs.defer(sealed[0].store, name)


@pytest.mark.parametrize(
    "refusal",
    [UploadMetadataInvalid, UploadOffsetWrong, UploadChecksumWrong, UploadGone, BodyTooLarge, NotAllowed],
    ids=lambda refusal: refusal.code,
)
def test_every_reason_for_which_the_office_refuses_a_photo_has_a_sentence(refusal: type[DomainError]) -> None:
    assert refusal.code in messages.SENTENCES
