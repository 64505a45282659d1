"""The sync beside Kinto, pouchdb-server and the machine's own limits, over HTTP, in one run (docs/benchmarks.md)."""

from collections.abc import Callable, Iterator

from benchmarks.report import Row
from benchmarks.sync import bulk, line, race, sizes, small
from benchmarks.sync.plan import Plan
from benchmarks.sync.postgres import NoPostgres
from benchmarks.sync.scene import Scene, say, scene

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
    found = []
    with scene(Plan.chosen()) as running:
        for part in PARTS:
            for row in part(running):
                say(
                    f"{row.what}: {row.ours:,.2f} {row.unit}"
                    + (f", {row.other_name} {row.other:,.2f}" if row.other else "")
                )
                found.append(row)
    return found


__all__ = ["NoPostgres", "rows"]
