"""A photo on its way into a visit: checked, turned upright, shrunk, stripped of all that the camera wrote into it.

Pure but for the codec: bytes in, bytes out. Keeping them is left to `media`, sending them to `uploads`. EXIF goes with
the re-encoding: a photo must not carry a place or a serial number that nobody agreed to.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from math import ceil

from PIL import Image, ImageFile, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError

from field_client.errors import FieldError
from sync.visit_shape import PREVIEW_BYTES

MAX_BYTES, MAX_PIXELS = 40 * 1024 * 1024, 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
LONG_EDGE, PAPER_LONG_EDGE, SIGNATURE_LONG_EDGE = 1600, 2048, 1000  # pixels
PAPERS = frozenset({"paper", "consent"})
SIGNATURE = "signature"
TARGET_BYTES = 300 * 1024
QUALITIES = (85, 78, 70, 62, 54, 46)
PREVIEW_EDGE = 320
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
# Of the Laplacian's variance at PREVIEW_EDGE * 2 pixels. Eight photographs of scikit-image measure 58 to 735 as they are,
# and after a blur of 3 pixels at 1600 seven of them 6 to 30 (the eighth is a page of print: 105).
BLURRED_BELOW = 40.0


@dataclass(frozen=True)
class Prepared:
    """A photo as it will travel; `is_blurred` is a hint to the worker, never a refusal."""

    data: bytes
    sha256: str
    width: int
    height: int
    preview: bytes
    is_blurred: bool
    preview_sha256: str = ""  # of the small picture that travels ahead; empty for what is small itself
    media_type: str = "image/jpeg"

    @property
    def size(self) -> int:
        """How many bytes will travel."""
        return len(self.data)


def prepare(source: bytes, kind: str) -> Prepared:
    """Make a photo ready to travel. Raises FieldError with a `photo.` code for what is no whole image."""
    picture = _shrunk(_opened(source, _long_edge(kind)), _long_edge(kind))
    data = _encoded(picture, TARGET_BYTES)
    preview = _encoded(_shrunk(picture, PREVIEW_EDGE), PREVIEW_BYTES)
    goes_ahead = kind != SIGNATURE and len(data) > PREVIEW_BYTES
    return Prepared(
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        width=picture.width,
        height=picture.height,
        preview=preview,
        is_blurred=kind != SIGNATURE and _sharpness(picture) < BLURRED_BELOW,
        preview_sha256=hashlib.sha256(preview).hexdigest() if goes_ahead else "",
    )


def _long_edge(kind: str) -> int:
    if kind == SIGNATURE:
        return SIGNATURE_LONG_EDGE
    return PAPER_LONG_EDGE if kind in PAPERS else LONG_EDGE


def _opened(source: bytes, long_edge: int) -> Image.Image:
    """Decode all of a picture, upright, on white: a signature is often drawn on nothing."""
    if not source:
        raise FieldError("photo.empty")
    if len(source) > MAX_BYTES:
        raise FieldError("photo.too_large")
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # Half a picture must not become evidence.
    try:
        image = Image.open(BytesIO(source), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise FieldError("photo.too_large")
        scale = min(1.0, long_edge / max(image.size))
        # A JPEG is scaled inside its decoder, never below this size: quick, and a quarter of the memory.
        image.draft("RGB", (ceil(image.width * scale), ceil(image.height * scale)))
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            layer = upright.convert("RGBA")
            white = Image.new("RGBA", layer.size, "white")
            return Image.alpha_composite(white, layer).convert("RGB")
        return upright.convert("RGB")
    except FieldError:
        raise
    except UnidentifiedImageError:
        raise FieldError("photo.not_an_image") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FieldError("photo.too_large") from None
    except Exception as error:  # Pillow promises no closed set of errors for damaged files.
        raise FieldError("photo.damaged") from error


def _shrunk(picture: Image.Image, long_edge: int) -> Image.Image:
    scale = long_edge / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image, at_most: int) -> bytes:
    """Encode as JPEG in the best of our qualities that fits; the lowest one when none does, the size halved if need be."""
    data = _jpeg(picture, QUALITIES[0])
    if len(data) <= at_most:
        return data
    found, too_large, fits = b"", 0, len(QUALITIES)
    while fits - too_large > 1:  # Of six qualities three more are tried at most: each try costs what a photo should.
        middle = (too_large + fits) // 2
        data = _jpeg(picture, QUALITIES[middle])
        if len(data) <= at_most:
            found, fits = data, middle
        else:
            too_large = middle
    if found or max(picture.size) <= PREVIEW_EDGE // 2:
        return found or data
    return _encoded(_shrunk(picture, round(max(picture.size) * 0.8)), at_most)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def _sharpness(picture: Image.Image) -> float:
    """Measure detail: the variance of the Laplacian of a small grey copy."""
    grey = _shrunk(picture, PREVIEW_EDGE * 2).convert("L")
    if min(grey.size) < 3:
        return BLURRED_BELOW
    inner = grey.filter(LAPLACIAN).crop(
        (1, 1, grey.width - 1, grey.height - 1)
    )  # The filter leaves the border as it was.
    return float(ImageStat.Stat(inner).var[0])
