"""The identity step in a real Chromium with a camera that shows a turning head: notice, filming, guardians, withdrawal."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

import skimage.data
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from benchmarks.face import heads
from demo import pictures
from field_client import drafts, face_rechecks, kept_faces
from tests.browser.field_stage import (
    DESKTOP,
    PHONE,
    PIN,
    Stage,
    press,
    shoot_whole,
    stage,
)
from tests.browser.test_field_pages import PATIENCE_MS, TOO_SMALL

__all__ = ["stage"]
pytestmark = pytest.mark.browser

FILM_SECONDS, FILM_RATE = 10, 30


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of a modelled head that turns, longer than what the page takes, every frame with noise of its own."""
    portrait = Image.fromarray(skimage.data.astronaut())
    angles = heads.swing(30, 40, first_left=True)
    poses = [
        np.asarray(Image.open(BytesIO(frame)), dtype=np.int16)
        for frame in heads.burst(portrait, np.array([222.5, 126.5]), 87.0, angles, heads.head)
    ]
    path = tmp_path_factory.mktemp("camera") / "head.mjpeg"
    random = np.random.default_rng(3)
    with path.open("wb") as file:
        for number in range(FILM_SECONDS * FILM_RATE):
            pose = poses[number * len(poses) // (FILM_SECONDS * FILM_RATE)]
            noisy = (pose + random.integers(-4, 5, pose.shape)).clip(0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(file, "JPEG", quality=85)
    return path


@pytest.fixture
def page(chromium: Callable[..., Browser], stage: Stage, camera: Path) -> Iterator[Page]:
    browser = chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )
    opened = browser.new_context(viewport=PHONE, has_touch=True, locale="zh-CN", permissions=["camera"]).new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    yield opened
    browser.close()
    assert faults == []


def enter(page: Page, stage: Stage) -> str:
    """Unlock, begin a visit, and give its address."""
    page.goto(stage.address + stage.entrance)
    page.get_by_label("PIN").fill(PIN)
    press(page, "解锁")
    page.get_by_role("link", name="住户").first.click()
    page.get_by_role("link", name="陈德清").click()
    press(page, "开始走访")
    page.wait_for_url("**/visits/*")
    return page.url


def entries(stage: Stage, visit: str) -> list[dict[str, object]]:
    return list(drafts.get(stage.phone.store, visit.rsplit("/", 1)[1]).document["identity"])


def test_a_head_is_filmed_while_it_turns_and_the_finding_is_recorded(stage: Stage, page: Page, tmp_path: Path) -> None:
    kept_faces.allow(stage.phone.store, 24)
    visit = enter(page, stage)
    page.goto(f"{visit}/identity")
    page.get_by_role("link", name="周桂珍").click()
    page.get_by_role("link", name="人脸").click()
    page.get_by_role("button", name="同意", exact=True).click()
    card, _, _ = pictures.portraits(tmp_path / "faces")
    press(page, "下次想少拍一次证件？")
    shoot_whole(page, "keep-notice-phone")
    press(page, "不留存")
    page.locator("input[name=reference]").set_input_files(card)
    page.get_by_role("button", name="改用转头连拍").click()
    expect(page.locator("[data-asking]")).to_contain_text("请正对镜头")
    shoot_whole(page, "turning-phone")
    expect(page.locator("[data-saving]")).to_contain_text("转头连拍已完成", timeout=PATIENCE_MS)
    assert page.evaluate(TOO_SMALL) == []
    press(page, "开始比对")
    expect(page.get_by_role("heading", name="做过的核验")).to_be_visible(timeout=PATIENCE_MS)
    shoot_whole(page, "filmed-phone")
    (entry,) = entries(stage, visit)
    assert entry["liveness"] in ("passed", "failed")  # The film and the page do not start together.
    assert entry["score_band"] == "near"
    assert "kept" not in entry
    press(page, "撤回同意")
    expect(page.get_by_text("已撤回同意")).to_be_visible()


def test_a_second_look_is_a_question_of_its_own(stage: Stage, page: Page) -> None:
    stage.phone.store.put("office_key", "11" * 32)  # This office is one of few words.
    face_rechecks.allow(stage.phone.store, 24)
    visit = enter(page, stage)
    page.goto(f"{visit}/identity")
    page.get_by_role("link", name="周桂珍").click()
    page.get_by_role("link", name="人脸").click()
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text("不保存、不上传")).to_be_visible()
    press(page, "想让办公室再比对一次？")
    expect(page.get_by_text("最长 24 小时")).to_be_visible()
    assert page.evaluate(TOO_SMALL) == []
    shoot_whole(page, "recheck-notice-phone")
    press(page, "同意上传")
    expect(page.get_by_text("已同意把这两张照片加密交办公室复核一次")).to_be_visible()
    expect(page.get_by_text("不上传")).to_have_count(0)
    shoot_whole(page, "recheck-agreed-phone")
    page.set_viewport_size(DESKTOP)
    shoot_whole(page, "recheck-agreed-desk")


def test_a_card_is_laid_beside_the_register_and_confirmed_field_by_field(stage: Stage, page: Page) -> None:
    visit = enter(page, stage)
    page.goto(f"{visit}/identity")
    page.get_by_role("link", name="周桂珍").click()
    press(page, "对照身份证，核对名册")
    shoot_whole(page, "card-phone")
    page.set_viewport_size(DESKTOP)
    shoot_whole(page, "card-desk")
    page.set_viewport_size(PHONE)
    press(page, "核对好了")
    expect(page.get_by_text("还没有勾选核对过的项目")).to_be_visible()
    page.get_by_label("民族", exact=True).fill("土家")
    page.get_by_label("民族与证件一致").check()
    assert page.evaluate(TOO_SMALL) == []
    press(page, "核对好了")
    expect(page.get_by_text("已作为更正提出")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="身份证")).to_be_visible()


def test_witnesses_are_named_and_back_leads_back(stage: Stage, page: Page) -> None:
    visit = enter(page, stage)
    page.goto(f"{visit}/identity")
    page.get_by_role("link", name="周桂珍").click()
    page.get_by_role("link", name="双人见证").click()
    page.get_by_label("第一位见证人姓名").fill("王五")
    press(page, "两名见证人都已确认，是本人")
    assert entries(stage, visit) == []  # The browser asks for the second name.
    page.get_by_label("第二位见证人姓名").fill("赵六")
    shoot_whole(page, "witnesses-phone")
    page.set_viewport_size(DESKTOP)
    shoot_whole(page, "witnesses-desk")
    page.set_viewport_size(PHONE)
    press(page, "两名见证人都已确认，是本人")
    expect(page.get_by_text("身份核验已完成")).to_be_visible()
    page.go_back()
    page.go_forward()
    assert len(entries(stage, visit)) == 1
