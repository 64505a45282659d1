"""A device whose pages are served to a real Chromium while its office is gone: what the tests of the field pages share.

The window reports every fault of a script and every address outside the device.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import BaseWSGIServer, make_server

from field_client.clock import system_clock
from field_client.commands.serve import Silent
from field_client.web import create_app, entrance
from tests.browser import shots
from tests.field_client.conftest import Phone, make_phone
from tests.field_client.office import Office, Running
from tests.field_client.web.county import lay_down

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PIN = "2580"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@dataclass
class Stage:
    """A device with its pages served, and the office that is there or not."""

    phone: Phone
    address: str
    entrance: str
    server: BaseWSGIServer

    @property
    def office(self) -> Running:
        return self.phone.running


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A device that holds three villages and asks for a PIN; the office has gone."""
    office = Office()
    clock = system_clock()
    lay_down(office, clock.today())
    running = office.serve()
    phone = make_phone(running, tmp_path / "device", clock, pin=PIN)
    phone.sync()
    running.stop()
    app = create_app(phone.home, clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Stage(phone, f"http://127.0.0.1:{server.server_port}", entrance(app), server)
    server.shutdown()
    server.server_close()
    app.extensions["desk"].courier.wait()
    phone.store.close()


@pytest.fixture
def page(browser: "Browser", stage: Stage) -> "Iterator[Page]":
    """A phone's window that reports every fault of a script and every address outside this device."""
    context = browser.new_context(
        viewport=PHONE,
        device_scale_factor=2,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        permissions=["geolocation"],
        geolocation={"latitude": 28.8442, "longitude": 112.3546, "accuracy": 18},
    )
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    opened.on(
        "request", lambda asked: None if asked.url.startswith((stage.address, "blob:")) else faults.append(asked.url)
    )
    yield opened
    context.close()
    assert faults == []


def shoot(page: "Page", name: str) -> None:
    shots.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shots.keep(page, shots.SCREENSHOTS / f"field-{name}.png")


def shoot_whole(page: "Page", name: str) -> None:
    """Take the whole page in one picture: a taller window keeps the bars where they belong."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**PHONE, "height": max(PHONE["height"], height)})
    shoot(page, name)
    page.set_viewport_size(PHONE)


def press(page: "Page", text: str) -> None:
    page.get_by_role("button", name=text).or_(page.get_by_role("link", name=text)).first.click()


def come_in(stage: Stage, page: "Page") -> None:
    """Open the pages and unlock them."""
    page.goto(stage.address + stage.entrance)
    page.get_by_label("PIN").fill(PIN)
    press(page, "解锁")
