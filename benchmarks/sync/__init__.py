"""The sync beside Kinto, pouchdb-server and the machine's own limits, over HTTP, in one run (docs/benchmarks.md)."""

from collections.abc import Callable, Iterator

from benchmarks.report import Row
from benchmarks.sync import bulk, line, race, sizes, small
from benchmarks.sync.plan import Plan
from benchmarks.sync.postgres import NoPostgres
from benchmarks.sync.scene import Scene, scene

PARTS: tuple[Callable[[Scene], Iterator[Row]], ...] = (
    bulk.push,
    bulk.pull_all,
    small.changes,
    small.polls,
    small.dusk,
    race.races,
    line.photos,
    sizes.memory,
    sizes.grown,
)


def rows() -> list[Row]:
    """Measure everything; a row says so where a peer could not be had. Raises NoPostgres without PostgreSQL."""
    with scene(Plan.chosen()) as running:
        return [row for part in PARTS for row in part(running)]


__all__ = ["NoPostgres", "rows"]
