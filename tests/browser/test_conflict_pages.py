"""Conflicts and proposals in a real Chromium: a reviewer decides at a desk and on a phone; the worker reads the outcome."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from playwright.sync_api import Browser, Page, expect  # noqa: E402 - only where it is installed
from werkzeug.serving import make_server  # noqa: E402 - see above

from field_client.commands.serve import Silent  # noqa: E402 - see above
from field_client.web import create_app, entrance  # noqa: E402 - see above
from server.sample.demonstration import DEMO_APPLICANT_ID  # noqa: E402 - see above
from server.services.sample_county import PASSWORD  # noqa: E402 - see above
from sync.canonical import loads  # noqa: E402 - see above
from tests.browser import shots  # noqa: E402 - see above
from tests.browser.county import County, county  # noqa: E402 - see above
from tests.field_client.conftest import (  # noqa: E402 - see above
    HOUSEHOLD,
    Phone,
    hands,
    office,
    phone,
    running,
    synced,
)
from tests.field_client.test_conflicts import hold, propose  # noqa: E402 - see above
from tests.server.api.serving import serving  # noqa: E402 - see above
from tests.server.office import Office, an_id  # noqa: E402 - see above

pytestmark = pytest.mark.browser
__all__ = ["hands", "office", "phone", "running", "synced"]

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCRIPT = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>"
TOUCHED = "main :is(button, .button, .tabs a, .row, .contents a, .up, .cell, textarea, .kept label)"
TOO_SMALL = f"""[...document.querySelectorAll("{TOUCHED}")]
    .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"""
SPILLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
Window = Callable[[str, dict[str, int]], Page]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[County, str]]:
    """An office with a conflict, a proposal, a hostile one, and two persons who may be one; and its address."""
    with county(tmp_path / "county", households=60) as found, serving(found.app) as server:
        fill(found)
        yield found, server.address


def fill(found: County) -> None:
    one, other = found.device, Office(found.app, {}, {}).device("caseworker3", PASSWORD)
    other.exchange()
    visit_id = found.visit(0)
    (household, village), (second, second_village) = found.households[0], found.households[3]
    edit(one, "household", household, village, {"address": "白沙村三组 12 号"})
    edit(other, "household", household, village, {"address": "白沙村三组 21 号（新屋）"})
    edit(one, "person", DEMO_APPLICANT_ID, village, {"name": "周桂贞"}, visit_id=visit_id)
    edit(one, "household", second, second_village, {"address": "甲" + SCRIPT})
    edit(other, "household", second, second_village, {"address": "乙" + SCRIPT})
    facts = {"name": "李小明", "sex": "male", "birth_date": "1960-08-03", "id_number": "990101196008030034"}
    for device, name in ((one, "李小明"), (other, "李晓明")):
        made = device.mutation("person", an_id(), "create", village, {**facts, "name": name})
        assert device.exchange([made]).results[0].outcome == "applied"


def edit(device: Any, record_type: str, record_id: str, village: str, fields: dict[str, Any], **more: Any) -> None:
    made = device.mutation(record_type, record_id, "update", village, fields)
    made = type(made)(**{**vars(made), "at": {**made.at, **more}})
    assert device.exchange([made]).results[0].outcome in ("applied", "held")


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """Open windows of a size, which report every fault of a script, breach of the policy, and address outside."""
    faults: list[str] = []
    contexts = []

    def open_at(address: str, viewport: dict[str, int]) -> Page:
        context = browser.new_context(
            viewport=viewport,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=address,  # type: ignore[arg-type]
        )
        contexts.append(context)
        opened = context.new_page()
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        opened.on("request", lambda asked: None if asked.url.startswith(address) else faults.append(asked.url))
        return opened

    yield open_at
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page) -> None:
    page.goto("/console/")
    page.get_by_label("用户名").fill("reviewer1")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("navigation", name="审核状态")).to_contain_text("冲突与提议4")
    page.wait_for_load_state("load")  # Only then the script hears the keyboard.


def test_a_reviewer_decides_at_a_desk_by_keyboard(
    served: tuple[County, str], window: Window, screenshots: Path
) -> None:
    found, address = served
    page = window(address, DESK)
    sign_in(page)
    page.get_by_role("link", name="冲突与提议").click()
    expect(page.locator("a.row")).to_have_count(4)
    shots.keep(page, screenshots / "conflicts-list-desk.png", whole=True)
    page.locator("nav.contents").get_by_role("link", name="提议").click()
    page.wait_for_url("**/conflicts?kind=proposal")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conflicts/*")
    expect(page.locator(".beside")).to_contain_text("周桂贞")
    shots.keep(page, screenshots / "conflicts-proposal-desk.png", whole=True)
    expect(page.get_by_role("link", name="看依据的走访")).to_be_visible()
    page.get_by_label("理由").fill("与身份证和走访照片一致。")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已采纳")
    expect(page.locator("a.row")).to_have_count(3)
    found.device.exchange()
    bodies = {key[1:]: loads(body) for key, (_, body) in found.device.rows.items()}
    assert bodies["person", DEMO_APPLICANT_ID]["name"] == "周桂贞"
    assert any(one.get("state") == "accepted" for key, one in bodies.items() if key[0] == "held_value")


def test_two_persons_are_compared_and_merged_on_a_phone(
    served: tuple[County, str], window: Window, screenshots: Path
) -> None:
    page = window(served[1], PHONE)
    sign_in(page)
    page.goto("/console/conflicts")
    assert page.evaluate(TOO_SMALL) == []
    assert not page.evaluate(SPILLS)
    shots.keep(page, screenshots / "conflicts-list-phone.png", whole=True)
    page.goto("/console/conflicts?kind=duplicate")
    page.locator("a.row").click()
    expect(page.get_by_label("理由")).to_be_visible()
    page.wait_for_load_state("load")  # Without its style sheet everything is small.
    assert page.evaluate(TOO_SMALL) == []
    assert not page.evaluate(SPILLS)
    shots.keep(page, screenshots / "conflicts-duplicate-phone.png", whole=True)
    page.get_by_label("李小明").check()
    page.get_by_label("理由").fill("同一张身份证。")
    page.get_by_role("button", name="是同一人，合并").click()
    expect(page.get_by_role("status")).to_contain_text("已合并为一人")
    shots.keep(page, screenshots / "conflicts-empty-kind-phone.png", whole=True)


def test_what_a_device_sent_never_runs_and_the_history_tells_it(
    served: tuple[County, str], window: Window, screenshots: Path
) -> None:
    found, address = served
    page = window(address, DESK)
    sign_in(page)
    page.goto("/console/conflicts?kind=conflict")
    for at in range(page.locator("a.row").count()):
        page.goto("/console/conflicts?kind=conflict")
        page.locator("a.row").nth(at).click()
        expect(page.get_by_label("理由")).to_be_visible()
        if "甲<img" in page.locator(".beside").inner_text():
            break
    expect(page.locator(".beside")).to_contain_text("乙<img src=x")
    page.get_by_label("理由").fill("以门牌为准 <b>x</b>")
    page.get_by_role("button", name="不采纳").click()
    expect(page.get_by_role("status")).to_contain_text("不采纳")
    page.goto(f"/console/register/household/{found.households[3][0]}/history")
    expect(page.locator(".past li").first).to_contain_text("没有采纳")
    shots.keep(page, screenshots / "conflicts-history-desk.png", whole=True)
    assert page.evaluate("window.hit") is None


def test_the_worker_reads_the_outcome_on_the_phone(synced: Phone, window: Window, screenshots: Path) -> None:
    n = propose(synced)
    hold(synced, n)
    address = {"original": "二组", "current": SCRIPT, "offered": "三组 12 号"}
    hold(synced, 900, field="address", kind="conflict", values=address, subject_type="household", subject_id=HOUSEHOLD)
    decided = {"reason": "与户口簿一致。", "decided_by": "审核员", "decided_at": "2026-07-07T01:00:00.000Z"}
    hold(
        synced,
        901,
        field="sex",
        values={"original": "male", "current": "male", "offered": "female"},
        state="accepted",
        **decided,
    )
    app = create_app(synced.home, synced.clock, store_key=synced.key)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        page = window(f"http://127.0.0.1:{server.server_port}", PHONE)
        page.goto(entrance(app))
        page.goto("/sync")
        page.get_by_role("link", name="等待决定的修改").click()
        expect(page.get_by_text("别人改的")).to_be_visible()
        expect(page.get_by_text("与户口簿一致。")).to_be_visible()
        page.wait_for_load_state("load")
        assert page.evaluate(TOO_SMALL) == []
        assert not page.evaluate(SPILLS)
        assert page.evaluate("window.hit") is None
        shots.keep(page, screenshots / "field-conflicts-phone.png", whole=True)
    finally:
        app.extensions["desk"].courier.wait()
        server.shutdown()
        thread.join()
        server.server_close()
