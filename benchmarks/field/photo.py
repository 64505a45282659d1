"""A photo of 12 megapixels on its way into a visit: decoded, shrunk, with its preview, hashed and encrypted; and thirty."""

import io
import os
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image, ImageFilter

from benchmarks.report import Row, median_ms
from field_client.photos import LONG_EDGE, prepare

GOAL_MS = 1_000.0
BURST = 30


def photo_rows() -> list[Row]:
    """Measure one photo beside decoding and encoding it alone, and a burst one after another."""
    source = picture(4000, 3000)
    cipher = AESGCM(os.urandom(32))
    ours = median_ms(lambda _: cipher.encrypt(os.urandom(12), prepare(source, "house").data, b""), 7)
    codec = median_ms(lambda _: _codec_alone(source), 7)
    start = time.perf_counter()
    for _ in range(BURST):
        prepare(source, "house")
    each = (time.perf_counter() - start) * 1000 / BURST
    name = "decode, resize, encode"
    return [
        Row("a photo of 12 MP: taken in to encrypted", "ms", ours, codec, name, f"< {GOAL_MS:g} ms", ours < GOAL_MS),
        Row(f"a burst of {BURST}: each photo", "ms", each, codec, name, f"< {GOAL_MS:g} ms", each < GOAL_MS),
    ]


def picture(width: int, height: int) -> bytes:
    """Draw a picture with as much detail as a wall of bricks has."""
    noise = Image.effect_noise((width // 8, height // 8), 60).resize((width, height), Image.Resampling.BICUBIC)
    fine = Image.effect_noise((width, height), 6).filter(ImageFilter.GaussianBlur(1))
    buffer = io.BytesIO()
    Image.merge("RGB", (noise, Image.blend(noise, fine, 0.4), fine)).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _codec_alone(source: bytes) -> bytes:
    """Do what no way of taking a photo in can spare: decode at the size that is kept, resize, encode."""
    image = Image.open(io.BytesIO(source))
    image.draft("RGB", (LONG_EDGE, LONG_EDGE * 3 // 4))
    small = image.resize((LONG_EDGE, LONG_EDGE * 3 // 4), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
