"""Makes the saved pair of one schema: a device's home with unsent work in it, and the office's database of that day.

`python -m tests.schemas.make tests/schemas/1`, run once with the release that first shipped the schema; the result is
kept for ever and never made anew. People, numbers and keys in it are invented; the PIN stands in `facts.json`.
"""

import io
import json
import lzma
import sqlite3
import sys
import tarfile
import tempfile
from pathlib import Path
from random import Random

from PIL import Image

from field_client import (
    enrolment,
    households,
    identification,
    leads,
    outbox,
    overlay,
    replica,
    sealing,
    syncing,
    visits,
)
from field_client.settings import Home
from field_client.store import open_store
from field_client.transport import Transport
from sync.protocol import SCHEMA, Request
from tests.simulation.clocks import Hands, Time
from tests.simulation.network import Letter, Line
from tests.simulation.phone import OFFICE, on_line
from tests.simulation.places import PASSWORD, head_of
from tests.simulation.server import Answer, Server

PIN, USER, SECOND, HOUSEHOLD = "2580", "worker1", "worker2", "household-0-0"


class Silence:
    """Listens to a line and says nothing."""

    def left(self, letter: Letter, fault: str) -> None: ...
    def arrived(self, letter: Letter) -> None: ...
    def committed(self) -> None: ...
    def answered(self, letter: Letter, answer: Answer, fault: str) -> None: ...


def good_line(server: Server) -> Line:
    """Give a line that never fails."""
    return Line(server, Silence(), Random(0), 0, 0, {}, lambda letter: None, lambda: None)


def make(target: Path) -> None:
    """Enrol, pull, do a day's work without a network, and save both ends as they are."""
    target.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        office, home = Path(folder) / "office", Home(Path(folder) / "home")
        office.mkdir()
        server = Server(office, Time())
        facts = _work(server, home, target)
        server.close()
        (target / "facts.json").write_text(json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
        (target / "office.db.xz").write_bytes(lzma.compress(_compacted(office / "office.db")))
        with tarfile.open(target / "home.tar", "w") as archive:
            for path in sorted(home.path.rglob("*")):
                archive.add(path, path.relative_to(home.path), recursive=False)


def _work(server: Server, home: Home, target: Path) -> dict[str, object]:
    clock = Hands(server.time).clock()
    with on_line(Transport(OFFICE), good_line(server)) as transport:
        device, key = enrolment.enrol(
            home, transport, clock, server=OFFICE, username=USER, password=PASSWORD, name="旧手机", pin=PIN
        )
    store = open_store(home, key)
    with on_line(syncing.connect(store, device), good_line(server)) as transport:
        assert syncing.sync(store, transport, clock).failure is None
    server.time.pass_by(hours=5)
    bucket = overlay.one(store, "household", HOUSEHOLD).bucket
    with store.transaction():
        changed = {"remarks": "第一版备注", "tags": {"第一版标签": True}}
        outbox.add(store, clock, type="household", id=HOUSEHOLD, op="update", bucket=bucket, fields=changed)
    visit = visits.start(store, clock, device, HOUSEHOLD).id
    visits.answer(store, clock, visit, {"people": "2", "note": "第一版走访"})
    visits.photo(store, clock, visit, picture(1), kind="house")
    identification.by_people(store, clock, visit, head_of(HOUSEHOLD), method="id_card", reason="light")
    signers = (("investigator", USER), ("investigator", SECOND), ("household", head_of(HOUSEHOLD)))
    for number, (role, signer) in enumerate(signers, start=2):
        visits.sign(store, clock, visit, role=role, signer=signer, image=picture(number))
    sealing.seal(store, clock, device, visit)
    households.propose(store, clock, head_of(HOUSEHOLD), {"name": "王桂华"}, evidence=visit)
    leads.add(store, clock, device, leads.Report(bucket, "独居老人", "二组", ("food",), "now", "village"))
    draft = visits.start(store, clock, device, "household-0-1").id
    visits.answer(store, clock, draft, {"note": "第一版草稿"})
    request = Request(
        installation=store.get("installation"),
        epoch=store.get("epoch"),
        have=replica.cursors(store),
        mutations=outbox.next_chunk(store),
        clock=store.evidence(clock).to_dict(),
    )
    (target / "request.json").write_bytes(request.encode())
    waiting = outbox.waiting_count(store)
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.db.execute("VACUUM")
    store.close()
    return {
        "schema": SCHEMA,
        "pin": PIN,
        "device_id": device.device_id,
        "household": HOUSEHOLD,
        "visit": visit,
        "draft": draft,
        "waiting": waiting,
    }


def _compacted(path: Path) -> bytes:
    """Give a database as one small file."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode = DELETE")
    with sqlite3.connect(path) as db:
        db.execute("VACUUM")
    return path.read_bytes()


def picture(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (24, 16), (number * 40, 90, 77)).save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
