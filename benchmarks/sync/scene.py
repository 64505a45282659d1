"""What one run of the benchmark has: our office, and the peers that could be had."""

import contextlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.report import Row
from benchmarks.sync import peers
from benchmarks.sync.device import Device
from benchmarks.sync.office import Office, office
from benchmarks.sync.plan import Plan
from benchmarks.sync.postgres import cluster
from benchmarks.sync.workload import mutations
from sync.frames import Scope
from sync.protocol import CHUNK, Mutation

PEERS = (peers.Kinto, peers.Pouch)


@dataclass
class Scene:
    """The running servers. `missing` says of a peer why it is not there; `counted` numbers fresh collections."""

    plan: Plan
    address: str
    office: Office
    ports: dict[str, int]
    counted: int = 0
    seeds: int = 100
    missing: dict[str, str] = field(default_factory=dict)

    def peer(self, kind: type[peers.Peer]) -> peers.Peer | None:
        """Make an empty collection at a peer, or None where there is no such peer."""
        if kind.name not in self.ports:
            return None
        self.counted += 1
        made = kind(self.ports[kind.name], f"bench{self.counted}")
        made.make()
        return made

    def fresh_office(self, name: str) -> "contextlib.AbstractContextManager[Office]":
        """Run another office on an empty database."""
        return office(self.address, name)

    def seed(self) -> int:
        """Give a seed that was not used in this run, so that no two records have one id."""
        self.seeds += 1
        return self.seeds


@contextlib.contextmanager
def scene(plan: Plan) -> Iterator[Scene]:
    """Start all servers, and stop them at the end."""
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(cluster())
        ours = stack.enter_context(office(address, "ours"))
        found = Scene(plan, address, ours, {})
        for name, start in (("Kinto", lambda: peers.kinto(address)), ("pouchdb-server", peers.pouch)):
            try:
                found.ports[name] = stack.enter_context(start())
            except (peers.NotHere, OSError, RuntimeError) as error:
                found.missing[name] = str(error)
                say(f"{name} is not here: {error}")
        yield found


def chunks(device: Device, count: int, villages: Sequence[str], seed: int, *, first: int = 1) -> list[bytes]:
    """Prepare pushes as a device makes them: so many mutations a request, its cursors following what it pushed."""
    made = mutations(seed, count, tuple(villages), first=first)
    return prepared(device, made)


def prepared(device: Device, made: Sequence[Mutation]) -> list[bytes]:
    """Prepare requests of mutations; the device has seen all that stands in its villages."""
    heads = seen(device)
    bodies = []
    for start in range(0, len(made), CHUNK):
        part = made[start : start + CHUNK]
        bodies.append(device.request(*part, have=dict(heads)))
        for one in part:
            heads[one.bucket] = heads.get(one.bucket, 0) + 1
    return bodies


def seen(device: Device) -> dict[str, int]:
    """Ask for the heads of all buckets, as the cursors of a device that has everything."""
    frames = device.frames(device.request(limit_bytes=1))
    return {name: state.head for one in frames if isinstance(one, Scope) for name, state in one.states.items()}


def seconds(deed: Callable[[], object]) -> float:
    """Time a deed."""
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def say(text: str) -> None:
    """Tell how far the benchmark is, beside the table."""
    print(f"sync: {text}", file=sys.stderr, flush=True)


def higher(what: str, unit: str, ours: Sequence[float], other: Sequence[float], name: str, goal: float) -> Row:
    """Make a row where more is better: medians, and how many times ours is of the other's."""
    mine = statistics.median(ours)
    if not other:
        return Row(what, unit, mine, None, f"{name}: not here", f"≥ {goal:g}×", False)
    theirs = statistics.median(other)
    return Row(what, unit, mine, theirs, name, f"≥ {goal:g}×", mine >= goal * theirs, more_is_better=True)


def at_most(what: str, unit: str, ours: float, other: float | None, name: str | None, limit: float, goal: str) -> Row:
    """Make a row where less is better, with a limit for ours."""
    return Row(what, unit, ours, other, name, goal, ours <= limit)


__all__ = ["PEERS", "Scene", "at_most", "chunks", "higher", "prepared", "say", "scene", "seconds", "seen"]
