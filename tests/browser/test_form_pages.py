"""A form with every type of question in a real Chromium, on a phone and on a desk, with the office gone; a reload and a
killed program in the middle cost at most the last keystroke.

Writes screenshots to var/screenshots/form-*.png.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402 - only where it is installed

from demo import pictures  # noqa: E402 - see above
from field_client import drafts, visits  # noqa: E402 - see above
from field_client.clock import system_clock  # noqa: E402 - see above
from tests.browser import shots  # noqa: E402 - see above
from tests.browser.shots import SCREENSHOTS  # noqa: E402 - see above
from tests.field_client.conftest import HOUSEHOLD, Phone, make_phone, put_form  # noqa: E402 - see above
from tests.field_client.conftest import fill as lay_down  # noqa: E402 - see above
from tests.field_client.office import Office  # noqa: E402 - see above
from tests.field_client.web.everything import everything  # noqa: E402 - see above

pytestmark = [pytest.mark.browser, pytest.mark.process]

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 800}}
HOME = {
    "home/story": "夫妻两人带一个孙子",
    "home/remarks": "屋后漏雨",
    "home/id_number": "11010519491231002X",
    "home/people": "3",
    "home/wages": "1200.50",
    "home/agreed": "yes",
    "home/county": "yuanjiang",
    "home/town": "caowei",
    "home/heating": "other",
    "home/heating_other": "电暖器",
    "home/needs": "medical repair",
    "home/order": "down",
    "home/comfort": "4",
    "home/month": "m2",
}
WHEN = {
    "when/since": "2026-05-01",
    "when/at": "18:30",
    "when/seen": "2026-06-30T09:05",
    "when/place": "locate",
    "when/card": "6901234567892",
    "when/photo": "photo",
    "when/sign": "sign",
    "when/statement": "recording",
    "when/paper": "paper",
    "when/read_back": "是",
}


@dataclass
class Device:
    """A device whose pages are served by the real program, which may be killed and started again."""

    phone: Phone
    visit: str
    address: str = ""
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def serve(self) -> str:
        """Start the program; gives the address that lets a browser in."""
        command = [sys.executable, "-m", "field_client", "--home", str(self.phone.home.path), "serve"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        self.processes.append(process)
        self.address = found[0].split("/enter")[0]
        return found[0]

    def kill(self) -> None:
        self.processes[-1].kill()
        self.processes[-1].wait()

    def answers(self) -> dict[str, object]:
        return dict(drafts.get(self.phone.store, self.visit).document["answers"])


def begun(folder: Path, **form: str) -> Iterator[Device]:
    office = Office()
    lay_down(office)
    put_form(office, everything(**form))
    running = office.serve()
    phone = make_phone(running, folder / "device", system_clock())
    phone.sync()
    running.stop()
    draft = visits.start(phone.store, phone.clock, phone.device, HOUSEHOLD, form_id="everything")
    device = Device(phone, draft.id)
    yield device
    for process in device.processes:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()
    phone.store.close()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    yield from begun(tmp_path)


@pytest.fixture
def slow_device(tmp_path: Path) -> Iterator[Device]:
    """A device whose form asks one question a page."""
    yield from begun(tmp_path, style="pages")


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        viewport=SIZES[getattr(request, "param", "phone")],
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        permissions=["geolocation"],
        geolocation={"latitude": 28.8442, "longitude": 112.3546, "accuracy": 18},
    )
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert faults == []


def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shots.keep(page, SCREENSHOTS / f"form-{name}.png", whole=True)


def saved(page: Page) -> None:
    expect(page.locator("[data-saving]")).to_contain_text("已自动保存")


def attach(page: Page, question: Locator, text: str, folder: Path) -> None:
    """Go to the question's own page, bring the file there, and come back."""
    question.locator("a.button").click()
    if text == "sign":
        sheet = page.locator("canvas")
        expect(sheet).to_be_visible()
        page.wait_for_load_state()
        box = sheet.bounding_box()
        assert box
        page.mouse.move(box["x"] + 30, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 90, steps=8)
        page.mouse.up()
        page.get_by_role("button", name="保存签名").click()
    else:
        chooser = page.locator("input[type=file]").first
        expect(chooser).to_be_attached()
        page.wait_for_load_state()
        chooser.set_input_files(folder / text)
    expect(page.locator(".said.done, .said.warning").first).to_be_visible()


def fill(page: Page, path: str, text: str, folder: Path) -> None:
    """Answer a question as a worker does: tap, choose, move, or type key by key."""
    question = page.locator(f"[data-path='{path}']")
    expect(question).to_be_visible()
    match question.get_attribute("data-kind"):
        case "choice" | "choices" | "tick" | "scale":
            for value in text.split():
                question.locator(f"input[value='{value}']").check()
        case "list":
            question.locator("select").select_option(text)
        case "rank":
            question.locator("[data-move='1']").first.click()
        case "point":
            question.get_by_role("button").click()
        case "file":
            attach(page, question, text, folder)
            return
        case _:
            question.locator("input, textarea").first.fill(text)
    saved(page)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files to bring: a photo, a recording, a paper."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "photo").write_bytes(pictures.house_photos(tmp_path)[0].read_bytes())
    (files / "recording").write_bytes(b"RIFF0000WAVEfmt " + bytes(400))
    (files / "paper").write_bytes(b"%PDF-1.4\n" + bytes(400))
    return files


