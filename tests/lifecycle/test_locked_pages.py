"""The local pages when the lease is over, and when the PIN was wrong too often."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from field_client.web import create_app, entrance
from tests.lifecycle.conftest import HOUSEHOLD, County, Phone, enrolled
from tests.simulation.places import PASSWORD


@pytest.fixture
def pinned(county: County, tmp_path: Path) -> Phone:
    made = enrolled(county, tmp_path / "home", pin="246810")
    made.sync()
    made.store.close()
    return made


def entered(phone: Phone, *, unlocked: bool) -> FlaskClient:
    app = create_app(phone.home, phone.clock, store_key=phone.key if unlocked else None)
    client = app.test_client()
    client.get(entrance(app), base_url="http://127.0.0.1")
    return client


def said(client: FlaskClient, path: str, **form: str) -> str:
    if form:
        page = client.get("/unlock" if path == "/unlock" else "/", base_url="http://127.0.0.1").text
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        assert token
        return client.post(path, data={"csrf": token[1], **form}, base_url="http://127.0.0.1").text
    return client.get(path, base_url="http://127.0.0.1", follow_redirects=True).text


def test_over_the_pages_show_no_household_and_offer_a_visit_by_number(county: County, pinned: Phone):
    client = entered(pinned, unlocked=True)
    assert "王桂花" in said(client, "/households")
    county.time.pass_by(days=15)
    client = entered(pinned, unlocked=True)
    home = said(client, "/")
    assert "离线超过 14 天" in home
    assert "王桂花" not in home + said(client, "/households") + said(client, f"/households/{HOUSEHOLD}")
    assert "/visits/" in said(client, "/households/visits", number=f"N-{HOUSEHOLD}")
    drafts = said(client, "/visits?view=draft")
    assert "定期核查" in drafts
    assert "王桂花" not in drafts


def test_after_three_wrong_pins_the_page_asks_for_the_password(pinned: Phone):
    client = entered(pinned, unlocked=False)
    for _ in range(3):
        answer = said(client, "/unlock", pin="111111")
    assert "PIN 连错 3 次" in answer
    assert 'name="password"' in answer
    said(client, "/unlock", password=PASSWORD)
    assert "您好" in said(client, "/")
    client.application.extensions["desk"].courier.close()  # The sync that unlocking began.
