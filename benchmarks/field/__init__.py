"""What a caseworker waits for on a device that holds a county: 16,000 households, 500 visits, 5,000 photos.

Each page is asked for over HTTP's own stack (WSGI, in this process) on the encrypted store; beside it stand the bare
SQLite queries for what the page shows, on a plain file: what no page can be quicker than.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.field import pages, plain, room
from benchmarks.field.device import COUNTS, Scene, scene
from benchmarks.field.photo import photo_rows
from benchmarks.report import Row, median_ms

RUNS = 15
PAGE_MS, SEARCH_MS, START_MS, MEMORY_MIB = 200.0, 100.0, 1_500.0, 250.0
SIZE = f"{COUNTS.households:,} households, {COUNTS.visits} visits, {COUNTS.photos:,} photos"


def rows() -> list[Row]:
    """Measure the pages, the search, the start, the memory and a photo."""
    with _device() as found, plain.beside(found) as bare:
        shown = [_page_row(found, bare, what) for what in pages.PAGES]
        searched = [_search_row(found, bare, what, text) for what, text in found.searches.items()]
        started, peak = room.start(found)
        opened = median_ms(lambda _: plain.first_look(bare.path), RUNS)
    return [
        *shown,
        *searched,
        Row(
            "from the PIN to the home page",
            "ms",
            started,
            opened,
            "plain SQLite",
            f"< {START_MS:g} ms",
            started < START_MS,
        ),
        Row("peak memory of serving all that", "MiB", peak, None, None, f"< {MEMORY_MIB:g} MiB", peak < MEMORY_MIB),
        *photo_rows(),
    ]


@contextlib.contextmanager
def _device() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="bench-field-") as folder:
        print(f"preparing a device: {SIZE}", flush=True)
        yield scene(Path(folder))


def _page_row(found: Scene, bare: plain.Plain, what: str) -> Row:
    path = pages.PAGES[what](found)
    ours = median_ms(lambda _: found.get(path), RUNS)
    other = median_ms(lambda _: bare.ask(what), RUNS)
    return Row(f"page: {what}", "ms", ours, other, "plain SQLite", f"< {PAGE_MS:g} ms", ours < PAGE_MS)


def _search_row(found: Scene, bare: plain.Plain, what: str, text: str) -> Row:
    ours = median_ms(lambda _: found.search(text), RUNS)
    other = median_ms(lambda _: bare.find(text), RUNS)
    return Row(f"search: {what}", "ms", ours, other, "plain FTS5", f"< {SEARCH_MS:g} ms", ours < SEARCH_MS)
