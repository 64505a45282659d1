"""How much is measured: the whole benchmark, or a short one to develop with (`BENCH_QUICK=1`)."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Counts that bound the run. `large` is the big store's number of records, `photos` those of the bad line."""

    runs: int = 5
    records: int = 10_000
    large: int = 1_000_000
    polls: int = 2_000
    sessions: int = 160
    photos: int = 60
    memory: int = 100_000
    race_s: float = 8.0

    @classmethod
    def chosen(cls) -> "Plan":
        """Take the short plan where BENCH_QUICK is set."""
        if os.environ.get("BENCH_QUICK"):
            return cls(3, 2_000, 50_000, 400, 40, 8, 10_000, 3.0)
        return cls()
