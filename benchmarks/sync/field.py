"""The real field client as the benchmark uses it: a new device with its encrypted store and index, enrolled over HTTP."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.sync.office import Office
from field_client import syncing
from field_client.clock import Clock, system_clock
from field_client.enrolment import enrol
from field_client.settings import Device, Home
from field_client.store import Store, open_store
from field_client.transport import Transport

MEASURED = """
import sys
from field_client.cli import main
try:
    main(sys.argv[1:])
finally:
    with open("/proc/self/status") as status:
        print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024, file=sys.stderr)
"""


@contextlib.contextmanager
def new_device(office: Office, port: int | None = None, clock: Clock | None = None) -> Iterator[tuple[Store, Device]]:
    """Enrol a folder as a device of the office's caseworker; `port` is that of a line in between."""
    url = f"http://127.0.0.1:{port or office.port}"
    with tempfile.TemporaryDirectory(prefix="bench-device-") as folder, Transport(url) as transport:
        home = Home(Path(folder))
        facts = {"server": url, "username": office.username, "password": office.password, "name": "bench", "pin": None}
        device, key = enrol(home, transport, clock or system_clock(), **facts)  # type: ignore[arg-type]
        store = open_store(home, key)
        try:
            yield store, device
        finally:
            store.close()


def pull(store: Store, device: Device) -> syncing.Summary:
    """Sync records to the end; gives what was done. The device must then hold what the office holds."""
    with syncing.connect(store, device) as transport:
        summary = syncing.sync(store, transport, system_clock(), records_only=True)
    assert summary.failure is None and all(one["checksum"] == one["server_checksum"] for one in summary.buckets)
    return summary


def peak_mib_of_sync(store: Store) -> float:
    """Run `field-client sync` in a process of its own; gives the most memory that it held."""
    asked = [sys.executable, "-c", MEASURED, "--home", str(store.home.path), "sync", "--records-only", "--json"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return float(done.stderr.splitlines()[-1])
