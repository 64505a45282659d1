"""Many records at once: pushing 10,000, and pulling them on a new device, parsed and stored."""

import sqlite3
import statistics
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row
from benchmarks.sync import limits, peers
from benchmarks.sync.device import Device, enrol
from benchmarks.sync.field import new_device, pull
from benchmarks.sync.scene import PEERS, Scene, at_most, chunks, higher, say, seconds
from benchmarks.sync.visits import sealed_visits
from benchmarks.sync.workload import bodies
from sync.canonical import dumps

SLOW_PEER_SHARE = 10  # Kinto pushes a tenth of the records: its rate does not depend on how many.
AT_ONCE = 4


def push(scene: Scene) -> Iterator[Row]:
    """Push from one device; then from four at once."""
    rates: dict[str, list[float]] = {
        "ours": [],
        "four": [],
        "COPY": [],
        "Kinto": [],
        "pouchdb-server": [],
        "sealed": [],
    }
    count = scene.plan.records
    for run in range(scene.plan.runs):
        say(f"push, run {run + 1}")
        device = enrol(scene.office, "push")
        made = chunks(device, count, scene.office.villages, scene.seed())
        rates["ours"].append(count / seconds(lambda d=device, m=made: _send(d, m)))
        rates["four"].append(count / _together(scene, count))
        documents = [(i, fields) for i, _, fields in bodies(scene.seed(), count, scene.office.villages)]
        rows = [(i, dumps(fields)) for i, fields in documents]
        rates["COPY"].append(count / limits.copy_s(scene.office.database, rows))
        for kind in PEERS:
            if peer := scene.peer(kind):
                some = documents[: count // SLOW_PEER_SHARE] if kind is peers.Kinto else documents
                asked = peer.bodies(some)
                took = seconds(lambda p=peer, a=asked: [p.push(body) for body in a])
                rates[kind.name].append(len(some) / took)
        rates["sealed"].append(_sealed(scene, count // 10))
    for name, goal in (("pouchdb-server", 3), ("Kinto", 60), ("COPY", 1 / 6)):
        yield higher("push 1 KB records, one device", "/s", rates["ours"], rates[name], name, goal)
    for name, goal in (("pouchdb-server", 3), ("Kinto", 60), ("COPY", 1 / 6)):
        yield higher("the same, four devices at once", "/s", rates["four"], rates[name], name, goal)
    yield Row(
        "push sealed visits with two signatures each", "/s", statistics.median(rates["sealed"]), None, None, "", True
    )


def _send(device: Device, made: list[bytes]) -> None:
    for body in made:
        device.exchange(body)


def _together(scene: Scene, count: int) -> float:
    """Push from several devices at once, each into villages of its own; gives the seconds until the last has ended."""
    villages = scene.office.villages
    parts = []
    for place in range(AT_ONCE):
        device = enrol(scene.office, f"push{place}")
        parts.append((device, chunks(device, count // AT_ONCE, villages[place::AT_ONCE], scene.seed())))
    threads = [threading.Thread(target=_send, args=part) for part in parts]

    def run() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return seconds(run)


def _sealed(scene: Scene, count: int) -> float:
    device = enrol(scene.office, "seals")
    made = sealed_visits(scene, device, count)
    return count / seconds(lambda: _send(device, made))


def pull_all(scene: Scene) -> Iterator[Row]:
    """Pull everything on a new device: ours into its encrypted, searchable store, the peers' into a bare SQLite table."""
    rates: dict[str, list[float]] = {"ours": [], "Kinto": [], "pouchdb-server": [], "SQLite executemany": []}
    count = scene.plan.records
    with scene.fresh_office("pull") as office:
        device = enrol(office, "source")
        for body in chunks(device, count, office.villages, 1):
            device.exchange(body)
        documents = [(i, fields) for i, _, fields in bodies(1, count, office.villages)]
        full = {kind: peer for kind in PEERS if (peer := scene.peer(kind))}
        for kind, peer in full.items():
            say(f"filling {kind.name}")
            for body in peer.bodies(documents):
                peer.push(body)
        received = 0
        for run in range(scene.plan.runs):
            say(f"pull, run {run + 1}")
            with new_device(office) as (store, facts):
                took = seconds(lambda s=store, f=facts: pull(s, f))
                rates["ours"].append(count / took)
            rows = [(i, dumps(fields)) for i, fields in documents]
            rates["SQLite executemany"].append(count / limits.sqlite_s(rows))
            reader = enrol(office, "reader")
            received = _received(reader)
            for kind, peer in full.items():
                rates[kind.name].append(count / seconds(lambda p=peer: _kept(p)))
    for name, goal in (("Kinto", 1.6), ("pouchdb-server", 3)):
        yield higher("pull on a new device, parsed and stored", "/s", rates["ours"], rates[name], name, goal)
    ours, bare = statistics.median(rates["ours"]), statistics.median(rates["SQLite executemany"])
    yield Row(
        "the same, beside the bare insert", "/s", ours, bare, "SQLite executemany", "none", True, more_is_better=True
    )
    packed = limits.packed_bytes(rows)
    goal = "≤ 1.1× zstd -3"
    yield at_most("bytes of the pull", "B", received, packed, "zstd -3 of the rows", 1.1 * packed, goal)


def _received(device: Device) -> int:
    """Pull everything and count the bytes that came."""
    from sync.frames import End, Page

    device.received, have, more = 0, {}, True
    while more:
        more = False
        for frame in device.frames(device.request(have=have)):
            if isinstance(frame, Page):
                have[frame.bucket] = frame.upto
            elif isinstance(frame, End):
                more = frame.more
    return device.received


def _kept(peer: peers.Peer) -> None:
    """Pull a peer's records, parse them, and store them in one transaction a page."""
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "copy.db") as line:
        line.execute("PRAGMA journal_mode=WAL")
        line.execute("CREATE TABLE records (id TEXT PRIMARY KEY, body TEXT)")
        for page in peer.pull():
            line.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", page)
            line.commit()
