"""Marking a photo with an arrow and a circle, as a finger does it."""

from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from playwright.sync_api import Page, expect  # noqa: E402 - only where it is installed

from demo import pictures  # noqa: E402 - see above
from field_client import drafts  # noqa: E402 - see above
from server.sample.demonstration import DEMO_HOUSEHOLD_ID  # noqa: E402 - see above
from tests.browser.field_stage import Stage, come_in, press, shoot_whole  # noqa: E402 - see above

pytestmark = pytest.mark.browser


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw over the sheet, between places told as shares of its sides."""
    expect(page.locator("[data-original]")).to_be_hidden()  # The photo is on the sheet by now.
    box = page.locator("[data-sheet]").bounding_box()
    assert box
    (x1, y1), (x2, y2) = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2)
    page.mouse.move(x2, y2)
    page.mouse.up()


def test_an_arrow_and_a_circle_make_a_second_photo(stage: Stage, page: Page, tmp_path: Path) -> None:
    come_in(stage, page)
    page.goto(f"{stage.address}/households/{DEMO_HOUSEHOLD_ID}")
    press(page, "开始走访")
    visit = page.url.rsplit("/", 1)[1]
    page.goto(f"{page.url}/photos")
    page.locator("form.card input[name=camera]").set_input_files(pictures.house_photos(tmp_path)[0])
    expect(page.locator("figure")).to_have_count(1)
    press(page, "标注")
    press(page, "保存标注")
    expect(page.locator("[data-saving]")).to_contain_text("还没有画")
    drag(page, (0.2, 0.8), (0.5, 0.5))
    page.get_by_role("radio", name="圆圈").check()
    drag(page, (0.55, 0.2), (0.85, 0.5))
    drag(page, (0.1, 0.1), (0.4, 0.3))
    press(page, "撤销一笔")
    page.get_by_label("说明").fill("箭头处漏雨")
    shoot_whole(page, "marks-phone")
    press(page, "保存标注")
    expect(page.locator("figure")).to_have_count(2)
    shoot_whole(page, "marked-phone")
    original, marked = drafts.get(stage.phone.store, visit).document["evidence"]
    assert (marked["marks"], marked["caption"]) == (original["blob"], "箭头处漏雨")
    assert (marked["width"], marked["height"]) == (original["width"], original["height"])
