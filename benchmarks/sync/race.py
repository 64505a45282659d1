"""Several writers and a follower at once: what was acknowledged and is not there, and what the follower never saw."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from benchmarks.report import Row
from benchmarks.sync import peers
from benchmarks.sync.device import Device, enrol, unpacked
from benchmarks.sync.scene import Scene, say, seen
from benchmarks.sync.workload import bodies
from sync.frames import Acks, Page, frames

WRITERS, EACH = 4, 10


@dataclass
class Race:
    """What was answered as written, what the follower saw, and what a reader from the beginning finds at the end."""

    acknowledged: set[str] = field(default_factory=set)
    followed: set[str] = field(default_factory=set)
    present: set[str] = field(default_factory=set)

    @property
    def absent(self) -> int:
        """Count what was acknowledged and is not there."""
        return len(self.acknowledged - self.present)

    @property
    def lost(self) -> int:
        """Count what is there and was never shown to the follower."""
        return len(self.present - self.followed)


def races(scene: Scene) -> Iterator[Row]:
    """Run the race for us and for Kinto."""
    say("race")
    ours = _ours(scene)
    theirs = _kinto(scene) if peers.Kinto.name in scene.ports else None
    total = len(ours.acknowledged)
    for what, mine, other in (
        (f"acknowledged and absent, of {total:,}", ours.absent, theirs and theirs.absent),
        (f"never seen by a follower, of {total:,}", ours.lost, theirs and theirs.lost),
    ):
        name = f"Kinto, of {len(theirs.acknowledged):,}" if theirs else "Kinto: not here"
        yield Row(what, "rows", mine, other, name, "0", mine == 0 and total > 0)


def _ours(scene: Scene) -> Race:
    race = Race()
    with scene.fresh_office("race") as office:
        village = office.villages[0]
        devices = [enrol(office, f"writer{n}") for n in range(WRITERS)]
        follower = enrol(office, "follower")
        start = dict(seen(follower))
        rounds = max(20, int(scene.plan.race_s * 40))

        def write(device: Device, seed: int) -> Callable[[threading.Event], None]:
            made = [
                ([i for i, _, _ in part], device.request(*_numbered(part, n), have={village: 1 << 50}))
                for n, part in enumerate(_parts(seed, rounds, village))
            ]

            def run(stop: threading.Event) -> None:
                for ids, body in made:
                    if stop.is_set():
                        return
                    acks = next(one for one in frames(unpacked(device.exchange(body))) if isinstance(one, Acks))
                    good = {result.n for result in acks.results if result.outcome == "applied"}
                    race.acknowledged.update(i for i, n in zip(ids, sorted(good), strict=False))

            return run

        def follow(device: Device, have: dict[str, int]) -> set[str]:
            found: set[str] = set()
            for frame in device.frames(device.request(have=have)):
                if isinstance(frame, Page):
                    have[frame.bucket] = frame.upto
                    found.update(row.id for row in frame.rows if row.type == "household")
            return found

        writers = [write(device, scene.seed()) for device in devices]
        _run(writers, lambda: race.followed.update(follow(follower, start)), scene.plan.race_s)
        before = -1
        while before != len(race.followed):
            before = len(race.followed)
            race.followed.update(follow(follower, start))
        fresh: dict[str, int] = {}
        before = -1
        while before != len(race.present):
            before = len(race.present)
            race.present.update(follow(follower, fresh))
    return race


def _kinto(scene: Scene) -> Race:
    race = Race()
    reader = scene.peer(peers.Kinto)
    assert isinstance(reader, peers.Kinto)
    writers = []
    rounds = max(20, int(scene.plan.race_s * 40))
    for _ in range(WRITERS):
        peer = peers.Kinto(reader.port, reader.database)
        parts = [[(i, f) for i, _, f in part] for part in _parts(scene.seed(), rounds, "1")]
        writers.append(_kinto_writer(peer, [peer.bodies(part)[0] for part in parts], race))
    reader.push(reader.bodies([(i, f) for i, _, f in bodies(1, 1, ("1",))])[0])  # A first write on an empty one fails.
    since = ["0"]

    def follow() -> None:
        found = json.loads(reader.ask("GET", f"{reader.records}?_since={since[0]}"))["data"]
        race.followed.update(one["id"] for one in found)
        since[0] = str(max([int(since[0]), *(one["last_modified"] for one in found)]))

    _run(writers, follow, scene.plan.race_s)
    follow()
    path = f"{reader.records}?_limit={peers.PULL_ROWS}"
    reader.line.request("GET", path, headers=dict(reader.headers))
    answer = reader.line.getresponse()
    race.present = {one["id"] for one in json.loads(answer.read())["data"]}
    return race


def _kinto_writer(peer: peers.Kinto, asked: list[bytes], race: Race) -> Callable[[threading.Event], None]:
    def run(stop: threading.Event) -> None:
        for body in asked:
            if stop.is_set():
                return
            with contextlib.suppress(AssertionError):  # What Kinto refuses as a whole is not acknowledged.
                answers = json.loads(peer.push(body))["responses"]
                race.acknowledged.update(one["body"]["data"]["id"] for one in answers if one["status"] in (200, 201))

    return run


def _parts(seed: int, rounds: int, village: str) -> Iterator[list[tuple[str, str, dict[str, object]]]]:
    made = list(bodies(seed, rounds * EACH, (village,)))
    return (made[start : start + EACH] for start in range(0, len(made), EACH))


def _numbered(part: list[tuple[str, str, dict[str, object]]], place: int) -> list[object]:
    from benchmarks.sync.visits import AT
    from sync.protocol import Mutation

    first = place * EACH + 1
    return [Mutation(first + n, "household", i, "create", v, 0, f, AT) for n, (i, v, f) in enumerate(part)]


def _run(writers: list[Callable[[threading.Event], None]], follow: Callable[[], object], lasts_s: float) -> None:
    """Let all write and the follower look every few milliseconds, for so long or until the writers have ended."""
    stop = threading.Event()
    threads = [threading.Thread(target=writer, args=(stop,)) for writer in writers]
    for thread in threads:
        thread.start()
    end = time.monotonic() + lasts_s
    while time.monotonic() < end and any(thread.is_alive() for thread in threads):
        follow()
        time.sleep(0.002)
    stop.set()
    for thread in threads:
        thread.join()
