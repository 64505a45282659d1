"""Photographs and the real engine for the tests of this room.

Two portraits come with development tools (public domain, NASA and US Navy); more lie beside the project, not in it.
"""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from PIL import Image
from skimage import data

from identity.engine import FaceEngine, Unavailable, shared

FACES = Path(os.environ.get("ZSB_FACES", Path(__file__).resolve().parents[2] / ".." / "shared" / "faces"))

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def engine() -> FaceEngine:
    loaded = shared()
    assert not isinstance(loaded, Unavailable), loaded.reason
    return loaded


@pytest.fixture(scope="session")
def astronaut() -> Image.Image:
    """800 x 800 pixels, so that the face is as large as in a photograph taken at arm's length."""
    return Image.fromarray(data.astronaut()).resize((800, 800))


@pytest.fixture(scope="session")
def hopper() -> bytes:
    return (Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg").read_bytes()


@pytest.fixture(scope="session")
def encoded() -> Encode:
    """Turn an image into the bytes of a file."""

    def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
        buffer = BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return encode


@pytest.fixture(scope="session")
def astronaut_photo(astronaut: Image.Image, encoded: Encode) -> bytes:
    return encoded(astronaut, quality=92)


@pytest.fixture(scope="session")
def scenery(encoded: Encode) -> bytes:
    """A photograph of nobody."""
    return encoded(Image.fromarray(np.random.default_rng(7).integers(0, 255, (300, 400, 3), dtype=np.uint8)))


@pytest.fixture(scope="session")
def faces() -> Path:
    if not (FACES / "pairs.csv").is_file():
        pytest.skip("the portraits are not in ../shared/faces; put them there, or name their folder in ZSB_FACES")
    return FACES
