"""How every benchmark reports: rows with ours, the other's, the ratio and the goal; a table, and var/bench/NAME.json."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FOLDER = Path("var/bench")


@dataclass(frozen=True)
class Row:
    """One figure. `ratio` is the other's divided by ours: above 1 we are better (less time, less memory)."""

    what: str
    unit: str
    ours: float
    other: float | None
    other_name: str | None
    goal: str
    met: bool

    @property
    def ratio(self) -> float | None:
        """How many times the other is of ours."""
        return None if self.other is None else round(self.other / self.ours, 2)


def median_ms(action: Callable[[int], Any], runs: int) -> float:
    """Time a function of the run's number; the median in milliseconds."""
    times = []
    for run in range(runs):
        start = time.perf_counter()
        action(run)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def report(name: str, rows: list[Row]) -> None:
    """Print the table and write the file."""
    print(f"\n{name}")
    for row in rows:
        other = f"{row.other:10.2f} {row.other_name} (×{row.ratio})" if row.other is not None else ""
        print(f"  {'✓' if row.met else '✗'} {row.what:<52} {row.ours:10.2f} {row.unit:<4} {row.goal:<18} {other}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    plain = [{**asdict(row), "ratio": row.ratio} for row in rows]
    text = json.dumps({"name": name, "rows": plain}, ensure_ascii=False, indent=2)
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
