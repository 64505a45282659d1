"""The pages over HTTP: households, a whole visit without a script, the sync page."""

from collections.abc import Callable
from io import BytesIO
from urllib.parse import unquote

import forms
from field_client import amendments, drafts, overlay
from tests.field_client.conftest import (
    HEAD,
    HOUSEHOLD,
    NAME,
    SECOND_STAFF,
    SON,
    STAFF_ID,
    VILLAGE,
    Phone,
    put_form,
)
from tests.field_client.web.conftest import Visitor

Draw = Callable[..., bytes]
SMALL = (160, 120)


def begin(visitor: Visitor) -> str:
    return visitor.send(f"/households/{HOUSEHOLD}/visits").rsplit("/", 1)[1]


def sign(visitor: Visitor, visit: str, role: str, signer: str, draw: Draw, seed: int) -> None:
    image = BytesIO(draw(seed=seed, size=SMALL, format="PNG")), "signature.png"
    visitor.send(f"/visits/{visit}/signatures", role=role, signer=signer, image=image)


def complete(visitor: Visitor, draw: Draw) -> str:
    """Do a whole visit through forms, up to the seal."""
    visit = begin(visitor)
    visitor.send(f"/visits/{visit}/sections/~people", people="2", note="")
    photo = BytesIO(draw(seed=5)), "house.jpg"
    visitor.send(f"/visits/{visit}/photos", kind="house", caption="正面", camera=photo)
    visitor.send(f"/visits/{visit}/identity/{HEAD}/people/id_card", confirmed="yes", reason="light")
    visitor.send(f"/visits/{visit}/place", latitude="28.8442", longitude="112.3546", accuracy="18.7")
    sign(visitor, visit, "investigator", STAFF_ID, draw, 11)
    sign(visitor, visit, "investigator", SECOND_STAFF, draw, 12)
    visitor.send(f"/visits/{visit}/signatures", role="household", reason="不愿意说明原因")
    return visit


def test_home_counts_what_there_is_to_do(visitor: Visitor, hands: object) -> None:
    text = visitor.get("/")
    for word in ("今日走访", "草稿", "待上传", "被退回"):
        assert word in text
    begin(visitor)
    assert "<span>草稿</span><b>1</b>" in visitor.get("/")


def test_households_are_listed_and_found(visitor: Visitor) -> None:
    assert NAME in visitor.get("/households")
    found = visitor.post("/households", q="zxm").text
    assert "张小明" in found and NAME not in found
    assert NAME in visitor.post("/households", q="石矶湖村一组", part="1").text
    assert "<html" not in visitor.post("/households", q="zxm", part="1").text


def test_what_is_searched_for_stands_in_no_address(visitor: Visitor) -> None:
    assert 'method="post"' in visitor.get("/households")
    assert NAME in visitor.get("/households?q=zxm")  # An address asks for all of them, whatever is put into it.


def test_one_character_is_too_short_to_search(visitor: Visitor) -> None:
    assert "至少输入两个字" in visitor.post("/households", q="张").text


def test_a_household_shows_its_people_with_masked_ids(visitor: Visitor) -> None:
    text = visitor.get(f"/households/{HOUSEHOLD}")
    assert NAME in text and "欧阳平" in text
    assert "99010119500301100X" not in text and "990101" in text


def test_an_unknown_household_is_told(visitor: Visitor) -> None:
    response = visitor.client.get("/households/nobody")
    assert response.status_code == 404
    assert "本机没有这户家庭" in response.text


def test_beginning_twice_begins_one_visit(visitor: Visitor) -> None:
    assert begin(visitor) == begin(visitor)


def test_a_whole_visit_goes_through_forms_to_the_seal(visitor: Visitor, synced: Phone, picture: Draw) -> None:
    visit = complete(visitor, picture)
    assert "内容齐全" in visitor.get(f"/visits/{visit}/end")
    assert visitor.send(f"/visits/{visit}/seal", sure="yes") == f"/visits/{visit}/sealed"
    assert "等待网络" in visitor.get(f"/visits/{visit}/sealed")
    sealed = overlay.one(synced.store, "visit", visit)
    assert sealed and sealed.fields["answers"] == {"people": 2}
    assert sealed.fields["place"]["accuracy_m"] == 18
    assert [one["caption"] for one in sealed.fields["evidence"]] == ["正面"]


