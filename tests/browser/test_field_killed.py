"""The real program, killed in the middle of a visit without a network: at most the last keystroke is lost."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")

from playwright.sync_api import Browser, Page, expect  # noqa: E402 - only where it is installed

from field_client.clock import system_clock  # noqa: E402 - see above
from server.sample.demonstration import DEMO_HOUSEHOLD_ID  # noqa: E402 - see above
from tests.browser.field_stage import PHONE, press, shoot  # noqa: E402 - see above
from tests.field_client.conftest import make_phone  # noqa: E402 - see above
from tests.field_client.office import Office  # noqa: E402 - see above
from tests.field_client.web.county import lay_down  # noqa: E402 - see above

pytestmark = [pytest.mark.browser, pytest.mark.process]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A device without a PIN that holds three villages; its office has gone."""
    office, clock = Office(), system_clock()
    lay_down(office, clock.today())
    running = office.serve()
    phone = make_phone(running, tmp_path / "device", clock)
    phone.sync()
    phone.store.close()
    running.stop()
    return tmp_path / "device"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    yield context.new_page()
    context.close()


def serve(home: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the program; gives the address that lets a browser in."""
    asked = [sys.executable, "-u", "-m", "field_client", "--home", str(home), "serve"]
    program = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)
    assert program.stdout
    found = re.search(r"http://\S+", program.stdout.readline())
    assert found
    return program, found.group()


def end(program: subprocess.Popen[str], how: signal.Signals) -> None:
    program.send_signal(how)
    program.wait()
    assert program.stdout
    program.stdout.close()


def test_a_visit_survives_a_reload_and_a_kill(home: Path, page: Page) -> None:
    program, address = serve(home)
    try:
        page.goto(address)
        page.goto(re.sub(r"/enter/.*", f"/households/{DEMO_HOUSEHOLD_ID}", address))
        press(page, "开始走访")
        page.get_by_role("link", name="家庭收入").click()
        wages = page.locator("[data-path='income/wages'] input").first
        wages.fill("120")
        expect(page.locator("[data-saving]")).to_contain_text("已自动保存")
        page.reload()
        expect(wages).to_have_value("120")
        wages.fill("1250")
        expect(page.locator("[data-saving]")).to_contain_text("已自动保存")
        end(program, signal.SIGKILL)
        program, address = serve(home)
        page.goto(address)
        expect(page.get_by_role("heading", name="恢复上次内容")).to_be_visible()
        expect(page.locator(".recover")).to_contain_text("陈德清")
        shoot(page, "recovery-phone")
        press(page, "继续填写")
        expect(page).to_have_url(re.compile("/sections/income"))
        expect(wages).to_have_value("1250")
    finally:
        end(program, signal.SIGTERM)
    assert not (home / "running").exists()
