"""Pictures for the demonstration: photos of a house, signatures, and portraits from well-known packages."""

import math
import random
from pathlib import Path

import matplotlib.cbook
import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

PHOTO_SIZE = (3000, 4000)  # 12 megapixels, as phones take them
SIGNATURE_SIZE = (900, 360)


def house_photos(folder: Path) -> list[Path]:
    """Draw and keep 12-megapixel photos: the house, its room, a page of its medical papers, and the house's side."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for index, (name, wall, roof) in enumerate(
        (
            ("house", "#b9a58c", "#6d4236"),
            ("room", "#c9c2b2", "#7c8a80"),
            ("paper", "#d9d4c8", "#5f6f8a"),
            ("side", "#b3a189", "#6d4236"),
        )
    ):
        image = _scene(wall, roof, seed=index)
        path = folder / f"{name}.jpg"
        image.save(path, quality=90)
        made.append(path)
    return made


def signature(path: Path, seed: int) -> Path:
    """Draw a signature as a finger would on a screen."""
    chance = random.Random(seed)  # noqa: S311  a drawing, no secret
    image = Image.new("RGB", SIGNATURE_SIZE, "white")
    pen = ImageDraw.Draw(image)
    x = 80.0
    for _ in range(3):
        height = chance.uniform(60, 110)
        phase = chance.uniform(0, math.tau)
        stroke = [
            (x + t * 2.0, 180 + height * math.sin(t / 12 + phase) * math.cos(t / (20 + 10 * chance.random()) + phase))
            for t in range(110)
        ]
        pen.line(stroke, fill="#10243f", width=9, joint="curve")
        x += 250
    path.parent.mkdir(parents=True, exist_ok=True)
    image.filter(ImageFilter.GaussianBlur(1)).save(path)
    return path


def portraits(folder: Path) -> tuple[Path, Path, Path]:
    """Keep (reference, live, other): an astronaut's portrait as on a card, the same re-shot, and another person."""
    folder.mkdir(parents=True, exist_ok=True)
    astronaut = Image.fromarray(skimage.data.astronaut())
    reference, live, other = folder / "card.jpg", folder / "live.jpg", folder / "other.jpg"
    astronaut.crop((110, 0, 350, 300)).resize((358, 447)).save(reference, quality=88)
    _reshot(astronaut).save(live, quality=82)
    with Image.open(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)) as hopper:
        hopper.convert("RGB").save(other, quality=90)
    return reference, live, other


def _reshot(portrait: Image.Image) -> Image.Image:
    """Take the portrait again: larger, turned a little, in warmer and dimmer light, through a cheap lens."""
    turned = portrait.resize((1400, 1400)).rotate(7, resample=Image.Resampling.BICUBIC, fillcolor=(60, 60, 60))
    dim = ImageEnhance.Brightness(turned).enhance(0.82)
    warm = np.asarray(dim, dtype=np.float32) * np.array([1.06, 1.0, 0.9], dtype=np.float32)
    noise = np.random.default_rng(7).normal(0, 5, warm.shape)
    return Image.fromarray(np.clip(warm + noise, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.2))


def _scene(wall: str, roof: str, seed: int) -> Image.Image:
    """Draw a plain house before a sky, with the grain of a phone's sensor, so that the file has a photo's size."""
    width, height = PHOTO_SIZE
    small = Image.new("RGB", (width // 4, height // 4), "#a9c4dc")
    pen = ImageDraw.Draw(small)
    chance = random.Random(seed)  # noqa: S311  a drawing, no secret
    pen.rectangle((0, 640, 750, 1000), fill="#7d8f5a")
    pen.rectangle((110, 420, 640, 800), fill=wall)
    pen.polygon([(70, 430), (375, 240 + 30 * seed), (680, 430)], fill=roof)
    pen.rectangle((320, 570, 430, 800), fill="#4a3526")
    for left in (165, 490):
        pen.rectangle((left, 520, left + 100, 620), fill="#2f3c46", outline="#e8e2d4", width=6)
    for _ in range(400):
        x, y = chance.randrange(750), chance.randrange(660, 1000)
        pen.line((x, y, x + chance.randrange(-4, 4), y - chance.randrange(4, 16)), fill="#5f7340", width=2)
    large = small.resize(PHOTO_SIZE, Image.Resampling.BICUBIC)
    grain = np.random.default_rng(seed).normal(0, 6, (height // 2, width // 2, 1)).repeat(2, 0).repeat(2, 1)
    noisy = np.asarray(large, dtype=np.float32) + grain.astype(np.float32)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