def test_a_sealed_visit_waits_and_arrives_when_the_office_is_back(
    visitor: Visitor, synced: Phone, picture: Draw
) -> None:
    visit = complete(visitor, picture)
    visitor.send(f"/visits/{visit}/seal", sure="yes")
    courier = visitor.app.extensions["desk"].courier
    courier.wait()
    text = visitor.get("/sync")
    assert "连不上服务器" in text and "等待网络" in text and "离线" in text
    assert "待传 1 户 3 张" in visitor.get("/strip")
    synced.running.start()
    visitor.send("/sync")
    visitor.send("/sync")
    courier.wait()
    text = visitor.get("/sync")
    assert (
        "同步完成" in text
        and "已存证 3/3" in text
        and "一致" in text
        and "不一致" not in text.split("两端核对")[1][:80]
    )
    assert "服务器已签收第 1 版" in visitor.get(f"/visits/{visit}")
    synced.running.stop()


def test_the_end_page_links_to_what_is_missing(visitor: Visitor) -> None:
    visit = begin(visitor)
    text = visitor.get(f"/visits/{visit}/end")
    assert "还缺第二名调查人员" in text and f'href="/visits/{visit}/signatures"' in text
    assert f'href="/visits/{visit}/sections/~people?check=1#q-people"' in text
    assert f'href="/visits/{visit}/identity"' in text
    assert "请回答这道题" in visitor.get(f"/visits/{visit}/sections/~people?check=1")


def test_an_incomplete_visit_is_not_sealed(visitor: Visitor, synced: Phone) -> None:
    visit = begin(visitor)
    visitor.send(f"/visits/{visit}/seal", sure="yes")
    assert drafts.find(synced.store, visit)


def test_the_seal_wants_the_tick(visitor: Visitor, synced: Phone, picture: Draw) -> None:
    visit = complete(visitor, picture)
    assert visitor.send(f"/visits/{visit}/seal") == f"/visits/{visit}/end"
    assert drafts.find(synced.store, visit)


def test_a_wrong_answer_stands_beside_its_field_and_the_others_are_kept(visitor: Visitor, synced: Phone) -> None:
    visit = begin(visitor)
    response = visitor.post(f"/visits/{visit}/sections/~people", people="两三个", note="屋后漏雨")
    assert response.status_code == 422
    assert "应为整数" in response.text and 'value="两三个"' in response.text
    assert drafts.get(synced.store, visit).document["answers"] == {"note": "屋后漏雨"}


def test_each_answer_is_saved_by_itself_for_the_script(visitor: Visitor, synced: Phone) -> None:
    visit = begin(visitor)
    token = {"X-CSRF-Token": visitor.token()}
    path = f"/visits/{visit}/answers"
    told = visitor.client.post(path, data={"path": "people", "text": "3", "section": "~people"}, headers=token)
    assert told.get_json()["saved"] is True
    refused = visitor.client.post(path, data={"path": "people", "text": "x", "section": "~people"}, headers=token)
    assert refused.get_json()["saved"] is False
    (block,) = refused.get_json()["blocks"].values()
    assert "应为整数" in block
    assert drafts.get(synced.store, visit).document["answers"] == {"people": 3}


def test_a_script_that_lost_a_reply_gets_the_whole_page(visitor: Visitor, synced: Phone) -> None:
    visit = begin(visitor)
    given = {"csrf": visitor.token(), "path": "people", "text": "3", "section": "~people"}
    address = f"/visits/{visit}/answers"
    once, again, all_of_it = (
        visitor.client.post(address, data=given | more).get_json()["blocks"] for more in ({}, {}, {"all": "yes"})
    )
    assert list(once) == list(again) == ["q-people"]
    assert set(all_of_it) == {"q-people", "q-note"}


def test_the_shipped_form_goes_through_all_its_sections(visitor: Visitor, synced: Phone) -> None:
    synced.running.start()
    put_form(synced.office, forms.shipped("home_visit"))
    synced.office.remove("reference", "form", "short_visit-1")
    synced.sync()
    visit = begin(visitor)
    page = visitor.send(
        f"/visits/{visit}/sections/household",
        **{
            "household/respondent": "self",
            "household/member_count": "2",
            "household/members_match": "no",
            "household/lives_here": "yes",
            "special:household/dwelling_area": "不清楚",
        },
    )
    answers = drafts.get(synced.store, visit).document["answers"]
    assert answers["household/dwelling_area"] == "__unknown__"
    assert page.endswith("/sections/members")
    page = visitor.send(f"/visits/{visit}/repeats/members", deed="add")
    assert unquote(page).endswith("/sections/members[1]")
    visitor.send(page, **{"members[1]/member_name": "陈小", "members[1]/member_age": "9"})
    visitor.send(f"/visits/{visit}/sections/living", **{"living/risks": ["fire", "alone"]})
    answers = drafts.get(synced.store, visit).document["answers"]
    assert answers["members[1]/member_age"] == 9
    assert answers["living/risks"] == ["fire", "alone"]
    synced.running.stop()


