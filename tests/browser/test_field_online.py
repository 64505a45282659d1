"""Back in range: the pages have what waits sent at once, without anybody pressing a button."""

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from playwright.sync_api import Page, expect  # noqa: E402 - only where it is installed

from tests.browser.field_stage import Stage, come_in  # noqa: E402 - see above

pytestmark = pytest.mark.browser


def test_what_waits_leaves_when_the_network_is_back(stage: Stage, page: Page) -> None:
    come_in(stage, page)
    expect(page.locator("#strip")).to_contain_text("离线")
    stage.office.start()
    page.context.set_offline(True)
    page.context.set_offline(False)
    expect(page.locator("#strip")).to_contain_text("在线")
