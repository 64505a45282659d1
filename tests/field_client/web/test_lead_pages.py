"""The page of leads: one is filed without a household, comes back when it is refused, and shows what became of it."""

import re
from collections.abc import Callable
from io import BytesIO

from field_client import leads
from tests.field_client.conftest import VILLAGE, Phone
from tests.field_client.web.conftest import Visitor

Draw = Callable[..., bytes]
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


def test_a_lead_that_is_not_here_gets_a_page(visitor: Visitor) -> None:
    assert visitor.client.get("/leads/nothing").status_code in (404, 422, 409)
