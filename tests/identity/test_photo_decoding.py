"""identity/decode.py: the zoo of files that a phone, a scanner or an attacker may hand in."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from identity import decode as decoding
from identity.decode import MAX_BYTES, PhotoRefused, decode

EXIF_TURNS = range(1, 9)


def refusal_of(photo):
    with pytest.raises(PhotoRefused) as refused:
        decode(photo, long_side=1000)
    return refused.value.code


def png_header(width, height):
    """Return a PNG that announces a size and brings no pixels: what a bomb looks like before it goes off."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = [header, body, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


@pytest.fixture(scope="module")
def quarters():
    """A picture whose four quarters differ, so that a turn shows."""
    picture = Image.new("RGB", (80, 60), "white")
    for box, colour in (((0, 0, 40, 30), "red"), ((40, 0, 80, 30), "lime"), ((0, 30, 40, 60), "blue")):
        picture.paste(colour, box)
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_format_is_known_by_its_content(kind, astronaut, encoded):
    pixels = decode(encoded(astronaut, kind), long_side=1000).pixels
    assert pixels.shape == (800, 800, 3)
    assert np.abs(pixels.astype(int) - np.asarray(astronaut).astype(int)).mean() < 6


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_refused(kind, astronaut, encoded):
    assert refusal_of(encoded(astronaut, kind)) == "photo_unknown_format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.3, 0.5, 0.9])
def test_half_a_photo_is_refused(kind, kept, astronaut, encoded):
    whole = encoded(astronaut.resize((300, 300)), kind)
    assert refusal_of(whole[: int(len(whole) * kept)]) == "photo_damaged"


def test_half_a_photo_is_refused_even_where_another_library_lets_it_pass(astronaut_photo):
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    assert refusal_of(astronaut_photo[: len(astronaut_photo) // 2]) == "photo_damaged"


def test_an_empty_file_is_refused():
    assert refusal_of(b"") == "photo_empty"


def test_a_file_above_the_limit_is_refused(astronaut_photo):
    assert refusal_of(astronaut_photo.ljust(MAX_BYTES + 1, b"\0")) == "photo_too_many_bytes"


@pytest.mark.parametrize("size", [(8000, 6000), (11000, 9000), (20000, 10000), (60000, 60000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size):
    assert refusal_of(png_header(*size)) == "photo_too_many_pixels"


def test_a_photo_that_announces_more_than_it_brings_is_refused():
    assert refusal_of(png_header(4000, 3000)) == "photo_damaged"


@pytest.mark.parametrize("turn", EXIF_TURNS)
def test_the_exif_turn_is_applied(turn, quarters, encoded):
    inverse = {
        Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
    }
    upright = decoding.UPRIGHT.get(turn)
    stored = quarters if upright is None else quarters.transpose(inverse.get(upright, upright))
    exif = Image.Exif()
    exif[decoding.EXIF_ORIENTATION] = turn
    pixels = decode(encoded(stored, "PNG", exif=exif), long_side=1000).pixels
    assert np.array_equal(pixels, np.asarray(quarters))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's remark about just what this test hands it
def test_damaged_exif_does_not_cost_the_photo(astronaut, encoded):
    photo = encoded(astronaut, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert decode(photo, long_side=1000).pixels.shape == (800, 800, 3)


@pytest.mark.parametrize("mode", ["CMYK", "L", "1"])
def test_unusual_colours_become_rgb(mode, astronaut, encoded):
    pixels = decode(encoded(astronaut.convert(mode), "PNG" if mode == "1" else "JPEG"), long_side=1000).pixels
    assert pixels.shape == (800, 800, 3)
    assert np.asarray(astronaut).mean() == pytest.approx(pixels.mean(), abs=12)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_pictures_with_transparency_become_rgb(mode, astronaut, encoded):
    options = {"transparency": bytes(range(256))} if mode == "P" else {}
    assert decode(encoded(astronaut.convert(mode), "PNG", **options), long_side=1000).pixels.shape == (800, 800, 3)


def test_sixteen_bits_are_scaled_and_not_clipped(astronaut, encoded):
    grey = np.asarray(astronaut.convert("L"))
    sixteen = Image.fromarray(grey.astype(np.uint16) * 257)
    pixels = decode(encoded(sixteen, "PNG"), long_side=1000).pixels
    assert np.array_equal(pixels[:, :, 0], grey)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_counts(kind, encoded):
    red, blue = (Image.new("RGB", (64, 64), colour) for colour in ("red", "blue"))
    pixels = decode(encoded(red, kind, save_all=True, append_images=[blue], lossless=True), long_side=1000).pixels
    assert tuple(pixels[32, 32]) == (255, 0, 0)


@pytest.mark.parametrize(("kind", "side"), [("JPEG", 1300), ("PNG", 1000), ("WEBP", 1000)])
def test_a_large_photo_is_scaled_and_remembers_its_size(kind, side, encoded):
    """A JPEG's decoder halves until just above what is asked for; no other format has such a decoder."""
    photo = decode(encoded(Image.new("RGB", (2600, 1950), "gray"), kind), long_side=1000)
    assert photo.pixels.shape == (side * 3 // 4, side, 3)
    assert photo.file_scale == pytest.approx(2600 / side)


@pytest.mark.parametrize("size", [(2600, 1950), (1950, 2600), (4000, 3000), (1999, 900)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_there_are_as_many_pixels_as_asked_and_not_more_than_allowed(kind, size, encoded):
    photo = encoded(Image.new("RGB", size, "gray"), kind)
    assert 1000 <= max(decode(photo, long_side=1000).pixels.shape) <= 2000
    assert max(decode(photo, long_side=1000, at_most=1000).pixels.shape) == 1000


def test_a_strip_one_pixel_high_is_no_accident(encoded):
    assert decode(encoded(Image.new("RGB", (5000, 1), "gray")), long_side=1000).pixels.shape == (1, 1000, 3)


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBPVP8 "]),
)
def test_whatever_the_bytes_are_the_answer_is_a_photo_or_a_refusal(rest, start):
    try:
        assert decode(start + rest, long_side=1000).pixels.shape[2] == 3
    except PhotoRefused as refused:
        assert refused.code.startswith("photo_")
