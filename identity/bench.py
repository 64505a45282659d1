"""Measure the engine on labelled pairs of photographs: errors by threshold, failures to find a face, time, memory.

Says nothing about people who are not in the photographs. Reading files and printing are left to `__main__`.
"""

import csv
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from identity.engine import FaceEngine, NoPortrait, Vector
from identity.face_policy import FacePolicy
from identity.rates import Distances, area_under_curve, false_non_matches_at, share

FALSE_MATCH_RATE = 0.001  # where the false non-matches are read, as is usual in reports on face comparison
SCORES = ("distance", "same", "group", "person_a", "person_b")


class PairsBroken(Exception):
    """The list of pairs is not what `file_a,file_b,same` promises; the message says where."""


@dataclass(frozen=True)
class Pair:
    """Two photographs, whether they show the same person, and for a calibration who they are and of which group."""

    file_a: str
    file_b: str
    same: bool
    group: str = ""
    person_a: str = ""
    person_b: str = ""


@dataclass(frozen=True)
class Measured:
    """The figures of one run; rates are fractions, of the pairs in which both faces were found."""

    scored: tuple[tuple[Pair, float], ...]
    pairs: int
    images: int
    undetected: int
    milliseconds: NDArray[np.float64]  # one photograph, from its bytes to its vector
    rss_mib: float
    match_at_most: float

    @property
    def genuine(self) -> Distances:
        """The distances of the same persons."""
        return np.array([distance for pair, distance in self.scored if pair.same], dtype=np.float64)

    @property
    def impostor(self) -> Distances:
        """The distances of different persons."""
        return np.array([distance for pair, distance in self.scored if not pair.same], dtype=np.float64)

    def scores(self) -> list[tuple[str, ...]]:
        """Return what a calibration needs, without any image or vector: rows under `SCORES`."""
        return [
            (f"{distance:.4f}", str(int(pair.same)), pair.group, pair.person_a, pair.person_b)
            for pair, distance in self.scored
        ]

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
    """Read pairs from CSV with the columns file_a, file_b, same (1 or 0). Raises PairsBroken.

    The columns group, person_a and person_b (made-up names) may be there too; only a calibration asks for them.
    """
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
        scored=tuple(_scored(pairs, vectors)),
        milliseconds=np.array(seconds) * 1000,
        rss_mib=peak_memory_mib(),
        match_at_most=policy.match_at_most,
    )


def peak_memory_mib() -> float:
    """Return the largest resident size this process ever had.

    Linux tells it for this program alone; `getrusage` there counts whatever process started it, too.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return round(int(status.split("VmHWM:")[1].split()[0]) / 1024, 1)
    except (OSError, IndexError):
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024  # macOS counts bytes where others count KiB
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


def _pair(row: Mapping[str, str | None], line: int) -> Pair:
    file_a, file_b, same = row["file_a"], row["file_b"], row["same"]
    if not file_a or not file_b or same not in ("0", "1"):
        raise PairsBroken(f"配对表第 {line} 行不完整：same 应为 1（同一人）或 0（不同人）。")
    group, person_a, person_b = (row.get(name) or "" for name in ("group", "person_a", "person_b"))
    return Pair(file_a, file_b, same == "1", group, person_a, person_b)


def _vector(engine: FaceEngine, photo: bytes) -> Vector | None:
    portrait = engine.look(photo)
    return None if isinstance(portrait, NoPortrait) else engine.encode(portrait)


def _scored(pairs: Iterable[Pair], vectors: Mapping[str, Vector | None]) -> Iterator[tuple[Pair, float]]:
    for pair in pairs:
        a, b = vectors[pair.file_a], vectors[pair.file_b]
        if a is not None and b is not None:
            yield pair, float(np.linalg.norm(a - b))
