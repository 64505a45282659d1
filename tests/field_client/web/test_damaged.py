"""A store that is broken somewhere: found beside the pages, told on each of them, and nothing new goes in."""

from collections.abc import Iterator

import pytest
from flask import Flask

from field_client.settings import Home
from field_client.web import create_app
from tests.field_client.conftest import HOUSEHOLD, NAME, Phone
from tests.field_client.web.conftest import Visitor


@pytest.fixture
def broken(synced: Phone) -> Iterator[Visitor]:
    """The pages of a device whose file has a broken page that no page of ours needs."""
    synced.running.stop()
    synced.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    root = synced.store.value("SELECT rootpage FROM sqlite_master WHERE name = 'incidents'")
    size = int(synced.store.value("PRAGMA page_size"))
    synced.store.close()
    spoil(synced.home, (root - 1) * size + 100)
    app: Flask = create_app(synced.home, synced.clock, store_key=synced.key)
    app.extensions["desk"].examining.join()
    someone = Visitor(app, app.test_client())
    someone.enter()
    yield someone
    app.extensions["desk"].courier.wait()


def spoil(home: Home, offset: int) -> None:
    with home.store_file.open("r+b") as file:
        file.seek(offset)
        file.write(b"\0" * 64)


def test_it_is_told_and_what_can_be_read_is_shown(broken: Visitor) -> None:
    text = broken.get(f"/households/{HOUSEHOLD}")
    assert "本机数据文件有损坏" in text and NAME in text


def test_nothing_new_goes_in_but_what_is_in_may_leave(broken: Visitor) -> None:
    broken.send(f"/households/{HOUSEHOLD}/visits")
    assert "校验没有通过" in broken.said()
    assert broken.send("/sync") == "/sync"


def test_a_sound_store_tells_nothing(visitor: Visitor) -> None:
    visitor.app.extensions["desk"].examining.join()
    assert "损坏" not in visitor.get("/")
