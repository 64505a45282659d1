"""Pictures of pages, for people to look at and for the README."""

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"


def keep(page: "Page", path: Path, *, whole: bool = False) -> None:
    """Keep a picture of a page. On a busy machine Chromium may not be able to take it at once; then it is asked again."""
    for tries_left in (2, 1, 0):
        try:
            page.screenshot(path=path, full_page=whole)
        except Error:
            if not tries_left:
                raise
            page.wait_for_timeout(500)
        else:
            return
