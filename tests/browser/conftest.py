"""A real Chromium for the tests of the pages; without one they are skipped with a sentence."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.field_stage import page, stage  # noqa: F401 - fixtures; the console's tests have a page of their own
from tests.browser.shots import SCREENSHOTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    Launch = Callable[..., Browser]

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000  # for machines that do much else; a page that is never right fails all the same


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Launch]":
    """Opens a Chromium without a window, with further flags; one driver serves all, for a process can have but one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
    if not shutil.which(CHROMIUM):
        pytest.skip(f"needs Chromium at {CHROMIUM} (or where the variable CHROMIUM says)")
    playwright.expect.set_options(timeout=PATIENCE_MS)
    with playwright.sync_playwright() as driver:
        yield lambda *flags: driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])


@pytest.fixture(scope="session")
def browser(chromium: "Launch") -> "Iterator[Browser]":
    """The Chromium that most pages are opened in."""
    opened = chromium()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder for pictures of the pages."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
