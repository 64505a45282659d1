"""The page of leads: one is filed without a household, comes back when it is refused, and shows what became of it."""

import re
from collections.abc import Callable
from io import BytesIO

from field_client import leads
from tests.field_client.conftest import VILLAGE, Phone
from tests.field_client.office import STAFF_ID
from tests.field_client.web.conftest import Visitor

Draw = Callable[..., bytes]
AT = "2026-07-01T00:00:00.000Z"
TYPED = {
    "village": VILLAGE,
    "who": "独居老人",
    "where": "二组",
    "hardship": ["food", "care"],
    "urgency": "now",
    "source": "village",
}


def fresh(visitor: Visitor) -> str:
    found = re.search(r'name="id" value="([^"]+)"', visitor.get("/leads/new"))
    assert found
    return found[1]


def test_a_lead_is_filed_with_a_photo_and_a_place(visitor: Visitor, synced: Phone, picture: Draw) -> None:
    point = {"latitude": "28.8442", "longitude": "112.3546", "accuracy": "18.0"}
    there = visitor.send("/leads/new", id=fresh(visitor), **TYPED, **point, camera=(BytesIO(picture()), "a.jpg"))
    page = visitor.get(there)
    for words in ("独居老人", "缺粮断炊、老人、儿童、残疾人无人照料", "误差约 18 米", "1 张", "待上传"):
        assert words in page
    assert re.search(r'<img src="/media/[0-9a-f]{64}/preview"', page)
    assert "独居老人" in visitor.get("/leads")


def test_pressing_twice_files_one(visitor: Visitor, synced: Phone) -> None:
    id = fresh(visitor)
    assert visitor.send("/leads/new", id=id, **TYPED) == visitor.send("/leads/new", id=id, **TYPED)
    assert len(leads.mine(synced.store, synced.device)) == 1


def test_what_is_refused_comes_back_with_what_was_typed(visitor: Visitor) -> None:
    answer = visitor.post("/leads/new", id=fresh(visitor), **{**TYPED, "where": ""})
    assert answer.status_code == 422
    assert "还没有写:在哪里" in answer.text
    assert 'value="独居老人"' in answer.text
    assert re.search(r'value="care" checked', answer.text)


def test_the_first_page_leads_to_the_leads_and_an_empty_list_says_what_to_do(visitor: Visitor) -> None:
    assert 'href="/leads"' in visitor.get("/")
    assert "还没有线索" in visitor.get("/leads")


def test_the_first_page_tells_of_leads_to_which_one_is_sent(visitor: Visitor, synced: Phone) -> None:
    synced.running.start()
    reported = {"person_hint": "独居老人", "place_hint": "二组", "reporter_id": "someone", "sealed_at": AT}
    handling = {"assignee_id": STAFF_ID, "note": "今天去"}
    synced.office.put(VILLAGE, "lead", "lead-1", **reported, review_state="dispatched", handling=handling)
    synced.sync()
    synced.running.stop()
    assert "派给我 1 条" in visitor.get("/")
    assert "派给我：今天去" in visitor.get("/leads")


def test_a_lead_that_is_not_here_gets_a_page(visitor: Visitor) -> None:
    assert visitor.client.get("/leads/nothing").status_code in (404, 422, 409)


def test_a_lead_shows_the_households_that_it_may_be_about(visitor: Visitor) -> None:
    named = visitor.get(visitor.send("/leads/new", id=fresh(visitor), **TYPED | {"who": "张小明"}))
    assert "姓名相同" in named and 'href="/households/household-2"' in named
    placed = visitor.get(visitor.send("/leads/new", id=fresh(visitor), **TYPED | {"where": "石矶湖村 三组"}))
    assert "住址相同" in placed and 'href="/households/household-3"' in placed
    assert "名册里可能有" not in visitor.get(visitor.send("/leads/new", id=fresh(visitor), **TYPED))