@pytest.mark.parametrize("page", SIZES, indirect=True, ids=list(SIZES))
def test_every_type_of_question_is_answered_on_the_page(device: Device, page: Page, folder: Path):
    size = "phone" if page.viewport_size == SIZES["phone"] else "desk"
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}/sections/home")
    for path, text in HOME.items():
        fill(page, path, text, folder)
    expect(page.locator(".result output")).to_have_text("400.17 元/月")
    shoot(page, f"home-{size}")
    page.get_by_role("button", name="保存，下一节").click()
    for path, text in WHEN.items():
        fill(page, path, text, folder)
    shoot(page, f"when-{size}")
    answers = device.answers()
    assert answers["home/order"] == ["school", "medical", "repair"]
    assert {path for path in {**HOME, **WHEN} if path not in answers} == set()
    assert (answers["home/town"], answers["home/heating_other"], answers["home/comfort"]) == ("caowei", "电暖器", 4)
    assert str(answers["when/place"]).startswith("28.8442")
    assert answers["when/seen"] == "2026-06-30T09:05"


def test_what_an_answer_changes_is_changed_on_the_page_at_once(device: Device, page: Page, folder: Path):
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}/sections/home")
    expect(page.locator("[data-path='home/town']")).to_be_hidden()
    fill(page, "home/county", "nanxian", folder)
    expect(page.locator("[data-path='home/town'] input[type=radio]")).to_have_count(1)
    fill(page, "home/county", "yuanjiang", folder)
    expect(page.locator("[data-path='home/town'] input[type=radio]")).to_have_count(2)
    page.locator("[data-path='home/wages'] input").first.fill("很多")
    expect(page.locator("[data-path='home/wages'] [data-error]")).to_contain_text("应为数字")
    page.locator("[data-path='home/wages'] input[value='拒答']").check()
    expect(page.locator("[data-path='home/wages'] [data-error]")).to_be_hidden()
    saved(page)
    assert device.answers()["home/wages"] == "__refused__"


def test_a_reload_and_a_killed_program_cost_at_most_the_last_keystroke(device: Device, page: Page):
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}/sections/home")
    story = page.locator("[data-path='home/story'] input")
    story.press_sequentially("屋后漏雨 ,两位老", delay=20)
    saved(page)
    page.reload()
    expect(story).to_have_value("屋后漏雨 ,两位老")
    story.press("End")
    story.press_sequentially("人")
    device.kill()
    assert device.answers()["home/story"] in ("屋后漏雨 ,两位老", "屋后漏雨 ,两位老人")
    story.press_sequentially("住")
    expect(page.locator("[data-saving]")).to_contain_text("还没有保存")
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}/sections/home")
    expect(story).to_have_value(str(device.answers()["home/story"]))


def test_parts_that_repeat_are_added_taken_out_and_put_back(device: Device, page: Page, folder: Path):
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}/sections/members")
    for number, name in enumerate(("周桂珍", "周小满"), start=1):
        page.get_by_role("button", name="添加一项").click()
        fill(page, f"members[{number}]/member", name, folder)
        page.goto(f"{device.address}/visits/{device.visit}/sections/members")
    page.get_by_role("link", name="周桂珍").click()
    page.get_by_role("button", name="保存，下一节").click()
    page.get_by_role("button", name="添加一项").click()
    fill(page, "members[1]/jobs[1]/pay", "300", folder)
    page.goto(f"{device.address}/visits/{device.visit}/sections/members")
    shoot(page, "repeat-phone")
    page.get_by_role("button", name="删除 家里的人(1)").click()
    assert device.answers() == {"members": 1, "members[1]/member": "周小满"}
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("a.main")).to_have_count(2)
    assert device.answers()["members[1]/jobs[1]/pay"] == "300"
    assert device.answers()["members[2]/member"] == "周小满"


def test_one_question_a_page_where_the_form_wants_it(slow_device: Device, page: Page, folder: Path):
    page.goto(slow_device.serve())
    page.goto(f"{slow_device.address}/visits/{slow_device.visit}/sections/home")
    expect(page.locator("[data-path]")).to_have_count(1)
    expect(page.get_by_text("请边看边问")).to_be_visible()
    fill(page, "home/story", "老两口", folder)
    shoot(page, "single-phone")
    page.get_by_role("button", name="保存，继续").click()
    expect(page.locator("[data-path='home/remarks']")).to_be_visible()
    page.get_by_role("button", name="上一页").click()
    expect(page.locator("[data-path='home/story'] input")).to_have_value("老两口")


def test_the_end_page_leads_to_each_question_that_is_missing(device: Device, page: Page):
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}/end")
    page.get_by_role("link", name="同意调查吗").click()
    expect(page.locator("[data-path='home/agreed'] [data-error]")).to_contain_text("请回答这道题")
    expect(page.locator("[data-path='home/agreed']")).to_be_in_viewport()


def test_the_form_is_read_in_another_language_and_larger(device: Device, page: Page):
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="大字").click()
    page.get_by_role("link", name="住处").click()
    expect(page.get_by_text("About the family")).to_be_visible()
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.asking')).fontSize) * 1.25")
    assert size >= 18
    shoot(page, "larger-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
