"""How many bytes an exchange costs, packed with our dictionary, beside plain zstd and gzip; medians over other devices' days.

Bodies only: HTTP's own lines come on top. A sealed visit holds some 500 bytes that nothing can shrink (its signature,
hashes of six files, ids), so ten of them cannot be smaller than that.
"""

import statistics
from collections.abc import Callable

from benchmarks.report import Row
from benchmarks.traffic import District
from sync import packing
from sync.frames import encode

DEVICES = range(1, 8)


def rows() -> list[Row]:
    """Measure what the field does every day."""
    return [
        _row("idle poll, both ways", _idle, 500),
        _row("10 edits of households, up", lambda one: [one.request([one.edit() for _ in range(10)]).encode()], 1_700),
        _row("10 sealed visits with evidence, up", _visits, None),
        _row("10 changed rows, down", _changed, 2_700),
        _row("200 changed rows, down", lambda one: [_answer(one, 200)], None),
    ]


def _row(what: str, make: Callable[[District], list[bytes]], goal: int | None) -> Row:
    bodies = [make(District(seed)) for seed in DEVICES]

    def size(coding: str) -> float:
        return statistics.median(sum(len(packing.pack(body, coding)) for body in one) for one in bodies)

    ours = size(packing.CODINGS[0])
    plain = round(size(packing.IDENTITY))
    told = f"≤ {goal} B" if goal else f"(raw {plain} B)"
    return Row(what, "B", ours, size(packing.GZIP), "gzip", told, goal is None or ours <= goal)


def _idle(one: District) -> list[bytes]:
    return [one.request([]).encode(), b"".join(map(encode, one.idle_answer()))]


def _visits(one: District) -> list[bytes]:
    return [one.request([one.visit() for _ in range(10)]).encode()]


def _changed(one: District) -> list[bytes]:
    return [_answer(one, 10)]


def _answer(one: District, count: int) -> bytes:
    return b"".join(map(encode, one.answer([], one.some(count))))