def test_what_is_no_photo_is_told_and_nothing_is_kept(visitor: Visitor, synced: Phone) -> None:
    visit = begin(visitor)
    visitor.send(f"/visits/{visit}/photos", kind="house", album=(BytesIO(b"no picture"), "a.jpg"))
    assert "不是照片" in visitor.said()
    assert drafts.get(synced.store, visit).document["evidence"] == []


def test_a_photo_from_the_album_is_marked(visitor: Visitor, picture: Draw) -> None:
    visit = begin(visitor)
    visitor.send(f"/visits/{visit}/photos", kind="room", album=(BytesIO(picture()), "a.jpg"))
    text = visitor.get(f"/visits/{visit}/photos")
    assert "相册导入" in text
    preview = text.split('<img src="/media/')[1].split('"')[0]
    assert visitor.client.get(f"/media/{preview}").mimetype == "image/jpeg"
    assert visitor.client.get(f"/media/{'0' * 64}").status_code == 404


def test_declining_the_face_is_recorded_and_finishes_the_step(visitor: Visitor, synced: Phone) -> None:
    visit = begin(visitor)
    notice = visitor.get(f"/visits/{visit}/identity/{HEAD}/face")
    assert "人脸比对告知书" in notice and 'type="file"' not in notice
    visitor.send(f"/visits/{visit}/identity/{HEAD}/consent", answer="declined")
    checks = drafts.get(synced.store, visit).document["identity"]
    assert [check["outcome"] for check in checks] == ["declined"]
    assert "身份核验已完成" in visitor.get(f"/visits/{visit}/identity/{HEAD}")


def test_the_camera_comes_only_after_consent_and_for_that_person_alone(
    visitor: Visitor, synced: Phone, picture: Draw
) -> None:
    visit = begin(visitor)
    visitor.send(f"/visits/{visit}/identity/{HEAD}/consent", answer="granted")
    assert 'type="file"' in visitor.get(f"/visits/{visit}/identity/{HEAD}/face")
    assert 'type="file"' not in visitor.get(f"/visits/{visit}/identity/{SON}/face")
    files = {name: (BytesIO(picture(seed=4, size=SMALL)), "a.jpg") for name in ("reference", "live")}
    visitor.send(f"/visits/{visit}/identity/{HEAD}/face", **files)
    [check] = drafts.get(synced.store, visit).document["identity"]
    assert check["outcome"] == "not_possible"
    assert check["consent"]["granted"] is True and check["consent"]["notice_sha256"]


def test_a_returned_visit_shows_its_pins_and_is_amended(visitor: Visitor, synced: Phone, picture: Draw) -> None:
    visit = complete(visitor, picture)
    visitor.send(f"/visits/{visit}/seal", sure="yes")
    visitor.app.extensions["desk"].courier.wait()
    sealed = overlay.one(synced.store, "visit", visit)
    assert sealed
    pins = [
        {"id": "c1", "target": {"kind": "answer", "ref": "people"}, "text": "人数请再核实"},
        {"id": "c2", "target": {"kind": "photo", "ref": sealed.fields["evidence"][0]["blob"]}, "text": "请补拍侧面"},
    ]
    synced.running.start()
    review = {"visit_id": visit, "revision": 1, "verdict": "returned", "reason": "有两处要补", "comments": pins}
    synced.office.put(VILLAGE, "review", "review-1", **review, decided_at="2026-07-02T00:00:00.000Z")
    synced.sync()
    synced.running.stop()
    assert "<span>被退回</span><b>1</b>" in visitor.get("/")
    assert "人数请再核实" in visitor.get(f"/visits/{visit}")
    assert visitor.send(f"/visits/{visit}/amendment") == f"/visits/{visit}"
    assert "人数请再核实" in visitor.get(f"/visits/{visit}/sections/~people")
    assert "请补拍侧面" in visitor.get(f"/visits/{visit}/photos")
    visitor.send(f"/visits/{visit}/sections/~people", people="3", note="")
    visitor.send(f"/visits/{visit}/remarks", remarks="已向本人核实")
    assert "本次更改" in visitor.get(f"/visits/{visit}/end")
    visitor.send(f"/visits/{visit}/seal", sure="yes")
    [amendment] = amendments.sealed(synced.store, visit)
    assert amendment.fields["answers"] == {"people": 3}
    assert amendment.fields["reason"] == "已向本人核实"
