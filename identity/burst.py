"""A burst of frames from the camera: the face followed from frame to frame, judged, and the frontal frame to compare.

The first frame is searched whole; in the next ones the face is looked for where it was, on a picture just large enough
for the detector, which is what makes twelve frames cost about as much as two photographs. Frames live only as long as
the call. `identity.liveness` decides; this file only looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from identity.decode import PhotoRefused, Pixels, decode
from identity.detect import Box, Grey, Scored, grey_of
from identity.engine import FaceEngine, Portrait, Vector
from identity.liveness import Challenge, Finding, Liveness, LivenessRules, Moment, Trace, judge, same_face
from identity.quality import Measures, measure, signed_turn

FRAME_SIDE = 640  # pixels; what a frame is scaled down to at most
SEARCH_SIDE = 480  # pixels; for the first frame, and after the face was lost
FACE_IN_CROP = 120.0  # pixels; the detector needs 80
MARGIN = 0.6  # of the face's width on each side, for a face that moved
TRACE_SIDE = 24  # pixels
BLINK_BELOW = 0.5  # of the usual contrast of an eye


@dataclass(frozen=True)
class Frame:
    """One frame as the camera gave it, and when, in milliseconds since the burst began."""

    photo: bytes
    at_ms: int


@dataclass(frozen=True)
class Burst:
    """Some seconds of frames, oldest first, and what the person was asked to do meanwhile."""

    frames: tuple[Frame, ...]
    challenge: Challenge


@dataclass(frozen=True, eq=False)
class Sighting:
    """A face in one frame: enough to align it later, if it is wanted."""

    photo: bytes = field(repr=False)
    pixels: Pixels
    box: Box
    score: float
    second_face: float
    points: NDArray[np.float64]

    @property
    def turn(self) -> float:
        """How far the head is turned, positive to the person's left."""
        return signed_turn(self.points)


@dataclass(frozen=True, eq=False)
class Watched:
    """What a burst gave: whether it shows a living head, and the most frontal face, to be compared."""

    liveness: Liveness
    portrait: Portrait | None = None
    measures: Measures | None = None
    vector: Vector | None = None
    photo: bytes | None = field(default=None, repr=False)  # the frame of that face
    blink_seen: bool = False


def watch(engine: FaceEngine, burst: Burst, rules: LivenessRules) -> Watched:
    """Follow the face through a burst and judge it. Frames that are no picture count as frames without a face."""
    sightings, moments = _follow(engine, burst.frames)
    seen = [sighting for sighting in sightings if sighting]
    found = judge(moments, burst.challenge, rules)
    if not seen:
        return Watched(found)
    best = min(seen, key=lambda sighting: abs(sighting.turn))
    portrait = _portrait(engine, best)
    vector = engine.encode(portrait)
    if found.finding is Finding.PASSED:
        found = same_face(found, _distances(engine, seen, vector, rules.side_at_least), rules)
    return Watched(found, portrait, measure(portrait), vector, best.photo, blink_seen=_blinked(seen))


def _portrait(engine: FaceEngine, best: Sighting) -> Portrait:
    """Look at the frame that is compared as at any photograph, so that whoever has it finds the same face in it.

    Where it was followed, the box of the face depends on the frames before it; `identity.recheck` has only this one.
    """
    found = engine.look(best.photo)
    if isinstance(found, Portrait):
        return found
    return engine.portrait(best.pixels, best.box, score=best.score, second_face=best.second_face, rung="burst")


def _follow(engine: FaceEngine, frames: Sequence[Frame]) -> tuple[list[Sighting | None], list[Moment]]:
    sightings: list[Sighting | None] = []
    moments: list[Moment] = []
    last: Sighting | None = None
    for number, frame in enumerate(frames):
        try:
            pixels = decode(frame.photo, long_side=FRAME_SIDE, at_most=FRAME_SIDE).pixels
        except PhotoRefused:
            sightings.append(None)
            moments.append(Moment(frame.at_ms, np.zeros((TRACE_SIDE, TRACE_SIDE)) + number))
            continue
        found = _sight(engine, frame.photo, pixels, last)
        last = found or last
        sightings.append(found)
        moments.append(_moment(frame.at_ms, pixels, found))
    return sightings, moments


