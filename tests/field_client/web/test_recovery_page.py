"""恢复上次内容？ asked after the program was cut off, and only then."""

import pytest
from flask import Flask

from field_client.web import create_app
from tests.field_client.conftest import HOUSEHOLD, NAME, Phone
from tests.field_client.web.conftest import Visitor

ASKED = "恢复上次内容"


def work(visitor: Visitor) -> str:
    """Save an answer on a page of the form; gives the page's path."""
    visit = visitor.send(f"/households/{HOUSEHOLD}/visits")
    page = f"{visit}/sections/~people"
    data = {"csrf": visitor.token(), "people": "2", "note": ""}
    visitor.client.post(page, data=data, headers={"Referer": f"http://localhost{page}"})
    return page


def again(phone: Phone) -> Visitor:
    """Start the program anew."""
    app: Flask = create_app(phone.home, phone.clock, store_key=phone.key)
    someone = Visitor(app, app.test_client())
    someone.enter()
    return someone


def test_what_was_cut_off_is_offered_with_household_and_leads_back(visitor: Visitor, synced: Phone) -> None:
    page = work(visitor)
    restarted = again(synced)
    text = restarted.get("/")
    assert ASKED in text and NAME in text
    assert restarted.client.get("/recovery").location == page
    assert ASKED not in restarted.get("/")


def test_later_asks_no_more_and_keeps_the_draft(visitor: Visitor, synced: Phone) -> None:
    work(visitor)
    restarted = again(synced)
    restarted.send("/recovery/later")
    text = restarted.get("/")
    assert ASKED not in text and "<span>草稿</span><b>1</b>" in text


def test_after_an_ordinary_end_nothing_is_asked(visitor: Visitor, synced: Phone) -> None:
    work(visitor)
    visitor.app.extensions["desk"].leave()
    assert ASKED not in again(synced).get("/")


@pytest.mark.parametrize("path", ["/", "/visits?view=draft"])
def test_a_draft_says_that_it_has_no_errors(visitor: Visitor, path: str) -> None:
    work(visitor)
    assert ("无错误" in visitor.get(path)) == (path != "/")
