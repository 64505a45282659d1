"""Is it a head that turns, and the same one throughout: what a short burst of frames tells, decided by rules.

A flat picture that is swung before the lens shows its nose hardly off the middle of its eyes; a head that turns left and
right, in an order drawn by chance, does. It stops a photograph that is held up. It does not stop a video on a screen, a
bent print or a mask: the worker who stands before the person does (docs/face-verification.md). Blinking is seen too
rarely to decide anything, so it is advice only. Pure: finding faces in frames is left to `identity.burst`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Trace = NDArray[np.float64]  # a thumbnail of a whole frame, grey values of 0 to 255
Series = NDArray[np.float64]


class Turn(StrEnum):
    """To which side of their own a person turns the head."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Challenge:
    """What the person is asked to do, drawn by chance for one burst; `nonce` lets the caller take it once only."""

    turns: tuple[Turn, Turn]
    nonce: str


class Finding(StrEnum):
    """What is known about liveness; only `passed` says something for the person, none says anything against them."""

    NOT_CHECKED = "not_checked"
    PASSED = "passed"
    FAILED = "failed"
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True)
class Liveness:
    """What a burst told; `reasons` are codes of `messages.LIVENESS_REASONS`, the most useful one first."""

    finding: Finding
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class LivenessRules:
    """The limits of a burst, from the policy file; each is explained there."""

    frames_at_least: float
    longest_ms: float
    faces_share_at_least: float
    range_at_least: float
    side_at_least: float
    still_below: float
    still_share_at_most: float
    repeat_below: float
    jump_at_most: float
    second_face_at_most: float
    same_face_at_most: float


@dataclass(frozen=True, eq=False)
class Moment:
    """One frame as the rules see it. `turn` is positive when the head is turned to the person's left; None: no face."""

    at_ms: int
    trace: Trace
    turn: float | None = None
    centre: tuple[float, float] = (0.0, 0.0)
    width: float = 0.0  # of the face, in the same unit as `centre`
    second_face: float = 0.0


def new_challenge(draw: Callable[[int], int], nonce: str) -> Challenge:
    """Draw which side comes first; `draw(n)` gives 0 to n - 1 by chance, as `secrets.randbelow` does."""
    first, second = (Turn.LEFT, Turn.RIGHT) if draw(2) else (Turn.RIGHT, Turn.LEFT)
    return Challenge((first, second), nonce)


def judge(moments: Sequence[Moment], challenge: Challenge, rules: LivenessRules) -> Liveness:
    """Judge a burst by everything but the likeness of its faces, which `same_face` adds."""
    if len(moments) < rules.frames_at_least:
        return Liveness(Finding.NOT_POSSIBLE, ("too_few_frames",))
    seen = [moment for moment in moments if moment.turn is not None]
    if len(seen) < rules.faces_share_at_least * len(moments):
        return Liveness(Finding.NOT_POSSIBLE, ("face_lost",))
    broken = (*_stream_broken(moments, rules), *_face_broken(seen, rules))
    if broken:
        return Liveness(Finding.FAILED, broken)
    missing = _turns_missing(np.array([moment.turn for moment in seen], dtype=np.float64), challenge, rules)
    return Liveness(Finding.FAILED, (missing,)) if missing else Liveness(Finding.PASSED)


def same_face(found: Liveness, distances: Sequence[float], rules: LivenessRules) -> Liveness:
    """Add whether the faces of a passed burst are one person's: the distances of turned frames to the frontal one."""
    if found.finding is Finding.PASSED and any(distance > rules.same_face_at_most for distance in distances):
        return Liveness(Finding.FAILED, ("face_changed",))
    return found


def smoothed(turns: Series) -> Series:
    """Return the mean of each three in a row: one landmark that slips is no turn of the head."""
    return np.convolve(turns, np.ones(3) / 3, mode="valid")


def _turns_missing(turns: Series, challenge: Challenge, rules: LivenessRules) -> str | None:
    smooth = smoothed(turns)
    rest = float(np.median(smooth))
    away = {Turn.LEFT: smooth - rest, Turn.RIGHT: rest - smooth}
    for turn in challenge.turns:
        if away[turn].max() < rules.side_at_least:
            return f"turn_{turn}_missing"
    if float(np.ptp(smooth)) < rules.range_at_least:
        return "turn_too_small"
    first, second = (int(away[turn].argmax()) for turn in challenge.turns)
    return None if first < second else "turns_in_other_order"


def _stream_broken(moments: Sequence[Moment], rules: LivenessRules) -> list[str]:
    """Name what shows that the frames do not come from a camera that runs now."""
    times = np.array([moment.at_ms for moment in moments])
    traces = np.stack([moment.trace for moment in moments])
    differences = np.abs(traces[:, None] - traces[None]).mean(axis=(2, 3))
    still = np.diagonal(differences, 1) < rules.still_below
    checks = {
        "burst_not_in_time": bool((np.diff(times) <= 0).any()) or times[-1] - times[0] > rules.longest_ms,
        "frames_frozen": still.mean() > rules.still_share_at_most,
        "frames_replayed": _comes_again(differences, rules.repeat_below),
    }
    return [code for code, fails in checks.items() if fails]


def _comes_again(differences: Series, below: float) -> bool:
    """Tell whether a frame is seen again after others: no camera gives the same noise twice."""
    return any(
        differences[earlier, later] < below <= differences[earlier:later, later].max()
        for later in range(2, len(differences))
        for earlier in range(later - 1)
    )


def _face_broken(seen: Sequence[Moment], rules: LivenessRules) -> list[str]:
    jumps = (
        float(np.hypot(after.centre[0] - before.centre[0], after.centre[1] - before.centre[1]))
        > rules.jump_at_most * max(before.width, after.width)
        for before, after in pairwise(seen)
    )
    checks = {
        "face_jumped": any(jumps),
        "two_faces_in_burst": any(moment.second_face > rules.second_face_at_most for moment in seen),
    }
    return [code for code, fails in checks.items() if fails]
