"""`field-client serve` as a process: an address for this machine alone, and a clean end."""

import http.cookiejar
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from field_client.clock import system_clock
from sync.lease import wound
from tests.field_client.conftest import NAME, Phone

pytestmark = pytest.mark.process


@dataclass
class Served:
    process: subprocess.Popen[str]
    address: str

    @property
    def origin(self) -> str:
        return self.address.split("/enter")[0]


@pytest.fixture
def served(synced: Phone) -> Iterator[Served]:
    clock = system_clock()  # The program's own; by it the lease that a test's clock began would be long over.
    watch = wound(wall_ms=clock.now_ms(), boot=clock.boot, uptime_ms=clock.uptime_ms())
    synced.store.put("lease_watch", vars(watch))
    command = [sys.executable, "-m", "field_client", "--home", str(synced.home.path), "serve"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    yield Served(process, found[0])
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_printed_address_opens_the_pages(served: Served) -> None:
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with visitor.open(served.address) as response:
        assert "今日走访" in response.read().decode()
    with visitor.open(f"{served.origin}/households") as response:
        assert NAME in response.read().decode()


def test_another_program_without_the_address_is_refused(served: Served) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        urllib.request.urlopen(f"{served.origin}/households")
    refused.value.close()


def test_only_this_machine_is_listened_to(served: Served) -> None:
    port = int(served.origin.rsplit(":", 1)[1])
    with socket.socket() as elsewhere:
        assert elsewhere.connect_ex(("127.0.0.2", port)) != 0


def test_an_interrupt_ends_it_cleanly(served: Served) -> None:
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(timeout=20) == 0


def test_a_taken_port_is_told(served: Served, synced: Phone) -> None:
    port = served.origin.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "field_client", "--home", str(synced.home.path), "serve", "--port", port]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert second.returncode == 2
    assert f"端口 {port} 不能用" in second.stderr
