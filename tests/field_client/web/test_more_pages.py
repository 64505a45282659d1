"""The pages that are needed seldom."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from field_client.web import create_app
from tests.field_client.conftest import HEAD, HOUSEHOLD, NAME, Hands, Phone, make_phone
from tests.field_client.office import Running
from tests.field_client.web.conftest import Visitor


@pytest.fixture
def guarded(running: Running, tmp_path: Path, hands: Hands) -> Iterator[Visitor]:
    """Someone at the unlocked pages of a device with a PIN."""
    phone = make_phone(running, tmp_path / "guarded", hands.clock(), pin="2580")
    running.stop()
    app = create_app(phone.home, phone.clock, store_key=phone.key)
    someone = Visitor(app, app.test_client())
    someone.enter()
    yield someone
    app.extensions["desk"].courier.wait()
    phone.store.close()
    running.start()


def test_every_page_opens(visitor: Visitor) -> None:
    text = visitor.get("/more")
    for path in ("preflight", "settings", "feedback"):
        assert f'href="/more/{path}"' in text
        visitor.get(f"/more/{path}")


def test_before_a_trip_it_says_what_is_there_and_what_to_do(visitor: Visitor) -> None:
    text = visitor.get("/more/preflight")
    assert "石矶湖村" in text and "简表" in text and "离线期限还有 14 天" in text


def test_a_new_pin_opens_and_the_old_one_does_not(guarded: Visitor) -> None:
    assert guarded.send("/more/settings/pin", current="2580", new="13579", again="13579") == "/more/settings"
    guarded.send("/lock")
    assert guarded.post("/unlock", pin="2580").status_code == 403
    assert guarded.send("/unlock", pin="13579") == "/"


@pytest.mark.parametrize(
    "current, new, again, sentence",
    [("0000", "13579", "13579", "PIN 不对"), ("2580", "1", "1", "至少 4 位"), ("2580", "13579", "13570", "不一样")],
)
def test_a_pin_is_not_changed_by_mistake(guarded: Visitor, current: str, new: str, again: str, sentence: str) -> None:
    response = guarded.post("/more/settings/pin", current=current, new=new, again=again)
    assert response.status_code == 422 and sentence in response.text
    guarded.send("/lock")
    assert guarded.send("/unlock", pin="2580") == "/"


def test_after_the_pin_was_changed_the_password_still_opens(guarded: Visitor) -> None:
    guarded.send("/more/settings/pin", current="2580", new="13579", again="13579")
    guarded.send("/lock")
    for _ in range(3):
        guarded.post("/unlock", pin="0000")
    assert guarded.send("/unlock", password="correct horse") == "/"


def test_feedback_is_a_file_without_anybodys_data_and_leaves_nothing_behind(visitor: Visitor, synced: Phone) -> None:
    visitor.get("/more/feedback")
    before = synced.store.rows("SELECT * FROM meta")
    response = visitor.post("/more/feedback", text="字太小")
    told = json.loads(response.data)
    assert told["feedback"] == "字太小" and told["drafts"] == 0
    assert not any(word in response.text for word in (NAME, HEAD, HOUSEHOLD, "99010119500301"))
    assert synced.store.rows("SELECT * FROM meta") == before
