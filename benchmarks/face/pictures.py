"""The portraits that are measured, and how they are spoilt. Nothing of them is kept."""

import csv
import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageFilter

FOLDER = Path(os.environ.get("ZSB_FACES", Path(__file__).resolve().parents[2] / ".." / "shared" / "faces"))
LARGE, MIDDLE = 12_000_000, 720 * 960  # pixels
NOISE = 4.0  # grey values, as a phone's sensor has


@dataclass(frozen=True)
class Portraits:
    """Files, and the pairs of them: two names, and whether they show the same person."""

    files: tuple[Path, ...]
    pairs: tuple[tuple[str, str, bool], ...]

    @property
    def are_many(self) -> bool:
        """Tell whether there are enough to speak of errors."""
        return bool(self.pairs)


def portraits(work: Path) -> Portraits:
    """Find the portraits beside the project, or else make the one that comes with scikit-image."""
    if (FOLDER / "pairs.csv").is_file():
        with (FOLDER / "pairs.csv").open(encoding="utf-8") as lines:
            rows = [(row["file_a"], row["file_b"], row["same"] == "1") for row in csv.DictReader(lines)]
        names = sorted({name for row in rows for name in row[:2]})
        return Portraits(tuple(FOLDER / "images" / name for name in names), tuple(rows))
    path = work / "astronaut.jpg"
    Image.fromarray(skimage.data.astronaut()).resize((800, 800)).save(path, quality=92)
    return Portraits((path,), ())


def sized(source: Path, pixels: int, target: Path) -> str:
    """Write a portrait in another size, with a sensor's noise, as a phone would have taken it."""
    with Image.open(source) as image:
        picture = image.convert("RGB")
    scale = (pixels / (picture.width * picture.height)) ** 0.5
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    noise = np.random.default_rng(1).normal(0, NOISE, (picture.height, picture.width, 1)).astype(np.float32)
    noisy = np.asarray(picture, dtype=np.float32) + noise
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(target, quality=90)
    return str(target)


def turned_by_exif(source: Path, target: Path, orientation: int = 6) -> str:
    """Write a portrait as a camera held upright does: lying pixels, and a note how to turn them."""
    with Image.open(source) as image:
        lying = image.convert("RGB").transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying.save(target, quality=92, exif=exif)
    return str(target)


def very_dark(source: Path, target: Path) -> str:
    """Write a portrait with a twelfth of its light."""
    with Image.open(source) as image:
        light = np.asarray(image.convert("RGB"), dtype=np.float64) * 0.08
    noise = np.random.default_rng(2).normal(0, 1.0, light.shape)
    Image.fromarray((light + noise).clip(0, 255).astype(np.uint8)).save(target, quality=92)
    return str(target)


def blurred(source: Path, radius: float) -> bytes:
    """Give a portrait blurred by a Gaussian of some pixels."""
    buffer = BytesIO()
    with Image.open(source) as image:
        image.convert("RGB").filter(ImageFilter.GaussianBlur(radius)).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
