"""The zoo of files that somebody may hand in, compared in a process of its own: an outcome each, bounded memory, it lives."""

import json
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

MEMORY_MIB = 220  # the engine alone takes some 90; a 200-megapixel picture would take 600
PROGRAM = """
import json, sys
from pathlib import Path
from identity.bench import peak_memory_mib
from identity.compare import compare
good = Path(sys.argv[1]).read_bytes()
told = {}
for path in map(Path, sys.argv[2:]):
    verdicts = [compare(good, [path.read_bytes()]), compare(path.read_bytes(), [good])]
    told[path.name] = [[verdict.outcome, list(verdict.reasons)] for verdict in verdicts]
print(json.dumps([told, peak_memory_mib()]))
"""


def bomb(width, height):
    """Return a whole PNG of zeros: a few hundred kilobytes that unfold to hundreds of megabytes."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + width * 3)
    body = b"IDAT" + b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, body, b"IEND")
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory, astronaut, astronaut_photo, encoded):
    folder = tmp_path_factory.mktemp("zoo")
    grey = np.asarray(astronaut.convert("L"))
    files = {
        "good.jpg": astronaut_photo,
        "nothing.jpg": b"",
        "half.jpg": astronaut_photo[: len(astronaut_photo) // 2],
        "bomb.png": bomb(20_000, 10_000),
        "bomb_named_photo.jpg": bomb(16_000, 12_500),
        "png_named.jpg": encoded(astronaut, "PNG"),
        "cmyk.jpg": encoded(astronaut.convert("CMYK")),
        "sixteen_bits.png": encoded(Image.fromarray(grey.astype(np.uint16) * 257), "PNG"),
        "animated.webp": encoded(astronaut, "WEBP", save_all=True, append_images=[astronaut.rotate(90)], duration=100),
        "animated.png": encoded(astronaut, "PNG", save_all=True, append_images=[astronaut.rotate(90)]),
        "text.jpg": b"<?php echo 1;" * 100,
        "one_pixel.png": encoded(Image.new("RGB", (1, 1)), "PNG"),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    paths = [str(folder / name) for name in files]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, paths[0], *paths[1:]], capture_output=True, text=True, check=True
    )
    outcomes, memory = json.loads(done.stdout.splitlines()[-1])
    return outcomes, memory


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing.jpg", "photo_empty"),
        ("half.jpg", "photo_damaged"),
        ("bomb.png", "photo_too_many_pixels"),
        ("bomb_named_photo.jpg", "photo_too_many_pixels"),
        ("text.jpg", "photo_unknown_format"),
        ("one_pixel.png", "no_face"),
    ],
)
def test_what_is_no_usable_picture_is_told_by_its_reason(told, name, reason):
    assert told[0][name] == [["not_possible", [reason]]] * 2


@pytest.mark.parametrize("name", ["png_named.jpg", "cmyk.jpg", "sixteen_bits.png", "animated.webp", "animated.png"])
def test_an_unusual_picture_of_the_same_person_is_a_match(told, name):
    assert [outcome for outcome, _ in told[0][name]] == ["match", "match"]


def test_the_memory_stays_bounded(told):
    assert told[1] < MEMORY_MIB
