"""The sync page's deeds on a photo that did not arrive, and on the room that those take which did."""

from collections.abc import Iterator

import pytest
from flask import Flask

from field_client import media, sealing
from field_client.web import strip
from field_client.web.courier import Standing
from tests.field_client.conftest import Phone
from tests.field_client.web.conftest import Visitor


@pytest.fixture
def stuck(ready: tuple[Phone, str], visitor: Visitor, pages: Flask) -> Iterator[tuple[Phone, str]]:
    """A phone whose house photo the office refused; gives its hash."""
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.running.start()
    phone.office.refuse_kinds = frozenset({"house"})
    phone.sync()
    yield phone, phone.store.value("SELECT sha256 FROM blobs WHERE kind = 'house'")
    pages.extensions["desk"].courier.wait()
    phone.running.stop()


def facts(phone: Phone, sha256: str) -> dict:
    return phone.store.rows("SELECT * FROM blobs WHERE sha256 = ?", sha256)[0]


def test_a_photo_that_failed_can_be_retried_deferred_and_exported(stuck: tuple[Phone, str], visitor: Visitor) -> None:
    phone, sha256 = stuck
    text = visitor.get("/sync")
    assert all(f">{word}<" in text for word in ("重试", "搁置", "导出"))
    visitor.send(f"/sync/photos/{sha256}/defer")
    assert facts(phone, sha256)["is_deferred"] == 1
    assert "已搁置" in visitor.get("/sync")
    exported = visitor.client.get(f"/sync/photos/{sha256}/export")
    assert exported.data == media.read(phone.store, sha256)
    assert exported.headers["Content-Disposition"].startswith('attachment; filename="house-')
    phone.office.refuse_kinds = frozenset()
    visitor.send(f"/sync/photos/{sha256}/retry")
    visitor.app.extensions["desk"].courier.wait()
    assert facts(phone, sha256)["state"] == "sent"
    assert ">重试<" not in visitor.get("/sync")


def test_receipted_photos_are_freed_by_one_button_and_their_small_pictures_shown(
    stuck: tuple[Phone, str], visitor: Visitor
) -> None:
    phone, sha256 = stuck
    assert "清理已有回执的照片" not in visitor.get("/sync/storage")
    phone.office.refuse_kinds = frozenset()
    visitor.send(f"/sync/photos/{sha256}/retry")
    visitor.app.extensions["desk"].courier.wait()
    assert "清理已有回执的照片 4 个" in visitor.get("/sync/storage")
    visitor.send("/sync/storage/free")
    assert list(phone.home.media.iterdir()) == []
    shown = visitor.client.get(f"/media/{sha256}")
    assert shown.data == phone.store.value("SELECT data FROM previews WHERE sha256 = ?", sha256)


def test_nobody_without_the_pages_word_frees_or_defers_anything(stuck: tuple[Phone, str], visitor: Visitor) -> None:
    phone, sha256 = stuck
    assert visitor.client.post(f"/sync/photos/{sha256}/defer").status_code in (400, 403)
    assert facts(phone, sha256)["is_deferred"] == 0


@pytest.mark.parametrize(
    "standing, text",
    [
        (Standing(running=True), "正在连接服务器…"),
        (Standing(running=True, lane="records", done=3, total=120), "已交出 3 条，已取回 120 条"),
        (Standing(running=True, lane="photos", done=2, total=5), "照片 2/5 张"),
    ],
)
def test_the_strip_says_how_far_a_sync_is(standing: Standing, text: str) -> None:
    assert strip.progress(standing) == text
