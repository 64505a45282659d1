"""Bursts of frames for liveness, made of one portrait: a flat picture that is swung, and a head that turns.

The flat picture is exact: a plane seen in perspective. The head is a model: the portrait is laid over an ellipsoid with a
nose, and turned. It stands in for the volunteers that a real validation needs, and proves only that the measure reacts.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.transform import warp

Array = NDArray[np.float64]
Depth = Callable[
    [Array, Array], Array
]  # across and down, in face widths from the middle of the face -> towards the lens

FRAME = (480, 640)  # pixels, width and height
FACE_WIDTH = 200.0  # pixels, of the detector's box in a frame
LENS = 4.0  # face widths from the lens to the face: about half a metre
NOISE = 2.0  # grey values


def flat(across: Array, down: Array) -> Array:
    """A print: no depth at all."""
    return np.zeros_like(across)


def head(across: Array, down: Array) -> Array:
    """Half an ellipsoid, with a nose in the middle that stands out by a seventh of the face's width."""
    ball = 0.6 * np.sqrt(np.clip(1.0 - (across / 0.62) ** 2 - (down / 0.95) ** 2, 0.0, None))
    return ball + 0.14 * np.exp(-((across / 0.10) ** 2) - ((down - 0.08) / 0.16) ** 2)


def swing(degrees: float, count: int, *, first_left: bool) -> list[float]:
    """Give the angles of a burst that rests, goes to one side, to the other, and back; left of the person is positive."""
    there = [0.0, 0.0, 0.5, 1.0, 1.0, 0.4, -0.4, -1.0, -1.0, -0.5, 0.0, 0.0]
    angles = np.interp(np.linspace(0, len(there) - 1, count), range(len(there)), there) * degrees
    return [float(angle if first_left else -angle) for angle in angles]


def burst(portrait: Image.Image, middle: Array, width: float, angles: Sequence[float], depth: Depth) -> Iterator[bytes]:
    """Give a JPEG for each angle. `middle` and `width` say where the face lies in the portrait, in pixels."""
    source = np.asarray(portrait.convert("RGB"), dtype=np.float64) / 255
    for number, angle in enumerate(angles):
        looks_up = partial(_back, middle=middle, width=width, angle=np.radians(angle), depth=depth)
        seen = warp(source, looks_up, output_shape=FRAME[::-1])
        noise = np.random.default_rng(number).normal(0, NOISE, seen.shape)
        buffer = BytesIO()
        Image.fromarray((seen * 255 + noise).clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
        yield buffer.getvalue()


def _back(points: Array, middle: Array, width: float, angle: float, depth: Depth) -> Array:
    """Find for each pixel of the frame the pixel of the portrait that is seen there."""
    across, down = ((points - np.array(FRAME) / 2) / FACE_WIDTH).T
    u, v = across.copy(), down.copy()
    for _ in range(12):
        z = depth(u, v)
        nearer = 1.0 - (z * np.cos(angle) - u * np.sin(angle)) / LENS
        u = 0.5 * u + 0.5 * (across * nearer - z * np.sin(angle)) / np.cos(angle)
        v = down * nearer
    return np.stack([u, v], axis=1) * width + middle
