"""The pieces of the field client's benchmark, on a device that holds little: each page and its plain query are there."""

from pathlib import Path

import pytest

from benchmarks.field import pages, plain, room
from benchmarks.field.device import Counts, Scene, scene


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder: Path = tmp_path_factory.mktemp("bench-field")
    return scene(folder, Counts(households=60, visits=8, photos=16))


def test_every_page_and_every_search_has_its_plain_query(small: Scene) -> None:
    assert set(pages.PAGES) == set(plain.PAGES)
    with plain.beside(small) as bare:
        for what, path in pages.PAGES.items():
            assert "</" in small.get(path(small))
            bare.ask(what)
        for text in small.searches.values():
            small.get(f"/households?part=1&q={text}")
            bare.find(text)
        assert bare.ask("a household")


def test_a_process_of_its_own_unlocks_and_opens_every_page(small: Scene) -> None:
    took_ms, peak_mib = room.start(small)
    assert took_ms > 0 and peak_mib > 10
