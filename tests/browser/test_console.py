"""The console in a real Chromium: a reviewer's morning, at a desk and on a phone, with pictures of every page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from playwright.sync_api import Browser, Page, expect  # noqa: E402 - only where it is installed

from server.sample.demonstration import DEMO_APPLICANT_ID  # noqa: E402 - see above
from server.services.sample_county import PASSWORD  # noqa: E402 - see above
from tests.browser import shots  # noqa: E402 - see above
from tests.browser.county import NOW, County, changed, clock_of, county  # noqa: E402 - see above
from tests.server.api.serving import serving  # noqa: E402 - see above

pytestmark = pytest.mark.browser

DESK, SMALL_DESK, PHONE = (
    {"width": 1440, "height": 900},
    {"width": 1024, "height": 768},
    {"width": 390, "height": 844},
)
TOUCHED = (
    "main :is(button, .button, .tabs a, .row, summary, .contents a, .strip a, .up, textarea, input:not([type=hidden]))"
)
TOO_SMALL = f"""[...document.querySelectorAll("{TOUCHED}")]
    .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"""
AMENDED = 11  # which household's visit is amended after a return
SCRIPT = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>"


@dataclass
class Morning:
    """The office as a reviewer finds it."""

    county: County
    address: str
    fresh: str
    amended: str
    spare: str
    hostile: str


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """A queue with visits in every state, served over HTTP."""
    with county(tmp_path_factory.mktemp("county")) as found, serving(found.app) as server:
        yield Morning(found, server.address, *fill(found))


def fill(found: County) -> tuple[str, str, str, str]:
    """Sync the visits of some days; gives a fresh one, one amended after a return, another, and a hostile one."""
    days = lambda count: NOW - timedelta(days=count, minutes=13 * count)  # noqa: E731 - a word for this list
    found.visit(0, sealed_at=days(9))
    found.visit(20, sealed_at=days(5))
    amended = found.visit(AMENDED, sealed_at=days(4), place={"lat_e7": 288442310, "lon_e7": 1123546020, "mock": True})
    give_back(found, amended, at=days(3))
    village = found.households[AMENDED][1]
    extra = [{**found.photos[3], "taken_at": "2026-07-07T02:10:00.000Z", "source": "imported"}]
    changes = changed({"income/transfers": "462.5", "health/caregiver": "", "opinion/summary": "补正后与申报一致。"})
    reason = "女儿每月给生活费 50 元，已向本人核实。"
    found.amend(amended, village, sealed_at=days(1), answers=changes, reason=reason, evidence=extra)
    late = clock_of(days(3), ahead=timedelta(hours=26, minutes=7))
    lost = {**found.photos[1], "id": "lost", "blob": "0" * 64, "taken_at": "2026-07-05T01:10:00.000Z"}
    found.visit(35, sealed_at=days(3), clock=late, kind="care", evidence=[found.photos[0], lost])
    spare = found.visit(52, sealed_at=days(2), identity=fallback(), kind="complaint", place=None)
    fresh = found.visit(0, sealed_at=NOW - timedelta(hours=2), identity=fallback())
    hostile = found.visit(7, sealed_at=days(1), remarks=SCRIPT, answers={"x": SCRIPT, SCRIPT: "y"})
    give_back(found, found.visit(25, sealed_at=days(1)), at=NOW)
    for at in range(3):
        found.lead(at, sealed_at=days(at), urgency=("now", "week", "ordinary")[at])
    return fresh, amended, spare, hostile


def fallback() -> list[dict[str, object]]:
    common = {"person_id": DEMO_APPLICANT_ID}
    return [
        {**common, "method": "face", "outcome": "inconclusive", "reasons": ["side_light", "light"], "tries": 2},
        {**common, "method": "id_card", "outcome": "confirmed", "reasons": [], "tries": 1},
    ]


def give_back(found: County, visit_id: str, *, at: datetime) -> None:
    """Return a visit by the API, as another reviewer did."""
    found.clock.at = at
    client = found.app.test_client()
    answer = client.post("/api/v1/sessions", json={"username": "county1", "password": PASSWORD})
    photo = found.photos[0]["blob"]
    comments = [
        {"target": {"kind": "answer", "ref": "income/transfers"}, "text": "女儿每月给的生活费请再核实。"},
        {"target": {"kind": "answer", "ref": "expenses/medical_expense"}, "text": "请补充缴费单据。"},
        {"target": {"kind": "photo", "ref": photo}, "text": "看不清东侧墙面，请补拍。"},
    ]
    body = {"verdict": "returned", "reason": "收入情况需核实", "comments": comments, "seen_revision": 1}
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert client.post(f"/api/v1/visits/{visit_id}/reviews", json=body, headers=headers).status_code == 201
    found.clock.at = NOW


@pytest.fixture
def page(browser: Browser, morning: Morning) -> Iterator[Page]:
    """A window that reports every fault of a script, every breach of the policy, and every address outside."""
    context = browser.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=morning.address)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    opened.on("request", lambda asked: None if asked.url.startswith(morning.address) else faults.append(asked.url))
    yield opened
    context.close()
    assert faults == []


def sign_in(page: Page, username: str = "reviewer1") -> None:
    page.goto("/console/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("navigation", name="审核状态")).to_be_visible()
    page.wait_for_load_state("load")  # Only then the script hears the keyboard.


def shoot(page: Page, folder: Path, name: str, *, whole: bool = True) -> None:
    page.evaluate("document.querySelectorAll('img[loading]').forEach((one) => one.loading = 'eager')")
    held = "document.querySelectorAll('.top, .decide')" if whole else "[]"  # what sticks would stand in the middle
    page.evaluate(f"{held}.forEach((one) => one.style.position = 'static')")
    page.wait_for_load_state("networkidle")
    shots.keep(page, folder / f"console-{name}.png", whole=whole)
    page.evaluate(f"{held}.forEach((one) => one.style.position = '')")


def test_a_reviewer_pins_a_comment_and_returns_a_visit(morning: Morning, page: Page, screenshots: Path) -> None:
    page.goto("/console/")
    page.get_by_label("用户名").fill("reviewer1")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    shoot(page, screenshots, "sign-in-desk")
    sign_in(page)
    shoot(page, screenshots, "queue-desk")
    waiting = page.locator("a.row")
    before = waiting.count()
    page.goto(f"/console/visits/{morning.fresh}")
    shoot(page, screenshots, "review-desk", whole=False)
    shoot(page, screenshots, "review-desk-whole")
    page.locator(".line", has_text="转移净收入").locator("summary").click()
    page.get_by_label("对“转移净收入”的批注").fill("养老金 412 元，请补拍存折流水。")
    page.locator("figure").first.locator("summary").click()
    page.locator("figure textarea").first.fill("请补拍漏雨的两处。")
    expect(page.locator("[data-pin-count]")).to_have_text("已批注 2 处")
    page.get_by_label("审核意见").fill("收入材料不全，请补正。")
    page.locator(".line", has_text="转移净收入").scroll_into_view_if_needed()
    shoot(page, screenshots, "pinning-desk", whole=False)
    page.get_by_role("button", name="退回补正").click()
    expect(page.get_by_role("status")).to_contain_text("已退回补正")
    expect(waiting).to_have_count(before - 1)
    shoot(page, screenshots, "returned-desk", whole=False)
    page.goto(f"/console/visits/{morning.fresh}")
    expect(page.locator(".quote").first).to_contain_text("请补拍存折流水")
    expect(page.get_by_role("button", name="通过", exact=True)).to_have_count(0)


def test_what_was_amended_is_shown_beside_what_stood_there(morning: Morning, page: Page, screenshots: Path) -> None:
    sign_in(page)
    page.goto(f"/console/visits/{morning.amended}")
    line = page.locator(".line", has_text="转移净收入").first
    expect(line.locator("del")).to_have_text("412 元/月")
    expect(line.locator("ins")).to_have_text("462.5 元/月")
    expect(page.locator(".pinned li").first).to_contain_text("已改")
    expect(page.locator(".pinned li").nth(1)).to_contain_text("未改")
    expect(page.locator("#place")).to_contain_text("模拟定位")
    shoot(page, screenshots, "amended-desk")
    shoot(page, screenshots, "amended-top-desk", whole=False)
    page.emulate_media(media="print")
    page.pdf(path=screenshots / "console-print.pdf", format="A4", print_background=True)


def test_a_photo_opens_large_and_closes_by_the_keyboard(morning: Morning, page: Page, screenshots: Path) -> None:
    sign_in(page)
    page.goto(f"/console/visits/{morning.amended}")
    page.locator("#photo-1 > a").click()
    large = page.locator("#photo-1-large")
    expect(large).to_be_visible()
    page.locator("#photo-1-large img").evaluate("image => image.decode()")  # Ends when the picture is whole.
    shoot(page, screenshots, "photo-desk", whole=False)
    large.get_by_text("下一张").click()
    expect(page.locator("#photo-2-large")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#photo-2-large")).to_be_hidden()


def test_the_keyboard_leads_through_queue_and_review(morning: Morning, page: Page) -> None:
    sign_in(page)
    rows = page.locator("a.row")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/visits/*")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".pin textarea").first).to_be_focused()
    page.keyboard.type("ar")
    expect(page.locator(".pin textarea").first).to_have_value("ar")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="退回补正")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="通过", exact=True)).to_be_focused()


def test_what_was_typed_outlives_an_expired_sign_in(morning: Morning, page: Page) -> None:
    sign_in(page)
    page.goto(f"/console/visits/{morning.amended}")
    page.get_by_label("审核意见").fill("写了一半")
    page.context.clear_cookies()
    page.get_by_role("button", name="不通过").click()
    page.get_by_label("用户名").fill("reviewer1")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("审核意见")).to_have_value("写了一半")


def test_somebody_is_sent_to_a_lead_and_the_result_is_written(morning: Morning, page: Page, screenshots: Path) -> None:
    sign_in(page)
    page.get_by_role("link", name="线索").click()
    shoot(page, screenshots, "leads-desk")
    page.locator("a.row", has_text="今天就要有人去").click()
    expect(page.get_by_alt_text("线索照片 1")).to_be_visible()
    page.get_by_label("派给").select_option(index=1)
    page.get_by_label("交代").fill("今天去，带米面。")
    shoot(page, screenshots, "lead-desk")
    page.get_by_role("button", name="派给").click()
    expect(page.get_by_role("status")).to_contain_text("已派出")
    page.get_by_role("link", name="已派人").click()
    page.locator("a.row").first.click()
    page.get_by_label("处理结果").fill("已送粮，转临时救助。")
    page.set_viewport_size(PHONE)
    shoot(page, screenshots, "lead-phone")
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_role("status")).to_contain_text("已办结")


def test_no_text_of_a_visit_runs_as_a_script(morning: Morning, page: Page) -> None:
    sign_in(page)
    page.goto(f"/console/visits/{morning.hostile}")
    expect(page.locator(".prose")).to_contain_text("<img src=x")
    assert page.evaluate("window.hit") is None


def test_a_comment_can_be_pinned_without_scripts(morning: Morning, browser: Browser) -> None:
    context = browser.new_context(viewport=DESK, base_url=morning.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto(f"/console/visits/{morning.spare}")
    page.locator(".line", has_text="住房面积").locator("summary").click()
    page.get_by_label("对“住房面积”的批注").fill("请复核面积")
    page.get_by_role("button", name="退回补正").click()
    expect(page.get_by_role("status")).to_contain_text("已退回补正")
    page.goto(f"/console/visits/{morning.spare}")
    expect(page.locator(".line .quote")).to_contain_text("请复核面积")
    context.close()


@pytest.mark.parametrize(("name", "size"), [("desk", DESK), ("small-desk", SMALL_DESK), ("phone", PHONE)])
def test_every_page_fits_its_screen_and_can_be_touched(
    morning: Morning, page: Page, screenshots: Path, name: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    page.goto("/console/")
    shoot(page, screenshots, f"sign-in-{name}")
    sign_in(page)
    pages = {
        "queue": "/console/",
        "leads": "/console/leads",
        "empty": "/console/?state=refused",
        "refused": "/console/visits/nothing",
        "visit": f"/console/visits/{morning.amended}",
    }
    for title, address in pages.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.evaluate(TOO_SMALL) == [], address
        shoot(page, screenshots, f"{title}-{name}")
