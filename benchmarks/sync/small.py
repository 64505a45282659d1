"""The everyday of a sync: ten changes, nothing new, and dusk, when everybody comes back with the day's visits."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.report import Row
from benchmarks.sync.device import Device, enrol
from benchmarks.sync.office import Office
from benchmarks.sync.peers import Peer
from benchmarks.sync.scene import PEERS, Scene, at_most, chunks, higher, say, seconds, seen
from benchmarks.sync.workload import bodies
from sync.frames import BucketState, Page, proof, tag
from sync.frames import Scope as ScopeFrame

CHANGES, TIMES, AT_ONCE, VISITS = 10, 30, 8, 12


@dataclass
class Follower:
    """A device that holds all that the office has, so that it is told only what is new."""

    device: Device
    states: dict[str, BucketState]

    @classmethod
    def of(cls, office: Office) -> "Follower":
        device = enrol(office, "follower")
        frames = device.frames(device.request(limit_bytes=1))
        return cls(device, {n: s for one in frames if isinstance(one, ScopeFrame) for n, s in one.states.items()})

    def request(self) -> bytes:
        """Prepare what a device asks that is up to date."""
        epoch = self.device.epoch
        return self.device.request(
            have={name: state.head for name, state in self.states.items()},
            tags={name: tag(epoch, name, state) for name, state in self.states.items()},
            proof=proof(epoch, self.states),
        )


def ten_changes(scene: Scene, office: Office, times: int = TIMES) -> tuple[float, float, int]:
    """Let another device push ten changes, again and again; gives the median ms of a round trip, its bytes, its frames."""
    writer, took, size, rows = enrol(office, "writer"), [], 0, 0
    heads = seen(writer)
    first = 1
    for _ in range(times):
        follower = Follower.of(office)
        body = follower.request()
        for push in chunks(writer, CHANGES, office.villages[:1], scene.seed(), first=first):
            writer.exchange(push)
        first += CHANGES
        follower.device.received = follower.device.sent = 0
        follower.device.connect()
        follower.device.line.connect()
        start = time.perf_counter()
        frames = follower.device.frames(body)
        took.append((time.perf_counter() - start) * 1000)
        rows = sum(len(one.rows) for one in frames if isinstance(one, Page))
        size = follower.device.received + follower.device.sent
    assert rows == CHANGES and heads, rows
    return statistics.median(took), size, rows


def changes(scene: Scene) -> Iterator[Row]:
    """Ten changes out of many records, for us and for each peer with as many."""
    say("ten changes")
    with scene.fresh_office("changes") as office:
        device = enrol(office, "source")
        for body in chunks(device, scene.plan.records, office.villages, 1):
            device.exchange(body)
        ours, size, _ = ten_changes(scene, office)
    theirs = {}
    for kind in PEERS:
        if peer := scene.peer(kind):
            documents = [(i, fields) for i, _, fields in bodies(1, scene.plan.records, office.villages)]
            for body in peer.bodies(documents):
                peer.push(body)
            took = []
            for _ in range(TIMES):
                cursor = peer.cursor()
                fresh = [(i, fields) for i, _, fields in bodies(scene.seed() + 500, CHANGES, office.villages)]
                for body in peer.bodies(fresh):
                    peer.push(body)
                took.append(seconds(lambda p=peer, c=cursor: p.changes(c)) * 1000)
            theirs[kind.name] = statistics.median(took)
    name = min(theirs, key=lambda one: theirs[one], default="")
    best = theirs.get(name)
    what = f"10 changes of {scene.plan.records:,}, one round trip"
    yield at_most(what, "ms", ours, best, name or "no peer here", 0.6 * (best or 0), "≤ 0.6× the better")
    yield at_most("its bytes, both ways", "B", size, None, None, 2_700, "≤ 2,700")


def polls(scene: Scene) -> Iterator[Row]:
    """Nothing new, asked by eight connections at once."""
    rates: dict[str, list[float]] = {"ours": [], "Kinto": [], "pouchdb-server": []}
    size = 0
    count = scene.plan.polls
    for run in range(scene.plan.runs):
        say(f"polls, run {run + 1}")
        followers = [Follower.of(scene.office) for _ in range(AT_ONCE)]
        bodies_ = [follower.request() for follower in followers]
        size = len(followers[0].device.exchange(bodies_[0])) + len(bodies_[0])
        deeds = [lambda f=f, b=b: f.device.exchange(b) for f, b in zip(followers, bodies_, strict=True)]
        rates["ours"].append(count / together([_often(deed, count // AT_ONCE) for deed in deeds]))
        for kind in PEERS:
            made = [peer for _ in range(AT_ONCE) if (peer := scene.peer(kind))]
            for peer in made:
                for body in peer.bodies([(i, f) for i, _, f in bodies(scene.seed() + 900, 10, ("1",))]):
                    peer.push(body)
            some = count // (4 if kind.name == "Kinto" else 1)
            asked = [_polling(peer, some // AT_ONCE) for peer in made]
            if asked:
                rates[kind.name].append(some / together(asked))
    yield higher("nothing new, 8 connections", "/s", rates["ours"], rates["pouchdb-server"], "pouchdb-server", 1.2)
    yield higher("nothing new, 8 connections", "/s", rates["ours"], rates["Kinto"], "Kinto", 1)
    yield at_most("bytes of a poll, both ways", "B", size, None, None, 500, "≤ 500")


def dusk(scene: Scene) -> Iterator[Row]:
    """New connection, twelve records up and what is new down, eight sessions at once."""
    rates: dict[str, list[float]] = {"ours": [], "Kinto": [], "pouchdb-server": []}
    worst: dict[str, list[float]] = {"ours": [], "Kinto": [], "pouchdb-server": []}
    size = 0
    for run in range(scene.plan.runs):
        say(f"dusk, run {run + 1}")
        for name, deeds in (("ours", _our_evening(scene)), *((k.name, _their_evening(scene, k)) for k in PEERS)):
            if deeds:
                took: list[float] = []
                lanes = [deeds[place::AT_ONCE] for place in range(AT_ONCE)]
                rates[name].append(len(deeds) / together([_timed(lane, took) for lane in lanes]))
                worst[name].append(statistics.quantiles(took, n=100)[98] * 1000)
    for name, goal in (("pouchdb-server", 1.3), ("Kinto", 1)):
        yield higher("dusk: sessions of 12 records", "/s", rates["ours"], rates[name], name, goal)
    ours, other = statistics.median(worst["ours"]), statistics.median(worst["pouchdb-server"] or [0])
    yield at_most("dusk: 99th percentile of a session", "ms", ours, other, "pouchdb-server", other, "no worse")
    device = enrol(scene.office, "bytes")
    size = len(chunks(device, CHANGES, scene.office.villages[:1], scene.seed())[0])
    yield at_most("bytes up of 10 records", "B", size, None, None, 1_700, "≤ 1,700")


def _our_evening(scene: Scene) -> list[Callable[[], object]]:
    deeds: list[Callable[[], object]] = []
    each = max(1, scene.plan.sessions // AT_ONCE)
    devices = [enrol(scene.office, f"dusk{n}") for n in range(AT_ONCE)]
    villages = scene.office.villages
    bodies_ = [chunks(d, VISITS, [villages[n % len(villages)]], scene.seed())[0] for n, d in enumerate(devices)]
    firsts = dict.fromkeys(range(AT_ONCE), VISITS + 1)
    for number in range(each):
        for n, device in enumerate(devices):
            body = bodies_[n]
            if number:
                body = chunks(device, VISITS, [villages[n % len(villages)]], scene.seed(), first=firsts[n])[0]
                firsts[n] += VISITS
            deeds.append(lambda d=device, b=body: (d.connect(), d.exchange(b)))
    return deeds


def _their_evening(scene: Scene, kind: type) -> list[Callable[[], object]]:
    peers_ = [peer for _ in range(AT_ONCE) if (peer := scene.peer(kind))]
    deeds: list[Callable[[], object]] = []
    for _ in range(max(1, scene.plan.sessions // AT_ONCE) if peers_ else 0):
        for peer in peers_:
            body = peer.bodies([(i, f) for i, _, f in bodies(scene.seed() + 5000, VISITS, ("1",))])[0]
            deeds.append(lambda p=peer, b=body: (p.connect(), p.session(b)))
    return deeds


def together(deeds: list[Callable[[], object]]) -> float:
    """Do deeds at once, each in a thread; gives the seconds until the last has ended."""
    failed: list[BaseException] = []

    def guarded(deed: Callable[[], object]) -> None:
        try:
            deed()
        except BaseException as error:  # noqa: BLE001 - told below, in the thread that waits
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(deed,)) for deed in deeds]

    def run() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    took = seconds(run)
    if failed:
        raise failed[0]
    return took


def _often(deed: Callable[[], object], times: int) -> Callable[[], object]:
    def run() -> None:
        for _ in range(times):
            deed()

    return run


def _polling(peer: Peer, times: int) -> Callable[[], object]:
    cursor = peer.cursor()
    return _often(lambda: peer.changes(cursor), times)


def _timed(deeds: list[Callable[[], object]], took: list[float]) -> Callable[[], object]:
    def run() -> None:
        for deed in deeds:
            took.append(seconds(deed))

    return run
