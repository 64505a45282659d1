"""Practice mode: a whole visit on invented people; nothing is sent, nothing is left, every page says what it is."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from field_client import practice, unlock
from field_client.errors import FieldError
from field_client.settings import Home
from field_client.store import open_store
from field_client.web import create_app
from tests.field_client.conftest import Hands
from tests.field_client.web.conftest import Visitor

Draw = Callable[..., bytes]
BANNER = "练习模式"


@pytest.fixture
def place(hands: Hands) -> Iterator[tuple[Home, bytes]]:
    with practice.place(hands.clock()) as made:
        yield made


@pytest.fixture
def visitor(place: tuple[Home, bytes], hands: Hands) -> Iterator[Visitor]:
    """Someone who practises."""
    home, key = place
    app = create_app(home, hands.clock(), store_key=key, is_practice=True)
    someone = Visitor(app, app.test_client())
    someone.enter()
    yield someone
    app.extensions["desk"].examining.join()


def test_every_page_says_that_it_is_practice(visitor: Visitor) -> None:
    for path in ("/", "/households", "/tasks", "/visits", "/sync", "/more", "/households/household-1"):
        assert BANNER in visitor.get(path)


def test_there_is_something_to_do_today(visitor: Visitor) -> None:
    text = visitor.get("/")
    assert "<span>今日走访</span><b>3</b>" in text and "张练习" in text


def test_a_sealed_visit_goes_nowhere(visitor: Visitor, place: tuple[Home, bytes], picture: Draw) -> None:
    visit = visitor.send("/households/household-1/visits").rsplit("/", 1)[1]
    home, key = place
    for role, signer in (("investigator", practice.STAFF), ("investigator", practice.COLLEAGUE)):
        image = BytesIO(picture(size=(160, 120), format="PNG")), "a.png"
        visitor.send(f"/visits/{visit}/signatures", role=role, signer=signer, image=image)
    visitor.send(f"/visits/{visit}/seal", sure="yes")  # Not complete: the same refusal as in earnest.
    visitor.send("/sync")
    visitor.app.extensions["desk"].courier.wait()
    standing = visitor.app.extensions["desk"].courier.standing
    assert (standing.reached, standing.finished_at) == (None, "")
    store = open_store(home, key)
    assert store.get("synced_at", "") == "" and store.get("token", "") == ""
    store.close()


def test_nothing_is_left_of_it(hands: Hands) -> None:
    with practice.place(hands.clock()) as (home, _):
        folder: Path = home.path
        assert folder.exists()
        hands.move(timedelta(minutes=1))
    assert not folder.exists()


def test_what_lies_in_the_folder_does_not_open_it(place: tuple[Home, bytes]) -> None:
    home, _ = place
    with pytest.raises(FieldError, check=lambda error: error.code == "storage.damaged"):
        open_store(home, unlock.open_with_pin(home, None))


def test_the_invented_people_have_no_id_numbers(place: tuple[Home, bytes]) -> None:
    home, key = place
    store = open_store(home, key)
    assert store.value("SELECT count(*) FROM records WHERE type = 'person'") == 5
    assert store.value("SELECT count(*) FROM records WHERE json_extract(body, '$.id_number') IS NOT NULL") == 0
    store.close()
