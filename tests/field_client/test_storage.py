"""Room on the device: only what the office signed for is deleted, photos stop before text does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from field_client import doctor, drafts, media, scope, sealing, storage, visits
from field_client.errors import FieldError
from field_client.settings import Disk, Home
from field_client.store import Store
from tests.field_client.conftest import HOUSEHOLD, Phone, fill_visit
from tests.simulation.disk import room_for


class FullHome(Home):
    """A folder on a disk that is nearly full."""

    def disk(self) -> Disk:
        return Disk(10**12, 10**12 - storage.TEXT_RESERVE_BYTES + 1, storage.TEXT_RESERVE_BYTES - 1)


@pytest.fixture
def receipted(ready: tuple[Phone, str]) -> tuple[Phone, str]:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    return phone, visit


def freed(phone: Phone) -> tuple[int, int]:
    return storage.free(phone.store, phone.device, phone.clock)


def files(phone: Phone) -> set[str]:
    return {path.name for path in phone.home.media.iterdir()}


def test_what_has_a_receipt_is_freed_and_its_small_picture_stays(receipted: tuple[Phone, str]) -> None:
    phone, _ = receipted
    shown = storage.show(phone.store, phone.device)
    assert (shown["freeable_count"], freed(phone)) == (4, (4, shown["freeable_bytes"]))
    assert files(phone) == set()
    assert len(phone.store.value("SELECT data FROM previews JOIN blobs USING (sha256) WHERE kind = 'house'")) > 500
    assert all(one["ok"] for one in doctor.examine(phone.store))
    assert freed(phone) == (0, 0)


def test_what_is_sent_but_not_receipted_stays(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.office.refuse_kinds = frozenset({"house"})
    assert phone.sync().blobs_sent == 3
    assert freed(phone) == (0, 0)
    assert len(files(phone)) >= 4


def test_a_receipt_that_another_key_signed_frees_nothing(receipted: tuple[Phone, str]) -> None:
    phone, _ = receipted
    assert storage.freeable(phone.store, replace(phone.device, receipt_key="11" * 32)) == []


def test_a_hash_that_the_receipt_does_not_list_is_not_freed(receipted: tuple[Phone, str]) -> None:
    phone, _ = receipted
    phone.store.db.execute("DELETE FROM previews")  # They would follow their photo nowhere.
    phone.store.db.execute("UPDATE blobs SET sha256 = ? WHERE kind = 'house'", ("e" * 64,))
    assert "e" * 64 not in {row["sha256"] for row in storage.freeable(phone.store, phone.device)}


def test_nothing_is_freed_before_the_visit_is_in_the_offices_backup(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.office.durable_n = 0
    assert phone.sync().blobs_waiting == 0
    assert freed(phone) == (0, 0)
    phone.office.durable_n = None
    phone.office.put("reference", "area", "area-9", code="9", name="新")
    phone.sync()
    assert freed(phone)[0] == 4


def test_a_photo_that_a_draft_rests_on_stays(receipted: tuple[Phone, str], picture: Callable[..., bytes]) -> None:
    phone, _ = receipted
    second = visits.start(phone.store, phone.clock, phone.device, "household-2").id
    entry, _ = visits.photo(phone.store, phone.clock, second, picture(seed=3), kind="house")
    assert freed(phone)[0] == 3
    assert files(phone) == {entry["blob"]}


def test_a_freed_photo_that_is_taken_again_is_here_again(
    receipted: tuple[Phone, str], picture: Callable[..., bytes]
) -> None:
    phone, _ = receipted
    freed(phone)
    second = fill_visit(phone, picture, "household-2", "person-20")
    for item in drafts.get(phone.store, second).document["evidence"]:
        assert media.read(phone.store, item["blob"])
    sealing.seal(phone.store, phone.clock, phone.device, second)
    assert phone.sync().blobs_waiting == 0
    assert all(one["ok"] for one in doctor.examine(phone.store))


def test_photos_stop_where_the_room_is_needed_for_text_and_text_and_signatures_never_do(
    synced: Phone, picture: Callable[..., bytes]
) -> None:
    full = Store(synced.store.db, FullHome(synced.home.path), synced.key)
    draft = visits.start(full, synced.clock, synced.device, HOUSEHOLD).id
    with pytest.raises(FieldError, match=r"storage\.photos_stopped"):
        visits.photo(full, synced.clock, draft, picture(), kind="house")
    visits.answer(full, synced.clock, draft, {"people": "2"})
    visits.sign(full, synced.clock, draft, role="investigator", signer="staff-1", image=picture(size=(300, 150)))
    assert storage.show(full, synced.device)["photos_stopped"]


@pytest.mark.parametrize(("percent", "level"), [(79, "ok"), (80, "warn"), (89, "warn"), (90, "alarm")])
def test_it_warns_at_80_and_90_percent(percent: int, level: str) -> None:
    assert storage.level(percent) == level


def test_what_a_full_disk_keeps_from_being_cleared_is_cleared_at_the_next_sync(synced: Phone) -> None:
    village = synced.store.value("SELECT bucket FROM records WHERE type = 'household'")
    with synced.store.transaction():
        scope.leave(synced.store, [village])
    with room_for(4_000):
        scope.finish(synced.store)
    assert synced.store.get("doomed_media") == []
    scope.finish(synced.store)
    assert synced.store.get("doomed_media") is None
    assert not synced.store.value("SELECT count(*) FROM records WHERE bucket = ?", village)
