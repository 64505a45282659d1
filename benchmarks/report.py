"""How every benchmark reports: rows with ours, the other's, the ratio and the goal; a table, and var/bench/NAME.json."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path("var/bench")


@dataclass(frozen=True)
class Row:
    """One figure. `ratio` is the other's divided by ours, or where more is better ours by the other's: above 1 we are better."""

    what: str
    unit: str
    ours: float
    other: float | None
    other_name: str | None
    goal: str
    met: bool
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times the other is of ours."""
        if self.other is None:
            return None
        over, under = (self.ours, self.other) if self.more_is_better else (self.other, self.ours)
        return round(over / under, 2) if under else None


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
    names = ("what", "unit", "ours", "other", "other_name", "ratio", "goal", "met")
    plain = [{name: getattr(row, name) for name in names} for row in rows]
    text = json.dumps({"name": name, "rows": plain}, ensure_ascii=False, indent=2)
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
