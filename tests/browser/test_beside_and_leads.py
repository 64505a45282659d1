"""Pictures and recordings of a form, and a lead, in a real Chromium under the pages' own content policy.

Writes screenshots to var/screenshots/beside-*.png and lead-*.png.
"""

import io
import wave
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from PIL import Image, ImageDraw  # noqa: E402 - only where a browser is
from playwright.sync_api import Page, expect  # noqa: E402 - see above

from field_client import leads, visits  # noqa: E402 - see above
from field_client.clock import system_clock  # noqa: E402 - see above
from forms.files import media_type  # noqa: E402 - see above
from forms.importing import read_sheets  # noqa: E402 - see above
from tests.browser import shots  # noqa: E402 - see above
from tests.browser.conftest import SCREENSHOTS  # noqa: E402 - see above
from tests.browser.test_form_pages import Device, page  # noqa: E402, F401 - a fixture
from tests.field_client.conftest import HOUSEHOLD, make_phone, put_form  # noqa: E402 - see above
from tests.field_client.conftest import fill as lay_down  # noqa: E402 - see above
from tests.field_client.office import Office  # noqa: E402 - see above
from tests.forms.sheets import ask, begin, end, make_sheets  # noqa: E402 - see above

pytestmark = [pytest.mark.browser, pytest.mark.process]

HEARD = """one => new Promise((heard) => {
    one.onloadedmetadata = () => heard(one.duration);
    one.preload = "metadata";
    one.load();
})"""
BOTH = pytest.mark.parametrize("page", ["phone", "desk"], indirect=True)


def drawn(words: str, colour: str) -> bytes:
    """Draw a picture of a form."""
    image = Image.new("RGB", (480, 320), colour)
    ImageDraw.Draw(image).rectangle((120, 90, 360, 250), outline="white", width=8)
    ImageDraw.Draw(image).text((200, 150), words, fill="white")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def spoken() -> bytes:
    """Record a second of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))
    return buffer.getvalue()


FILES = {"stove.png": drawn("STOVE", "#35614a"), "wood.png": drawn("WOOD", "#7a4b21"), "ask.wav": spoken()}
FORM = read_sheets(
    make_sheets(
        [
            begin("group", "home", label="做饭"),
            ask(
                "select_one fuel",
                "fuel",
                label="灶里烧什么",
                **{"media::image": "stove.png", "media::audio": "ask.wav"},
            ),
            ask("text", "why", label="为什么", **{"media::image": "late.png"}),
            end("group"),
        ],
        [
            {"list_name": "fuel", "name": "wood", "label": "柴", "media::image": "wood.png"},
            {"list_name": "fuel", "name": "gas", "label": "煤气", "media::image": "stove.png"},
        ],
        form_id="pictured",
        form_title="带图的表",
    ),
    {**FILES, "late.png": drawn("LATE", "#222222")}.get,
).definition


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    """A device with the form and with those of its files that have come."""
    office = Office()
    lay_down(office)
    for content in FILES.values():
        fields = {"media_type": media_type(content), "content": {"base64": b64encode(content).decode()}}
        office.put("reference", "form_file", sha256(content).hexdigest(), **fields)
    put_form(office, FORM)
    running = office.serve()
    phone = make_phone(running, tmp_path / "device", system_clock())
    phone.sync()
    running.stop()
    draft = visits.start(phone.store, phone.clock, phone.device, HOUSEHOLD, form_id="pictured")
    made = Device(phone, draft.id)
    yield made
    made.kill()
    made.processes[-1].stdout.close()  # type: ignore[union-attr]
    phone.store.close()


def shoot(page: Page, name: str) -> None:  # noqa: F811 - the fixture's value
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    width = (page.viewport_size or {}).get("width")
    shots.keep(page, SCREENSHOTS / f"{name}-{width}.png", whole=True)


@BOTH
def test_pictures_are_seen_and_recordings_heard_beside_their_questions(device: Device, page: Page) -> None:  # noqa: F811
    page.goto(device.serve())
    page.goto(f"{device.address}/visits/{device.visit}/sections/home")
    pictures = page.locator("img.beside")
    expect(pictures).to_have_count(3)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("one => one.naturalWidth") == 480
    seconds = page.locator("audio.beside").evaluate(HEARD)
    assert seconds == pytest.approx(1, abs=0.1)
    expect(page.get_by_text("late.png（还没有到本机，同步后显示）")).to_be_visible()
    expect(page.locator(".option").first).to_have_text("柴")
    page.locator("img.beside[alt='柴']").click()
    expect(page.locator("[data-saving]")).to_contain_text("已自动保存")
    assert device.answers() == {"home/fuel": "wood"}
    shoot(page, "beside")


@BOTH
def test_a_lead_is_filed_with_a_place_and_a_photo(device: Device, page: Page, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a.png").write_bytes(FILES["wood.png"])
    page.goto(device.serve())
    page.get_by_role("link", name="困难线索").click()
    page.get_by_role("link", name="报一条线索").click()
    page.get_by_label("谁遇到困难").fill("村口小卖部旁的独居老人")
    page.get_by_label("在哪里").fill("二组，路边第三家")
    page.get_by_label("缺粮断炊").check()
    page.get_by_label("今天就要有人去").check()
    expect(page.locator("[data-urgent]")).to_be_visible()
    page.get_by_label("村(社区)干部走访发现").check()
    page.locator("input[name=album]").set_input_files(tmp_path / "a.png")
    expect(page.locator("[data-chosen]")).to_have_text("已选 1 张")
    page.get_by_role("button", name="记录当前位置").click()
    expect(page.locator("[data-saving]")).to_contain_text("误差约 18 米")
    shoot(page, "lead-new")
    page.get_by_role("button", name="报告").click()
    expect(page.locator(".said.done")).to_be_visible()
    shoot(page, "lead-one")
    page.get_by_role("link", name="线索").first.click()
    expect(page.get_by_text("待上传")).to_be_visible()
    shoot(page, "lead-list")
    (line,) = leads.mine(device.phone.store, device.phone.device)
    assert (line["photos"], line["state"]) == (1, "waiting")
