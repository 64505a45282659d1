"""A disk without any room left: what is stored can still be looked at, and what cannot be saved is told."""

import json
import subprocess
import sys
from datetime import timedelta

from field_client import visits
from tests.field_client.conftest import HOUSEHOLD, Hands, Phone

PROGRAM = """
import json, re, resource, sys
from pathlib import Path
from field_client.clock import system_clock
from field_client.settings import Home
from field_client.web import create_app, entrance
home, key, household = json.loads(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000,) * 2)  # Every file is full beyond this: no page of the store is written.
app = create_app(Home(Path(home)), system_clock(), store_key=bytes.fromhex(key))
app.extensions["desk"].courier.close()
client = app.test_client()
client.get(entrance(app))
with client.session_transaction() as session:
    csrf = session["csrf"]
told = [client.get(path).status_code for path in ("/", "/visits", "/households", f"/households/{household}", "/sync")]
saved = client.post(f"/households/{household}/visits", data={"csrf": csrf, "form": "short_visit", "kind": "care"})
said = re.findall(r'<p class="said error.*?<span>(.*?)</span>', client.get("/visits").text, re.S)
print(json.dumps({"pages": told, "said": said}))
"""


def test_pages_are_shown_and_what_is_not_saved_is_told(synced: Phone, hands: Hands) -> None:
    synced.store.rows("PRAGMA wal_autocheckpoint = 0")
    for household in (HOUSEHOLD, "household-2"):  # Where they stand is not worked out yet, and has no room to be kept.
        visits.start(synced.store, synced.clock, synced.device, household)
    hands.move(timedelta(minutes=5))
    asked = json.dumps([str(synced.home.path), synced.key.hex(), "household-3"])
    done = subprocess.run([sys.executable, "-c", PROGRAM, asked], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["pages"] == [200] * 5
    assert any("存储空间不足" in sentence for sentence in told["said"]), told
