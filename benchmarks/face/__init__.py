"""Face verification beside `face_recognition` called as its README does: speed, memory, errors, failures to find a face,
the burst, flat pictures that are swung, and the quality gate; with confidence bounds, and what the data does not cover.

The portraits lie beside the project (../shared/faces, or ZSB_FACES). Without them only speed and memory are measured, on
one portrait. Each engine runs in processes of its own, by turns. BENCH_QUICK=1 takes fewer photographs for the times.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # The workers import this package; they must hold nothing but their engine.
    from benchmarks.report import Row

SPEED_GOALS = {"12 MP": 25.0, "720p": 2.5}
FLOOR_GOAL = 1.35  # what finding, aligning and all else may add to the decoder and the encoder
NOT_COVERED = (
    "    what this does not cover: few persons (pairs share them, so the bounds flatter), mostly Western adults;"
    " nothing about Chinese faces, children, the very old;\n"
    "    12 MP files are enlarged portraits; the turning head is a model, not a volunteer; no screens, masks, bent prints."
)


def rows() -> "list[Row]":
    """Measure everything."""
    from benchmarks.face import accuracy, pictures

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        found = pictures.portraits(work)
        measured = [row for size in SPEED_GOALS for row in speed(found, size, work)]
        if found.are_many:
            measured += accuracy.rows(found, work)
            print(NOT_COVERED)
        else:
            print("    no portraits in ../shared/faces (or ZSB_FACES): errors were not measured")
    return measured


def speed(found: Any, size: str, work: Path) -> "list[Row]":
    """Time both engines on the same files: ours, what decoder and encoder alone take, theirs, ours again; processor time.

    The second tells how much of a time is the machine's: nothing of ours can be quicker than these two.
    """
    from benchmarks.face import pictures
    from benchmarks.report import Row

    count = 3 if os.environ.get("BENCH_QUICK") else 6
    pixels = {"12 MP": pictures.LARGE, "720p": pictures.MIDDLE}[size]
    step = max(1, len(found.files) // count)
    files = [
        pictures.sized(path, pixels, work / f"{size}-{number}.jpg")
        for number, path in enumerate(found.files[::step][:count])
    ]
    first, floor, other, second = (ask(name, "time", files) for name in ("ours", "floor", "theirs", "ours"))
    ours = [*first["ms"], *second["ms"]]
    median, theirs = statistics.median(ours), statistics.median(other["ms"])
    p95 = sorted(ours)[max(0, round(0.95 * len(ours)) - 1)]
    goal, name = SPEED_GOALS[size], "face_recognition"
    memory = max(first["mib"], second["mib"])
    rows = [
        Row(
            f"photo to vector, {size}, median of {len(ours)}",
            "ms",
            median,
            theirs,
            name,
            f"≥ {goal:g}×",
            theirs / median >= goal,
        ),
        Row(f"the same, 95 %, {size}", "ms", p95, None, None, "≤ 150 ms", p95 <= 150),
        _over_floor(f"photo to vector over decoder and encoder alone, {size}", median, floor["ms"]),
    ]
    if size == "12 MP":
        is_small = memory <= 130 and memory * 7 <= other["mib"]
        rows.append(Row("most memory, 12 MP", "MiB", memory, other["mib"], name, "≤ 130 MiB, ≤ 1/7", is_small))
    return rows


def _over_floor(what: str, ours: float, floor: "list[float]") -> "Row":
    from benchmarks.report import Row

    alone = statistics.median(floor)
    return Row(what, "ms", ours, alone, "of these alone", f"≤ {FLOOR_GOAL:g}×", ours <= FLOOR_GOAL * alone)


def ask(name: str, task: str, files: list[str]) -> Any:
    """Let an engine do a task in a process of its own."""
    asked = [sys.executable, "-W", "ignore", "-m", "benchmarks.face.worker", name, task, *files]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])
