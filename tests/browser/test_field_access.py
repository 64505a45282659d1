"""Whoever sees, hears or moves less well can use the pages: axe-core finds nothing serious, in ordinary and in large letters."""

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the axe-playwright-python package")

from playwright.sync_api import Page  # noqa: E402 - only where it is installed

from server.sample.demonstration import DEMO_APPLICANT_ID, DEMO_HOUSEHOLD_ID  # noqa: E402 - see above
from tests.browser.field_stage import DESKTOP, PHONE, Stage, come_in, press, shoot  # noqa: E402 - see above

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
HOUSEHOLD = f"/households/{DEMO_HOUSEHOLD_ID}"
PAGES = (
    "/",
    "/households",
    "/tasks",
    "/visits",
    "/sync",
    "/sync/storage",
    "/conflicts",
    "/leads",
    "/leads/new",
    "/more",
    "/more/preflight",
    "/more/settings",
    "/more/feedback",
    HOUSEHOLD,
    f"{HOUSEHOLD}/suggestion",
    f"{HOUSEHOLD}/persons/{DEMO_APPLICANT_ID}/correction",
)
STEPS = ("", "/sections/household", "/photos", "/identity", "/place", "/signatures", "/signatures/new?signer=x", "/end")


def grave(page: Page) -> list[str]:
    """Name what axe-core holds for serious on a page, with the places."""
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found if one["impact"] in GRAVE]


@pytest.mark.parametrize("letters", ["标准字", "大字"])
def test_no_page_has_a_serious_fault_for_assistive_technology(stage: Stage, page: Page, letters: str) -> None:
    page.goto(stage.address + stage.entrance)
    assert grave(page) == []
    come_in(stage, page)
    if letters == "大字":
        press(page, letters)
        shoot(page, "home-larger-phone")
    page.goto(stage.address + HOUSEHOLD)
    press(page, "开始走访")
    visit = page.url.removeprefix(stage.address)
    found = {}
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for path in (*PAGES, *(visit + step for step in STEPS)):
            page.goto(stage.address + path)
            found[path] = grave(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
