"""Kill -9 of either end at the worst moments, start again, go on: nothing lost, nothing twice.

A visit is recorded and sealed once with the real command line; each test then syncs a copy of that device with a copy of
that server over a line that watches the bytes and kills one end at the moment that is named.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import pictures, story
from demo.line import Line
from demo.office import Office, free_port

pytestmark = pytest.mark.process

# The moment is told by what passes on the line: a direction and some bytes of the protocol.
MOMENTS = {
    "the device has asked for an exchange": ("up", b"POST /sync/v1/exchange"),
    "the exchange is being answered": ("down", b"application/x-ndjson"),
    "an upload is created": ("up", b"POST /files/"),
    "an upload's creation is answered": ("down", b"Upload-Offset: 0"),
    "a photo is on its way": ("up", b"PATCH /files/"),
    "a photo's arrival is answered": ("down", b"204 NO CONTENT"),
}


@dataclass(frozen=True)
class Sealed:
    """A device with a sealed visit that it has not sent, and the server that it belongs to."""

    folder: Path
    line_port: int
    visit_id: str


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """Record and seal a visit without a network, once."""
    folder = tmp_path_factory.mktemp("sealed")
    stage = story.prepare(folder, households=12)
    try:
        story.enrol(stage)
        visit_id = story.visit_offline(stage)
    finally:
        stage.office.stop()
        stage.line.close()
    return Sealed(folder, int(stage.device_url.rsplit(":", 1)[1]), visit_id)


@pytest.fixture
def stage(sealed: Sealed, tmp_path: Path) -> Iterator[story.Stage]:
    """A copy of both ends, with the server running behind the same address as before."""
    folder = tmp_path / "copy"
    shutil.copytree(sealed.folder, folder)
    office = Office(folder, free_port())
    office.start()
    line = Line(office.port, port=sealed.line_port)
    line.open()
    yield story.Stage(folder, office, line, f"http://127.0.0.1:{sealed.line_port}")
    line.close()
    office.stop()


def syncing(stage: story.Stage) -> "subprocess.Popen[bytes]":
    """Start a sync of the device as its own process."""
    asked = [sys.executable, "-m", "field_client", "--home", str(stage.home), "sync", "--json"]
    environment = {**os.environ, "ZSB_FIELD_PIN": story.PIN}
    return subprocess.Popen(asked, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("victim", ["device", "office"])
def test_an_end_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    stage: story.Stage, sealed: Sealed, victim: str, moment: str
):
    direction, needle = MOMENTS[moment]
    killed = threading.Event()
    device = syncing(stage)

    def watch(seen: str, data: bytes) -> None:
        if seen == direction and needle.lower() in data.lower() and not killed.is_set():
            killed.set()
            device.send_signal(signal.SIGKILL) if victim == "device" else stage.office.kill()

    stage.line.watch = watch
    device.wait(timeout=60)
    stage.line.watch = None
    assert killed.is_set(), "the moment never came"
    if victim == "office":
        stage.office.start()
    for _ in range(4):
        synced = stage.device("sync", may_fail=(story.NO_CONNECTION,))
        if synced["exit_code"] == 0 and not synced["blobs_waiting"]:
            break
    assert_everything_arrived_once(stage, sealed.visit_id, synced)


def assert_everything_arrived_once(stage: story.Stage, visit_id: str, synced: dict[str, object]) -> None:
    """The server holds one visit with all its bytes and one receipt, and both ends agree."""
    with stage.supervisor() as office:
        queue = office.get("/api/v1/visits").raise_for_status().json()["items"]
        whole = office.get(f"/api/v1/visits/{visit_id}").raise_for_status().json()
    assert [row["id"] for row in queue] == [visit_id]
    assert whole["verdict"] == "intact"
    assert whole["blobs_missing"] == []
    assert len(whole["receipts"]) == 1
    buckets = synced["buckets"]
    assert isinstance(buckets, list)
    assert [b["id"] for b in buckets if (b["count"], b["checksum"]) != (b["server_count"], b["server_checksum"])] == []
    assert json.loads(stage.office.flask("doctor", "--json"))["faults"] == []


def test_a_device_killed_between_any_two_steps_of_a_visit_goes_on_where_it_was(tmp_path: Path):
    stage = story.prepare(tmp_path / "steps", households=12)
    try:
        story.enrol(stage)
        household = story.DEMO_HOUSEHOLD_ID
        visit_id = str(stage.device("visits", "start", household, "--kind", "application")["id"])
        photo = pictures.house_photos(tmp_path / "photos")[0]
        program = [sys.executable, "-m", "field_client", "--home", str(stage.home)]
        for delay in (0.15, 0.35, 0.55, 0.8):
            adding = subprocess.Popen(
                [*program, "visits", "photo", visit_id, str(photo), "--kind", "house"],
                env={**os.environ, "ZSB_FIELD_PIN": story.PIN},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                adding.wait(timeout=delay)
            except subprocess.TimeoutExpired:
                adding.kill()
                adding.wait()
        stage.device("visits", "photo", visit_id, str(photo), "--kind", "house")
        shown = stage.device("visits", "show", visit_id)
        # However often the same photo was begun, cut short and begun again, the visit has it once and whole.
        assert [item["kind"] for item in shown["document"]["evidence"]] == ["house"]
        assert stage.device("doctor")["exit_code"] == 0
    finally:
        stage.office.stop()
        stage.line.close()
