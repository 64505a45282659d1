"""Who may use the pages, and who may not."""

import gc
import re
from datetime import timedelta

import pytest
from flask import Flask

from field_client import unlock
from field_client.web import create_app, entrance
from tests.field_client.conftest import HOUSEHOLD, NAME, Hands, Running, make_phone
from tests.field_client.test_filling import of_draft
from tests.field_client.web.conftest import Visitor


def test_without_the_cookie_no_page_tells_anything(pages: Flask) -> None:
    stranger = pages.test_client()
    for path in ("/", "/households", f"/households/{HOUSEHOLD}", "/visits", "/sync", "/strip", "/nothing"):
        response = stranger.get(path)
        assert response.status_code == 403
        assert NAME not in response.text


def test_the_address_lets_in_once(pages: Flask) -> None:
    address = entrance(pages)
    assert pages.test_client().get(address).status_code == 302
    assert pages.test_client().get(address).status_code == 403


def test_a_guessed_address_does_not_let_in(pages: Flask) -> None:
    assert pages.test_client().get("/enter/guess").status_code == 403
    assert pages.test_client().get("/enter/").status_code == 403


def test_the_cookie_is_for_this_browser_and_this_site_only(pages: Flask) -> None:
    cookie = pages.test_client().get(entrance(pages)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "192.168.1.7", "127.0.0.1.evil.example"])
def test_another_host_name_is_not_answered(visitor: Visitor, host: str) -> None:
    response = visitor.client.get("/households", headers={"Host": host})
    assert response.status_code == 400
    assert NAME not in response.text


@pytest.mark.parametrize("host", ["127.0.0.1:8712", "localhost:8712"])
def test_this_machines_names_are_answered(pages: Flask, host: str) -> None:
    assert pages.test_client().get("/", headers={"Host": host}).status_code == 403


def test_a_form_without_its_token_does_nothing(visitor: Visitor) -> None:
    path = f"/households/{HOUSEHOLD}/visits"
    assert visitor.client.post(path).status_code == 403
    assert visitor.client.post(path, data={"csrf": "guess"}).status_code == 403
    assert "继续走访" not in visitor.get(f"/households/{HOUSEHOLD}")


def test_every_form_carries_the_token(visitor: Visitor) -> None:
    visit = visitor.send(f"/households/{HOUSEHOLD}/visits").rsplit("/", 1)[1]
    paths = ("", "/sections/~people", "/photos", "/identity", "/place", "/signatures", "/end")
    for path in ("/", f"/households/{HOUSEHOLD}", "/sync", *(f"/visits/{visit}{path}" for path in paths)):
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", visitor.get(path), re.S):
            assert f'name="csrf" value="{visitor.token()}"' in form


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(visitor: Visitor) -> None:
    visit = visitor.send(f"/households/{HOUSEHOLD}/visits").rsplit("/", 1)[1]
    for path in ("/", "/households", f"/visits/{visit}", f"/visits/{visit}/photos", "/sync"):
        text = visitor.get(path)
        assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", text)
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)
    policy = visitor.client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_pages_are_not_kept_by_the_browser(visitor: Visitor) -> None:
    assert visitor.client.get("/").headers["Cache-Control"] == "no-store"


def locked(running: Running, folder: object, hands: Hands) -> Visitor:
    phone = make_phone(running, folder, hands.clock(), pin="2580")  # type: ignore[arg-type]
    phone.sync()
    phone.store.close()
    running.stop()
    app = create_app(phone.home, phone.clock)
    someone = Visitor(app, app.test_client())
    someone.enter()
    return someone


@pytest.fixture
def at_the_lock(running: Running, tmp_path: object, hands: Hands) -> Visitor:
    return locked(running, tmp_path / "locked", hands)  # type: ignore[operator]


def unlocked(visitor: Visitor, pin: str = "2580") -> Visitor:
    visitor.post("/unlock", pin=pin)
    visitor.app.extensions["desk"].courier.wait()
    return visitor


@pytest.fixture(autouse=True)
def office_again(running: Running) -> object:
    yield
    if running._thread.is_alive():
        return
    running.start()


def test_a_locked_device_shows_only_the_lock(at_the_lock: Visitor) -> None:
    for path in ("/", "/households", "/sync"):
        assert at_the_lock.client.get(path).location == "/unlock"
    assert NAME not in at_the_lock.get("/unlock")


def test_a_wrong_pin_is_told_and_opens_nothing(at_the_lock: Visitor) -> None:
    response = at_the_lock.post("/unlock", pin="0000")
    assert response.status_code == 403
    assert "PIN 不对" in response.text
    assert at_the_lock.client.get("/").location == "/unlock"


def test_the_pin_opens_the_pages_and_the_lock_closes_them(at_the_lock: Visitor) -> None:
    visitor = unlocked(at_the_lock)
    assert NAME in visitor.get("/households")
    assert visitor.send("/lock") == "/unlock"
    assert visitor.client.get("/households").location == "/unlock"


def test_an_idle_device_locks_itself(at_the_lock: Visitor, hands: Hands) -> None:
    visitor = unlocked(at_the_lock)
    hands.move(timedelta(milliseconds=unlock.IDLE_MS - 60_000))
    visitor.get("/")
    hands.move(timedelta(milliseconds=unlock.IDLE_MS - 60_000))
    visitor.get("/strip")
    hands.move(timedelta(minutes=2))
    assert visitor.client.get("/").location == "/unlock"


def test_nothing_of_a_draft_outlives_the_lock(pages: Flask) -> None:
    kept = of_draft("kept")
    assert kept() is not None
    pages.extensions["desk"].lock()
    gc.collect()
    assert kept() is None
