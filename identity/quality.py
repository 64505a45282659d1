"""Is a photograph good enough to be compared: measures of the aligned face, and the limits of a profile.

A bad photograph makes the comparison fail for the right person and hardly ever succeed for the wrong one, so the answer
to a bad photograph is advice and another try, never a refusal of the person. Texts are in `messages.FINDINGS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from identity.decode import Pixels
from identity.engine import Portrait
from identity.face_policy import QualityLimits

OVEREXPOSED = 250  # grey value, of 255
FACE_ITSELF = slice(30, 120)  # rows and columns of the 150-pixel portrait without hair and background


@dataclass(frozen=True)
class Measures:
    """What was measured; units as in the policy file."""

    sharpness: float
    brightness: float
    overexposed: float
    side_light: float
    eye_distance: float
    tilt: float
    turn: float
    face_score: float
    second_face: float


@dataclass(frozen=True)
class Check:
    """One thing that may be wrong with a photograph; a blocking one keeps it from deciding anything."""

    code: str
    blocking: bool
    fails: Callable[[Measures, QualityLimits], bool]


# In the order in which advice is given: who is in the picture, then distance, light, sharpness, and posture.
CHECKS = (
    Check("two_faces", True, lambda m, limits: m.second_face > limits.second_face_at_most),
    Check("too_far", True, lambda m, limits: m.eye_distance < limits.eye_distance_at_least),
    Check("too_dark", True, lambda m, limits: m.brightness < limits.brightness_at_least),
    Check("too_bright", True, lambda m, limits: m.overexposed > limits.overexposed_at_most),
    Check("blurred", True, lambda m, limits: m.sharpness < limits.sharpness_at_least),
    Check("turned_away", True, lambda m, limits: m.turn > limits.turn_at_most),
    Check("covered", True, lambda m, limits: m.face_score < limits.face_score_at_least),
    Check("rather_far", False, lambda m, limits: m.eye_distance < limits.eye_distance_advised),
    Check("side_light", False, lambda m, limits: m.side_light > limits.side_light_at_most),
    Check("tilted", False, lambda m, limits: m.tilt > limits.tilt_at_most),
)


def failed_checks(measures: Measures, limits: QualityLimits) -> tuple[Check, ...]:
    """Return the checks that a photograph fails, the most useful advice first."""
    failed = tuple(check for check in CHECKS if check.fails(measures, limits))
    # Whoever is told to come much closer need not be told to come a little closer.
    return tuple(check for check in failed if check.code != "rather_far" or failed[0].code != "too_far")


def measure(portrait: Portrait) -> Measures:
    """Measure a portrait."""
    grey = _grey(portrait.chip[FACE_ITSELF, FACE_ITSELF])
    left_half, right_half = np.hsplit(grey, 2)
    left, right = float(left_half.mean()), float(right_half.mean())
    eye_distance, tilt, turn = _posture(portrait.points)
    return Measures(
        sharpness=_sharpness(grey),
        brightness=float(grey.mean()),
        overexposed=float((grey > OVEREXPOSED).mean()),
        side_light=abs(left - right) / max(left, right, 1.0),
        eye_distance=eye_distance * portrait.file_scale,
        tilt=tilt,
        turn=turn,
        face_score=portrait.face_score,
        second_face=portrait.second_face,
    )


def _grey(chip: Pixels) -> NDArray[np.float64]:
    grey: NDArray[np.float64] = chip.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return grey


def _sharpness(grey: NDArray[np.float64]) -> float:
    """Return the variance of the Laplacian over that of the grey values, so that low contrast is not called blur."""
    centre = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4.0 * centre
    return float(laplacian.var() / max(grey.var(), 1.0))


def _posture(points: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the distance of the eyes in pixels, the roll in degrees, and the turn of the head as a ratio.

    The turn is how far the nose lies from the middle of the eyes along the line of the eyes, over the distance of the
    outer corners: 0 for a face that looks into the camera.
    """
    along = _eye_line(points)
    roll = float(np.degrees(np.arctan2(along[1], along[0])))
    return float(np.hypot(*along)), abs(roll), abs(signed_turn(points))


def signed_turn(points: NDArray[np.float64]) -> float:
    """Return how far a head is turned, as in `Measures.turn`; positive to the person's left, negative to the right."""
    along = _eye_line(points)
    outer_first, _, outer_second, _, nose = points
    offset = float(np.dot(nose - points[:4].mean(axis=0), along)) / max(float(np.hypot(*along)), 1e-9)
    return offset / max(float(np.hypot(*(outer_first - outer_second))), 1e-9)


def _eye_line(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the way from the middle of the eye that is on the left of the picture to that of the other one."""
    line: NDArray[np.float64] = points[:2].mean(axis=0) - points[2:4].mean(axis=0)
    return line
