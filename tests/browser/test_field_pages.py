"""The field client's pages in a real Chromium, at phone size, with the office really gone: a visit from start to seal.

Writes screenshots to var/screenshots/field-*.png, for the README and for whoever changes the pages.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from playwright.sync_api import Locator, Page, expect  # noqa: E402 - only where it is installed

from demo import pictures  # noqa: E402 - see above
from server.sample.demonstration import DEMO_APPLICANT_ID, DEMO_HOUSEHOLD_ID  # noqa: E402 - see above
from tests.browser.field_stage import (  # noqa: E402 - see above
    DESKTOP,
    PHONE,
    PIN,
    Stage,
    come_in,
    press,
    shoot,
    shoot_whole,
)
from tests.field_client.web.county import HELD, WORKER  # noqa: E402 - see above

pytestmark = pytest.mark.browser

PATIENCE_MS = 20_000  # For a busy machine; a quiet one needs a hundredth.
ANSWERS: dict[str, str] = json.loads((Path(pictures.__file__).parent / "answers.json").read_text("utf-8"))


TOO_SMALL = """[...document.querySelectorAll("main :is(button, .button, .cell, .option, select, textarea)")]
    .filter((one) => one.offsetParent && one.offsetHeight < 48).map((one) => one.outerHTML)"""


def fill(question: Locator, text: str) -> None:
    """Answer a question as a worker does: tap choices, type the rest."""
    kind = question.get_attribute("data-kind")
    if kind in ("choice", "choices", "tick"):
        for value in text.split() if kind != "tick" else ["是"]:
            question.locator(f"input[value='{value}']").check()
    else:
        question.locator("input, textarea").first.fill(text)


def answer_section(page: Page) -> None:
    """Answer the questions of the section that stands open, those too that appear while others are answered."""
    for path, text in ANSWERS.items():
        question = page.locator(f"[data-path='{path}']")
        if question.count():
            expect(question).to_be_visible()
            fill(question, text)
            expect(page.locator("[data-saving]")).to_contain_text("已自动保存", timeout=PATIENCE_MS)


def sign(page: Page, strokes: int) -> None:
    sheet = page.locator("canvas")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box
    for stroke in range(strokes):
        x, y = box["x"] + 40 + stroke * 80, box["y"] + 60
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(x + step * 5, y + (step % 4) * 30 + stroke * 8)
        page.mouse.up()
    if strokes == 3:
        shoot(page, "signature-phone")
    press(page, "保存签字")
    expect(page.locator(".said.done")).to_have_text("签字已保存。")


def test_a_visit_from_the_lock_to_the_receipt(stage: Stage, page: Page, tmp_path: Path) -> None:
    page.goto(stage.address + stage.entrance)
    page.get_by_label("PIN").fill("0000")
    press(page, "解锁")
    expect(page.get_by_role("alert")).to_contain_text("PIN 不对")
    shoot(page, "unlock-phone")
    page.get_by_label("PIN").fill(PIN)
    press(page, "解锁")
    expect(page.locator("#strip")).to_contain_text("离线")
    shoot(page, "home-phone")
    look_around(page)
    begin(page)
    survey(page)
    photographs(page, tmp_path)
    identity(page, tmp_path)
    place(page)
    signatures(page)
    visit = seal(page)
    deliver(stage, page, visit)
    send_back(stage, page, visit)
    wide(page, visit)


def look_around(page: Page) -> None:
    page.get_by_role("link", name="住户").first.click()
    expect(page.locator("#results .cell").first).to_be_visible()
    shoot(page, "households-phone")
    page.locator("#q").press_sequentially("cdq")
    expect(page.locator("#results")).to_contain_text("找到 1 户")
    shoot(page, "search-phone")
    assert "cdq" not in page.url  # A name in an address would stay in the browser's history.
    page.get_by_role("link", name="陈德清").click()
    page.go_back()
    expect(page.locator("#results")).to_contain_text("找到 1 户")
    page.get_by_role("link", name="陈德清").click()
    shoot_whole(page, "household-phone")


def begin(page: Page) -> None:
    press(page, "开始走访")
    expect(page.get_by_role("heading", name="申请入户")).to_be_visible()
    shoot_whole(page, "visit-phone")


def survey(page: Page) -> None:
    page.get_by_role("link", name="家庭基本情况").click()
    answer_section(page)
    shoot_whole(page, "section-phone")
    page.reload()
    expect(page.locator("input[value='self']").first).to_be_checked()
    press(page, "保存，下一节")
    wages = page.locator("[data-path='income/wages']")
    expect(wages).to_be_visible()
    page.wait_for_load_state()
    wages.locator("input").first.fill("很多")
    expect(wages.locator("[data-error]")).to_contain_text("应为数字")
    shoot(page, "error-phone")
    wages.locator("input").first.fill("")
    answer_section(page)
    expect(page.get_by_text("人均月收入").locator("..").locator("output").last).to_contain_text(
        "248.5", timeout=PATIENCE_MS
    )
    shoot_whole(page, "income-phone")
    while not page.url.endswith("/photos"):
        page.locator("button[value=next]").click()
        page.wait_for_load_state()
        answer_section(page)


def photographs(page: Page, folder: Path) -> None:
    for path, kind in zip(pictures.house_photos(folder)[:3], ("房屋外观", "室内", "证明材料"), strict=True):
        page.get_by_label(kind).check()
        page.locator("form.card input[name=camera]").set_input_files(path)
        expect(page.locator(".said").first).to_be_visible()
        page.goto(page.url)
    expect(page.locator("figure")).to_have_count(3)
    shoot_whole(page, "photos-phone")


def identity(page: Page, folder: Path) -> None:
    press(page, "下一步：身份核验")
    page.get_by_role("link", name="周桂珍").click()
    shoot_whole(page, "identity-phone")
    page.get_by_role("link", name="人脸").click()
    shoot_whole(page, "notice-phone")
    page.get_by_role("button", name="同意", exact=True).click()
    card, live, _ = pictures.portraits(folder / "faces")
    page.locator("input[name=reference]").set_input_files(card)
    page.locator("input[name=live]").set_input_files(live)
    shoot_whole(page, "camera-phone")
    press(page, "开始比对")
    expect(page.get_by_role("heading", name="机器比对相符，请您当面确认")).to_be_visible(timeout=PATIENCE_MS)
    shoot_whole(page, "confirm-phone")
    press(page, "确认是本人")
    expect(page.get_by_text("身份核验已完成")).to_be_visible()
    press(page, "下一步：位置")


def place(page: Page) -> None:
    press(page, "获取当前位置")
    expect(page.get_by_text("误差约 18 米")).to_be_visible()
    shoot(page, "place-phone")
    press(page, "下一步：签字")


def signatures(page: Page) -> None:
    shoot_whole(page, "signatures-phone")
    page.get_by_role("link", name=WORKER).click()
    sign(page, 2)
    page.get_by_label("第二名调查人员").select_option(index=1)
    page.get_by_role("button", name="去签字").first.click()
    sign(page, 3)
    page.get_by_label("谁来签").select_option(DEMO_APPLICANT_ID)
    page.get_by_role("button", name="去签字").last.click()
    sign(page, 4)
    shoot_whole(page, "signed-phone")


def seal(page: Page) -> str:
    press(page, "下一步：核对与签封")
    expect(page.get_by_text("内容齐全，可以签封")).to_be_visible()
    shoot_whole(page, "end-phone")
    page.get_by_label("已核对，并已读给家庭成员听").check()
    press(page, "签封这次走访")
    expect(page.get_by_role("heading", name="已签封")).to_be_visible()
    shoot_whole(page, "sealed-phone")
    visit = page.url.split("/")[-2]
    page.go_back()
    expect(page.get_by_text("签封")).not_to_have_count(0)
    return visit


def deliver(stage: Stage, page: Page, visit: str) -> None:
    page.goto(f"{stage.address}/sync")
    expect(page.get_by_text("等待网络").first).to_be_visible()
    expect(page.locator("#strip")).to_contain_text("待传 1 户 6 张")
    shoot_whole(page, "sync-offline-phone")
    stage.office.start()
    press(page, "现在同步")
    expect(page.get_by_text("同步完成")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#strip")).to_contain_text("在线")
    page.get_by_text("两端核对").click()
    page.get_by_text("已存证、已通过").click()
    expect(page.get_by_text("已存证 6/6")).to_be_visible()
    shoot_whole(page, "sync-phone")
    page.goto(f"{stage.address}/visits/{visit}")
    shoot_whole(page, "receipt-phone")


def send_back(stage: Stage, page: Page, visit: str) -> None:
    sealed = stage.phone.office.fields(HELD[0], "visit", visit)
    pins = [
        {"id": "1", "target": {"kind": "answer", "ref": "income/transfers"}, "text": "女儿每月给的生活费请再核实。"},
        {"id": "2", "target": {"kind": "photo", "ref": sealed["evidence"][0]["blob"]}, "text": "请补拍房屋侧面。"},
    ]
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    review = {"visit_id": visit, "revision": 1, "verdict": "returned", "reason": "收入情况需核实", "comments": pins}
    stage.phone.office.put(HELD[0], "review", "review-1", **review, reviewer_name="彭丽华", decided_at=at)
    page.goto(f"{stage.address}/sync")
    press(page, "现在同步")
    expect(page.get_by_text("同步完成")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(stage.address)
    expect(page.locator(".count.returned b")).to_have_text("1")
    page.locator(".count.returned").click()
    page.locator("main .cell").click()
    shoot_whole(page, "returned-phone")
    press(page, "补正")
    shoot_whole(page, "amend-phone")
    page.get_by_role("link", name="家庭收入").click()
    expect(page.locator(".pinned")).to_contain_text("女儿每月给的生活费")
    shoot_whole(page, "pinned-phone")
    page.locator("[data-path='income/transfers'] input").first.fill("462.5")
    expect(page.locator("[data-saving]")).to_contain_text("已自动保存")
    page.goto(f"{stage.address}/visits/{visit}/end")
    expect(page.get_by_text("本次更改")).to_have_count(1)


def wide(page: Page, visit: str) -> None:
    """The same pages on a desk."""
    page.set_viewport_size(DESKTOP)
    origin = page.url.split("/visits")[0]
    for path, name in (
        ("/", "home"),
        ("/households", "households"),
        (f"/households/{DEMO_HOUSEHOLD_ID}", "household"),
        (f"/visits/{visit}", "visit"),
        (f"/visits/{visit}/sections/income", "section"),
        (f"/visits/{visit}/photos", "photos"),
        (f"/visits/{visit}/end", "end"),
        ("/sync", "sync"),
    ):
        page.goto(origin + path)
        shoot(page, f"{name}-desktop")
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(origin)
    shoot(page, "home-tablet")


def test_nothing_is_wider_than_the_screen_and_buttons_are_large(stage: Stage, page: Page) -> None:
    come_in(stage, page)
    press(page, "陈德清")
    press(page, "开始走访")
    visit = page.url.removeprefix(stage.address)
    steps = ("", "/sections/household", "/photos", "/identity", "/place", "/signatures", "/end")
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for path in ("/", "/households", "/visits", "/sync", *(visit + step for step in steps)):
            page.goto(stage.address + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert page.evaluate(TOO_SMALL) == [], path
