"""Photos on their page: taken again, marked, taken out."""

from collections.abc import Callable
from io import BytesIO

import pytest

from field_client import drafts
from tests.field_client.conftest import HOUSEHOLD, Phone
from tests.field_client.web.conftest import Visitor

Draw = Callable[..., bytes]


@pytest.fixture
def page(visitor: Visitor, picture: Draw) -> str:
    """The page of a visit with one photo."""
    visit = visitor.send(f"/households/{HOUSEHOLD}/visits")
    photo = BytesIO(picture(seed=5)), "house.jpg"
    return visitor.send(f"{visit}/photos", kind="house", caption="正面", camera=photo)


def evidence(phone: Phone, page: str) -> list[dict]:
    return drafts.get(phone.store, page.split("/")[2]).document["evidence"]


def test_a_photo_taken_again_keeps_kind_and_caption(visitor: Visitor, synced: Phone, page: str, picture: Draw) -> None:
    (old,) = evidence(synced, page)
    visitor.send(f"{page}/{old['id']}/retake", camera=(BytesIO(picture(seed=6)), "b.jpg"))
    (new,) = evidence(synced, page)
    assert new["blob"] != old["blob"] and (new["kind"], new["caption"]) == ("house", "正面")


def test_a_broken_picture_does_not_take_the_old_ones_place(visitor: Visitor, synced: Phone, page: str) -> None:
    before = evidence(synced, page)
    visitor.send(f"{page}/{before[0]['id']}/retake", camera=(BytesIO(b"no picture"), "b.jpg"))
    assert evidence(synced, page) == before and "不是照片" in visitor.said()


def test_the_same_picture_again_is_kept_once(visitor: Visitor, synced: Phone, page: str, picture: Draw) -> None:
    before = evidence(synced, page)
    visitor.send(f"{page}/{before[0]['id']}/retake", camera=(BytesIO(picture(seed=5)), "b.jpg"))
    assert evidence(synced, page) == before


def test_a_marked_copy_stands_beside_the_original(visitor: Visitor, synced: Phone, page: str, picture: Draw) -> None:
    (old,) = evidence(synced, page)
    assert old["blob"] in visitor.get(f"{page}/{old['id']}/marks")
    visitor.send(f"{page}/{old['id']}/marks", caption="箭头处漏雨", image=(BytesIO(picture(seed=8)), "marks.jpg"))
    original, marked = evidence(synced, page)
    assert original == old and (marked["marks"], marked["caption"]) == (old["blob"], "箭头处漏雨")


def test_a_photo_is_taken_out(visitor: Visitor, synced: Phone, page: str) -> None:
    (old,) = evidence(synced, page)
    visitor.send(f"{page}/{old['id']}/removal")
    assert evidence(synced, page) == []
    visitor.send(f"{page}/{old['id']}/removal")
    assert "没有这张照片" in visitor.said()
