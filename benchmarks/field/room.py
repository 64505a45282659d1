"""A process of its own that unlocks the device and opens its pages: how long the first takes, and the most memory held."""

import json
import subprocess
import sys

from benchmarks.field import pages
from benchmarks.field.device import PIN, Scene

PROGRAM = """
import json, sys, time
from pathlib import Path
from field_client.clock import system_clock
from field_client.settings import Home
from field_client.web import create_app, entrance
home, paths, pin = json.loads(sys.argv[1])
app = create_app(Home(Path(home)), system_clock())
client = app.test_client()
client.get(entrance(app))
with client.session_transaction() as session:
    csrf = session["csrf"]
app.extensions["desk"].courier.close()
start = time.perf_counter()
assert client.post("/unlock", data={"csrf": csrf, "pin": pin}).status_code == 303
assert client.get("/").status_code == 200
took = time.perf_counter() - start
for path in paths * 3:
    assert client.get(path).status_code == 200, path
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(json.dumps([took * 1000, peak]))
"""


def start(found: Scene) -> tuple[float, float]:
    """Give the milliseconds from the PIN to the home page, and the peak in MiB after all pages were opened thrice."""
    paths = [make(found) for make in pages.PAGES.values()]
    asked = json.dumps([str(found.home.path), paths, PIN])
    done = subprocess.run([sys.executable, "-c", PROGRAM, asked], capture_output=True, text=True, check=True)
    took, peak = json.loads(done.stdout)
    return took, peak
