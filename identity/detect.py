"""Find the face: a cheap look at a small grey picture first, harder looks only when that finds nothing.

Knows nothing of the engine: the detector is a function that it is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from identity.decode import Pixels

Grey = NDArray[np.uint8]  # height x width


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """The width in pixels."""
        return self.right - self.left

    def scaled(self, factor: float) -> "Box":
        """Return the same rectangle in a picture that is `factor` times as large."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def moved(self, right: float, down: float) -> "Box":
        """Return the same rectangle elsewhere."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)


Scored = tuple[Box, float]
Detector = Callable[[Grey, int], Sequence[Scored]]  # grey picture, times to double it -> faces with their scores


@dataclass(frozen=True)
class Rung:
    """One way to look: how large, doubled how often, with equalised light, turned by how many degrees."""

    name: str
    long_side: int
    doublings: int = 0
    equalised: bool = False
    turn: int = 0


LADDER = (
    Rung("plain", 640),
    Rung("larger", 1000),
    Rung("doubled", 640, doublings=1),
    Rung("equalised", 640, equalised=True),
    Rung("quarter_left", 640, turn=90),
    Rung("quarter_right", 640, turn=270),
    Rung("upside_down", 640, turn=180),
    Rung("tilted_left", 640, turn=25),
    Rung("tilted_right", 640, turn=-25),
)


# Below this score the detector also calls badges and folds of cloth a face, sometimes a larger one than the person's.
CONFIDENT_SCORE = 0.5


@dataclass(frozen=True, eq=False)
class Detection:
    """The face that was chosen, in the picture as the rung turned it."""

    pixels: Pixels
    box: Box
    score: float
    second_face: float  # width of the second largest face over the width of the largest; 0 for none
    rung: Rung


def find_face(pixels: Pixels, detector: Detector) -> Detection | None:
    """Return the largest face that the detector is sure of, or else the least doubtful one, or None for nobody.

    The ladder is climbed until a rung shows a sure face.
    """
    doubtful: Detection | None = None
    for rung in _different_rungs(pixels):
        turned_pixels = turned(pixels, rung.turn)
        grey, scale = _small_grey(turned_pixels, rung)
        faces = detector(grey, rung.doublings)
        sure = sorted((face for face in faces if face[1] >= CONFIDENT_SCORE), key=lambda face: -face[0].width)
        if sure:
            box, score = sure[0]
            second_face = sure[1][0].width / box.width if len(sure) > 1 else 0.0
            return Detection(turned_pixels, box.scaled(scale), score, second_face, rung)
        box, score = max(faces, key=lambda face: face[1], default=(Box(0, 0, 0, 0), 0.0))
        if faces and (doubtful is None or score > doubtful.score):
            doubtful = Detection(turned_pixels, box.scaled(scale), score, 0.0, rung)
    return doubtful


def _different_rungs(pixels: Pixels) -> list[Rung]:
    """Return the ladder without the rungs that would show a small photo in the same way again."""
    long_side = max(pixels.shape[:2])
    looks = {
        (min(rung.long_side, long_side), rung.doublings, rung.equalised, rung.turn): rung for rung in reversed(LADDER)
    }
    return [rung for rung in LADDER if rung in looks.values()]


def turned(pixels: Pixels, degrees: int) -> Pixels:
    """Return the picture turned counter-clockwise, grown so that nothing is cut off."""
    if degrees == 0:
        return pixels
    image = Image.fromarray(pixels)
    return np.asarray(image.rotate(degrees, resample=Image.Resampling.BILINEAR, expand=True))


def grey_of(pixels: Pixels) -> Grey:
    """Return a picture without its colours."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def _small_grey(pixels: Pixels, rung: Rung) -> tuple[Grey, float]:
    """Return the grey picture for a rung, and how many pixels of the original one of its pixels stands for."""
    image = Image.fromarray(pixels).convert("L")
    scale = max(1.0, max(image.size) / rung.long_side)
    if scale > 1.0:
        size = (max(1, round(image.width / scale)), max(1, round(image.height / scale)))
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if rung.equalised:
        image = ImageOps.equalize(image)
    return np.asarray(image), scale
