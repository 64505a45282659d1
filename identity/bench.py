"""Measure the engine on labelled pairs of photographs: errors by threshold, failures to find a face, time, memory.

Says nothing about people who are not in the photographs. Reading files and printing are left to `__main__`.
"""

import csv
import resource
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from identity.engine import FaceEngine, NoPortrait, Vector
from identity.face_policy import FacePolicy

Distances = NDArray[np.float64]

FALSE_MATCH_RATE = 0.001  # where the false non-matches are read, as is usual in reports on face comparison


class PairsBroken(Exception):
    """The list of pairs is not what `file_a,file_b,same` promises; the message says where."""


@dataclass(frozen=True)
class Pair:
    """Two photographs, and whether they show the same person."""

    file_a: str
    file_b: str
    same: bool


@dataclass(frozen=True)
class Measured:
    """The figures of one run; rates are fractions, of the pairs in which both faces were found."""

    pairs: int
    images: int
    undetected: int
    genuine: Distances
    impostor: Distances
    milliseconds: NDArray[np.float64]  # one photograph, from its bytes to its vector
    rss_mib: float
    match_at_most: float

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures under the names that `python -m identity bench --json` promises; None where unmeasured."""
        return {
            "pairs": self.pairs,
            "images": self.images,
            "auc": area_under_curve(self.genuine, self.impostor),
            "fnmr_at_fmr_0.1_percent": false_non_matches_at(self.genuine, self.impostor, FALSE_MATCH_RATE),
            "fmr_at_match_threshold": share(self.impostor <= self.match_at_most),
            "fnmr_at_match_threshold": share(self.genuine > self.match_at_most),
            "failure_to_detect": self.undetected / self.images if self.images else None,
            "ms_median": round(float(np.median(self.milliseconds)), 1) if self.images else None,
            "ms_p95": round(float(np.percentile(self.milliseconds, 95)), 1) if self.images else None,
            "rss_mib": self.rss_mib,
        }


def read_pairs(lines: Iterable[str]) -> list[Pair]:
    """Read pairs from CSV with the columns file_a, file_b, same (1 or 0). Raises PairsBroken."""
    rows = csv.DictReader(lines)
    if not {"file_a", "file_b", "same"} <= set(rows.fieldnames or ()):
        raise PairsBroken("配对表需要有 file_a、file_b、same 三列。")
    return [_pair(row, number) for number, row in enumerate(rows, start=2)]


def run(
    pairs: Sequence[Pair],
    read: Callable[[str], bytes],
    engine: FaceEngine,
    policy: FacePolicy,
    clock: Callable[[], float] = perf_counter,
) -> Measured:
    """Encode every photograph once, one at a time, and compare the pairs."""
    vectors: dict[str, Vector | None] = {}
    seconds: list[float] = []
    for name in dict.fromkeys(name for pair in pairs for name in (pair.file_a, pair.file_b)):
        photo = read(name)
        started = clock()
        vectors[name] = _vector(engine, photo)
        seconds.append(clock() - started)
    return Measured(
        pairs=len(pairs),
        images=len(vectors),
        undetected=sum(vector is None for vector in vectors.values()),
        genuine=_distances((pair for pair in pairs if pair.same), vectors),
        impostor=_distances((pair for pair in pairs if not pair.same), vectors),
        milliseconds=np.array(seconds) * 1000,
        rss_mib=peak_memory_mib(),
        match_at_most=policy.match_at_most,
    )


def area_under_curve(genuine: Distances, impostor: Distances) -> float | None:
    """Return how often a same pair is nearer than a different one; ties count half. None without both kinds."""
    if not len(genuine) or not len(impostor):
        return None
    ordered = np.sort(impostor)
    farther = len(ordered) - np.searchsorted(ordered, genuine, side="right")
    tied = np.searchsorted(ordered, genuine, side="right") - np.searchsorted(ordered, genuine, side="left")
    return round(float((farther + tied / 2).sum() / (len(genuine) * len(ordered))), 6)


def false_non_matches_at(genuine: Distances, impostor: Distances, rate: float) -> float | None:
    """Return the share of same pairs lost at the loosest threshold that accepts at most `rate` of different ones."""
    if not len(genuine) or not len(impostor):
        return None
    first_refused = np.sort(impostor)[min(floor(rate * len(impostor)), len(impostor) - 1)]
    return share(genuine >= first_refused)


def share(which: NDArray[np.bool_]) -> float | None:
    """Return the share of true values; None of nothing."""
    return round(float(which.mean()), 6) if len(which) else None


def upper_bound(rate: float, count: int) -> float:
    """Return the upper end of the 95 % Wilson interval of a rate seen in `count` cases, as if they were independent."""
    z = 1.96
    centre = rate + z * z / (2 * count)
    spread = z * sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    return min(1.0, (centre + spread) / (1 + z * z / count))


def peak_memory_mib() -> float:
    """Return the largest resident size this process ever had; macOS counts bytes where Linux counts KiB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


def _pair(row: Mapping[str, str | None], line: int) -> Pair:
    file_a, file_b, same = row["file_a"], row["file_b"], row["same"]
    if not file_a or not file_b or same not in ("0", "1"):
        raise PairsBroken(f"配对表第 {line} 行不完整：same 应为 1（同一人）或 0（不同人）。")
    return Pair(file_a, file_b, same == "1")


def _vector(engine: FaceEngine, photo: bytes) -> Vector | None:
    portrait = engine.look(photo)
    return None if isinstance(portrait, NoPortrait) else engine.encode(portrait)


def _distances(pairs: Iterable[Pair], vectors: Mapping[str, Vector | None]) -> Distances:
    both = ((vectors[pair.file_a], vectors[pair.file_b]) for pair in pairs)
    return np.array([np.linalg.norm(a - b) for a, b in both if a is not None and b is not None], dtype=np.float64)
