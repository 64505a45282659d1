"""Lists that are longer than a page: only a part is shown, and all can be reached."""

import re

import pytest

from tests.field_client.conftest import USER, VILLAGE, Phone
from tests.field_client.web.conftest import Visitor

MANY = 120


@pytest.fixture
def long(synced: Phone, visitor: Visitor) -> Visitor:
    synced.running.start()
    for number in range(MANY):
        id = f"h-{number:03d}"
        synced.office.put(
            VILLAGE, "household", id, number=f"ZZ{number:04d}", area_code=VILLAGE, address=f"八组{number}号"
        )
        synced.office.put(
            USER, "visit_task", f"t-{number:03d}", household_id=id, title="核查", due_on="2026-06-01", state="planned"
        )
    synced.sync()
    synced.running.stop()
    return visitor


def shown(text: str) -> list[str]:
    return re.findall(r'href="/households/(h-\d+)"', text)


def test_every_household_stands_on_exactly_one_page(long: Visitor) -> None:
    pages = [shown(long.get(f"/households?page={page}")) for page in (1, 2, 3)]
    assert [len(page) for page in pages][:2] == [47, 50]  # Three others come first.
    assert sorted(id for page in pages for id in page) == [f"h-{number:03d}" for number in range(MANY)]
    assert shown(long.get("/households?page=99")) == pages[2]


def test_home_shows_the_most_pressing_and_leads_to_the_others(long: Visitor) -> None:
    text = long.get("/")
    assert "<span>今日走访</span><b>120</b>" in text
    assert len(shown(text)) == 20 and "还有 100 户" in text
    listed = [id for page in (1, 2, 3) for id in shown(long.get(f"/tasks?page={page}"))]
    assert listed == [f"h-{number:03d}" for number in range(MANY)]
