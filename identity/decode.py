"""Photographs from bytes to pixels: limits, formats, the EXIF turn, and no more pixels than are needed.

Whatever the bytes are, the answer is a Photo or PhotoRefused with a code of `messages.FINDINGS`. Nothing here looks at
what the picture shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

Pixels = NDArray[np.uint8]  # height x width x 3, RGB

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")  # What the content is; the file's name is never asked.

EXIF_ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Result = TypeVar("Result")


class PhotoRefused(Exception):
    """The bytes are no photograph that may be used; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, eq=False)
class Photo:
    """An upright picture, and how many pixels of the file one of its pixels stands for."""

    pixels: Pixels
    file_scale: float


def decode(data: bytes, *, long_side: int, at_most: int | None = None) -> Photo:
    """Decode a photograph so that its long side has at least `long_side` pixels, or all that the file has.

    A JPEG is scaled inside its decoder, which is what makes a 12-megapixel photo cheap; the decoder halves, so up to twice
    as many may come, and scaling once more costs half as much as decoding. Only what is longer than `at_most` (without it
    twice `long_side`) is scaled down to `long_side`. Of an animation the first frame counts. Raises PhotoRefused and
    nothing else.
    """
    if not data:
        raise PhotoRefused("photo_empty")
    if len(data) > MAX_BYTES:
        raise PhotoRefused("photo_too_many_bytes")
    image = _guarded(lambda: _open(data))
    file_side = max(image.size)
    wanted = max(1, min(long_side, file_side))
    image.draft(None, (ceil(image.width * wanted / file_side), ceil(image.height * wanted / file_side)))
    turn = _orientation(image)
    pixels = _guarded(lambda: _pixels(image, turn, wanted, at_most or 2 * wanted))
    return Photo(pixels, file_side / max(pixels.shape[:2]))


def _open(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise PhotoRefused("photo_too_many_pixels")
    return image


def _pixels(image: Image.Image, turn: int, wanted: int, at_most: int) -> Pixels:
    # Another library in the process may have switched this on; half a picture must not become evidence.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    image.load()
    picture = _as_rgb(image)
    side = max(picture.size)
    if side > at_most:
        size = (max(1, round(picture.width * wanted / side)), max(1, round(picture.height * wanted / side)))
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if turn in UPRIGHT:
        picture = picture.transpose(UPRIGHT[turn])
    return np.asarray(picture)


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip instead of scaling
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        return image.convert("RGBA").convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """Return the EXIF turn; damaged EXIF is no reason to lose a good photo."""
    try:
        return int(_guarded(lambda: image.getexif().get(EXIF_ORIENTATION, 1)))
    except (PhotoRefused, TypeError, ValueError):
        return 1


def _guarded(step: Callable[[], Result]) -> Result:
    """Run a step of Pillow on untrusted bytes and turn every way to fail into PhotoRefused."""
    try:
        return step()
    except PhotoRefused:
        raise
    except UnidentifiedImageError as error:
        raise PhotoRefused("photo_unknown_format") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefused("photo_too_many_pixels") from error
    except Exception as error:  # Pillow promises no closed set of errors for damaged files.
        raise PhotoRefused("photo_damaged") from error
