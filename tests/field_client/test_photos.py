"""Photos made ready to travel: small, upright, without what the camera wrote, and refused when they are not whole."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from field_client import photos
from field_client.errors import FieldError
from sync.visit_shape import PREVIEW_BYTES

Draw = Callable[..., bytes]
ORIENTATION, CAMERA = 0x0112, 0x010F


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))


def encoded(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize(("kind", "edge"), [("house", 1600), ("paper", 2048), ("signature", 1000)])
def test_the_long_edge_fits_the_kind(picture: Draw, kind: str, edge: int) -> None:
    prepared = photos.prepare(picture(size=(3000, 2000)), kind)
    assert (prepared.width, prepared.height) == (edge, round(edge * 2 / 3))
    assert opened(prepared.data).size == (prepared.width, prepared.height)


def test_a_small_photo_is_not_blown_up(picture: Draw) -> None:
    assert photos.prepare(picture(size=(320, 200)), "house").width == 320


def test_a_photo_full_of_detail_still_fits(picture: Draw) -> None:
    prepared = photos.prepare(encoded(noise((1700, 1300)), quality=95), "house")
    assert prepared.size <= photos.TARGET_BYTES
    assert len(prepared.preview) <= PREVIEW_BYTES


def test_what_the_camera_wrote_is_gone_and_the_turn_is_done() -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[CAMERA] = 6, "Somebody's phone"
    image = Image.new("RGB", (400, 200), "white")
    image.paste((255, 0, 0), (0, 0, 200, 200))  # Red at the left, which is at the top once it is turned.
    prepared = photos.prepare(encoded(image, exif=exif), "house")
    turned = opened(prepared.data)
    assert turned.size == (200, 400)
    red, _, blue = turned.convert("RGB").getpixel((100, 50))  # type: ignore[misc]
    assert red > 200 > blue
    assert not dict(turned.getexif())
    assert b"phone" not in prepared.data


def test_a_signature_drawn_on_nothing_stands_on_white() -> None:
    drawn = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    drawn.paste((0, 0, 0, 255), (100, 50, 200, 60))
    paper = opened(photos.prepare(encoded(drawn, "PNG"), photos.SIGNATURE).data).convert("L")
    assert paper.getpixel((5, 5)) > 245  # type: ignore[operator]
    assert paper.getpixel((150, 55)) < 60  # type: ignore[operator]


def test_the_same_photo_gives_the_same_hash(picture: Draw) -> None:
    assert photos.prepare(picture(), "house").sha256 == photos.prepare(picture(), "house").sha256


def test_a_blurred_photo_is_hinted_at_and_a_sharp_one_is_not(picture: Draw) -> None:
    sharp = opened(picture(size=(1200, 900)))
    assert not photos.prepare(encoded(sharp), "house").is_blurred
    assert photos.prepare(encoded(sharp.filter(ImageFilter.GaussianBlur(14))), "house").is_blurred


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(FieldError, check=lambda error: error.code == "photo.too_large"):
        photos.prepare(encoded(Image.new("1", (20_000, 4_000)), "PNG"), "house")


@settings(max_examples=40)
@given(cut=st.floats(0.0, 0.97), flip=st.integers(0, 255), where=st.floats(0.0, 1.0))
def test_damaged_bytes_are_refused_or_read_and_never_crash(picture: Draw, cut: float, flip: int, where: float) -> None:
    data = bytearray(picture(size=(200, 150)))
    data[int(where * (len(data) - 1))] ^= flip
    cut_short = bytes(data[: int(len(data) * cut)])
    with pytest.raises(FieldError, check=lambda error: error.code.startswith("photo.")):
        photos.prepare(cut_short, "house")


def test_other_formats_are_no_photos() -> None:
    with pytest.raises(FieldError, check=lambda error: error.code == "photo.not_an_image"):
        photos.prepare(encoded(Image.new("RGB", (50, 50)), "BMP"), "house")
