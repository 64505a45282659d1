"""Error rates of a comparison from its distances, and how sure they are. Pure numbers."""

from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

Distances = NDArray[np.float64]

Z_95 = 1.96  # two-sided 95 %


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
    z = Z_95
    centre = rate + z * z / (2 * count)
    spread = z * sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    return min(1.0, (centre + spread) / (1 + z * z / count))
