"""The face engine: dlib's detector, its 5-point landmarks and its ResNet-29, loaded when first needed.

The engine is optional. Without dlib, without the weights, or with weights that are not byte for byte the known ones,
`load` answers Unavailable, and the worker confirms identity another way. The package `face_recognition` is never
imported: it may end the process, and it makes Pillow accept half a JPEG for everybody. The 68-point landmarks are not
used, because the licence of their training data excludes commercial use.
"""

import hashlib
import importlib.util
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from identity.decode import Photo, PhotoRefused, Pixels, decode
from identity.detect import Box, Detection, Grey, Scored, find_face, turned

Points = NDArray[np.float64]  # 5 x 2: outer and inner corners of both eyes, base of the nose
Vector = NDArray[np.float64]  # 128 numbers; biometric, so it never leaves this process

ENGINE_NAME = "dlib-hog+resnet29"
WEIGHTS = {
    "shape_predictor_5_face_landmarks.dat": "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    "dlib_face_recognition_resnet_model_v1.dat": "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
}
LANDMARKS, ENCODER = WEIGHTS
MODEL_VERSION = f"resnet29-v1:{WEIGHTS[ENCODER][:12]}"

# Pixels, at least: enough for a face that fills an eighth of the picture, and what most phones' 8, 12 and 16 megapixels come
# to when their decoder halves them twice; 1000 would have an 8-megapixel photo decoded four times as large.
WORKING_SIDE = 800
SMALL_FACE = 100  # pixels; below this the file is decoded again, larger
CHIP_SIDE = 150  # pixels; what the encoder was trained on
CHIP_PADDING = 0.25


@dataclass(frozen=True)
class EngineInfo:
    """What goes into a verdict, so that nobody ever compares vectors of two engines."""

    name: str = ENGINE_NAME
    version: str = ""
    model_version: str = MODEL_VERSION


@dataclass(frozen=True)
class Unavailable:
    """There is no engine on this device; `reason` is a code of `messages.REASONS`."""

    reason: str
    info: EngineInfo = field(default_factory=EngineInfo)


@dataclass(frozen=True)
class NoPortrait:
    """The photograph gave no face; `code` is one of `messages.FINDINGS`."""

    code: str


@dataclass(frozen=True, eq=False)
class Portrait:
    """One aligned face, upright, and what was noticed on the way to it."""

    chip: Pixels = field(repr=False)
    points: Points = field(repr=False)
    file_scale: float  # pixels of the file for one pixel of `points`
    face_score: float
    second_face: float
    rung: str


class FaceEngine:
    """The loaded models behind one lock, because dlib's objects must not be used by two threads at once."""

    def __init__(self, dlib: Any, folder: Path) -> None:
        self.info = EngineInfo(version=str(dlib.__version__))
        self._dlib = dlib
        self._lock = Lock()
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(folder / LANDMARKS))
        self._encoder = dlib.face_recognition_model_v1(str(folder / ENCODER))

    def look(self, photo: bytes) -> Portrait | NoPortrait:
        """Find and align the largest face of a photograph; about 45 ms for 12 megapixels."""
        try:
            # No larger: in twice as many pixels the detector sees second faces in folds and shadows.
            working = decode(photo, long_side=WORKING_SIDE, at_most=WORKING_SIDE)
            detection = find_face(working.pixels, self.detect)
            if detection is None:
                return NoPortrait("no_face")
            picture, box = _large_enough(photo, working, detection)
            return self.portrait(
                picture.pixels,
                box,
                score=detection.score,
                second_face=detection.second_face,
                file_scale=picture.file_scale,
                rung=detection.rung.name,
            )
        except PhotoRefused as refusal:
            return NoPortrait(refusal.code)

    def encode(self, portrait: Portrait) -> Vector:
        """Return the 128 numbers of a face; about 50 ms."""
        with self._lock:
            return np.array(self._encoder.compute_face_descriptor(portrait.chip), dtype=np.float64)

    def detect(self, grey: Grey, doublings: int) -> list[Scored]:
        """Return every face of a grey picture with the detector's score; a face needs some 80 pixels."""
        with self._lock:
            boxes, scores, _ = self._detector.run(grey, doublings, 0.0)
        return [
            (Box(box.left(), box.top(), box.right(), box.bottom()), score)
            for box, score in zip(boxes, scores, strict=True)
        ]

    def points(self, pixels: Pixels, box: Box) -> Points:
        """Return the five landmarks of a face; a fifth of a millisecond."""
        with self._lock:
            return _points(self._landmarks(pixels, self._rectangle(box)))

    def portrait(
        self,
        pixels: Pixels,
        box: Box,
        *,
        score: float,
        second_face: float = 0.0,
        file_scale: float = 1.0,
        rung: str = "",
    ) -> Portrait:
        """Align a face that was found."""
        with self._lock:
            shape = self._landmarks(pixels, self._rectangle(box))
            chip = self._dlib.get_face_chip(pixels, shape, CHIP_SIDE, CHIP_PADDING)
        return Portrait(chip, _points(shape), file_scale, score, second_face, rung)

    def _rectangle(self, box: Box) -> Any:
        return self._dlib.rectangle(round(box.left), round(box.top), round(box.right), round(box.bottom))


def load(folder: Path | None = None) -> FaceEngine | Unavailable:
    """Load the engine from the installed weights, or from a folder that holds them; about 0.3 s. Never raises."""
    try:
        import dlib
    except (ImportError, OSError):
        return Unavailable("engine_not_installed")
    models = folder or weights_folder()
    if models is None:
        return Unavailable("weights_missing")
    try:
        if any(_sha256(models / name) != expected for name, expected in WEIGHTS.items()):
            return Unavailable("weights_altered")
        return FaceEngine(dlib, models)
    except OSError:
        return Unavailable("weights_missing")
    except (RuntimeError, MemoryError):
        return Unavailable("engine_failed")


def shared() -> FaceEngine | Unavailable:
    """Return the engine of this process, loaded once, whichever thread asks first."""
    with _LOADING:
        return _load_once()


def weights_folder() -> Path | None:
    """Return where the installed weights lie, without running the package that carries them.

    Its `__init__` needs pkg_resources, which newer versions of setuptools no longer have.
    """
    try:
        spec = importlib.util.find_spec("face_recognition_models")
    except ValueError:  # somebody put a stand-in without a specification into sys.modules
        return None
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0]) / "models" if locations else None


_LOADING = Lock()


@cache
def _load_once() -> FaceEngine | Unavailable:
    return load()


def _points(shape: Any) -> Points:
    return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _large_enough(data: bytes, working: Photo, detection: Detection) -> tuple[Photo, Box]:
    """Return the picture to align in: the working one, or for a small face the file decoded larger."""
    found = Photo(detection.pixels, working.file_scale)
    if detection.box.width >= SMALL_FACE or working.file_scale <= 1.0:
        return found, detection.box
    side = round(max(working.pixels.shape) * CHIP_SIDE / max(detection.box.width, 1.0))
    larger = decode(data, long_side=side)
    pixels = turned(larger.pixels, detection.rung.turn)
    return Photo(pixels, larger.file_scale), detection.box.scaled(working.file_scale / larger.file_scale)