def _sight(engine: FaceEngine, photo: bytes, pixels: Pixels, last: Sighting | None) -> Sighting | None:
    grey = grey_of(pixels)
    faces = _near(engine, grey, last) if last else []
    if not faces:
        faces = _scaled_detect(engine, grey, SEARCH_SIDE / max(grey.shape))
    if not faces:
        return None
    faces = sorted(faces, key=lambda face: -face[0].width)
    box, score = faces[0]
    second = faces[1][0].width / box.width if len(faces) > 1 else 0.0
    return Sighting(photo, pixels, box, score, second, engine.points(pixels, box))


def _near(engine: FaceEngine, grey: Grey, last: Sighting) -> list[Scored]:
    """Look for the face where it was a moment ago."""
    margin = MARGIN * last.box.width
    left, top = max(0, int(last.box.left - margin)), max(0, int(last.box.top - margin))
    crop = grey[top : int(last.box.bottom + margin), left : int(last.box.right + margin)]
    found = _scaled_detect(engine, np.ascontiguousarray(crop), FACE_IN_CROP / max(last.box.width, 1.0))
    return [(box.moved(left, top), score) for box, score in found]


def _scaled_detect(engine: FaceEngine, grey: Grey, scale: float) -> list[Scored]:
    image = Image.fromarray(grey)
    if scale < 1.0:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    factor = grey.shape[1] / image.width
    return [(box.scaled(factor), score) for box, score in engine.detect(np.asarray(image), 0)]


def _moment(at_ms: int, pixels: Pixels, found: Sighting | None) -> Moment:
    trace = _trace(pixels)
    if found is None:
        return Moment(at_ms, trace)
    centre = ((found.box.left + found.box.right) / 2, (found.box.top + found.box.bottom) / 2)
    return Moment(at_ms, trace, found.turn, centre, found.box.width, found.second_face)


def _trace(pixels: Pixels) -> Trace:
    image = Image.fromarray(pixels).convert("L")
    return np.asarray(image.resize((TRACE_SIDE, TRACE_SIDE), Image.Resampling.BOX), dtype=np.float64)


def _blinked(seen: Sequence[Sighting]) -> bool:
    """Tell whether an eye was seen to close. Unproven, and often missed: for advice, never for a decision."""
    open_by_frame = np.array([_openness(sighting) for sighting in seen])
    return bool(open_by_frame.min() < BLINK_BELOW * np.median(open_by_frame))


def _openness(sighting: Sighting) -> float:
    """Return how much darker the darkest part of the eyes is than their surroundings; a lid hides the dark."""
    grey = grey_of(sighting.pixels).astype(np.float64)
    contrasts = []
    for outer, inner in (sighting.points[0:2], sighting.points[2:4]):
        middle, half = (outer + inner) / 2, max(2.0, float(np.hypot(*(outer - inner))) / 2)
        top, left = (max(0, round(value)) for value in (middle[1] - half / 2, middle[0] - half))
        patch = grey[top : top + round(half) + 1, left : left + round(2 * half) + 1]
        contrasts.append(float(np.percentile(patch, 80) - np.percentile(patch, 5)) if patch.size else 0.0)
    return min(contrasts)


def _distances(engine: FaceEngine, seen: Sequence[Sighting], frontal: Vector, side: float) -> list[float]:
    """Return how far a frame turned to each side lies from the frontal one; an accomplice would turn the head for a photo.

    Frames that are turned by just as much as is asked: farther away the same face no longer looks like itself.
    """
    turned = [min(seen, key=lambda one: abs(one.turn - wanted)) for wanted in (-side, side)]
    vectors = (engine.encode(engine.portrait(one.pixels, one.box, score=one.score)) for one in turned)
    return [float(np.linalg.norm(vector - frontal)) for vector in vectors]
