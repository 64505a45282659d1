"""Errors and failures on the portraits, with the upper ends of 95 % intervals (Wilson) where a share is told."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.face import ask, heads, pictures
from benchmarks.face.pictures import Portraits
from benchmarks.report import Row
from identity.bench import FALSE_MATCH_RATE
from identity.burst import FRAME_SIDE, Burst, Frame, watch
from identity.compare import compare
from identity.decode import decode
from identity.detect import find_face
from identity.engine import FaceEngine, Portrait, shared
from identity.face_policy import load_policy
from identity.liveness import Challenge, Finding, Turn
from identity.quality import failed_checks, measure
from identity.rates import area_under_curve, false_non_matches_at, upper_bound

PEER = "face_recognition"
BLUR_OF_FACE = 0.02  # of the face's width
SWING_DEGREES = 55
HEAD_DEGREES = 35
FRAMES = 12
BURST_FLOOR_GOAL = 1.5  # what following and judging may add to the decoder and three vectors


def rows(found: Portraits, work: Path) -> list[Row]:
    """Measure everything that needs many portraits."""
    engine = shared()
    assert isinstance(engine, FaceEngine), engine.reason
    clean = {name: ask(name, "vectors", [str(path) for path in found.files]) for name in ("ours", "theirs")}
    return [*errors(found, clean), *failures(found, clean, work), *liveness(found, engine), *gate(found, engine)]


def errors(found: Portraits, clean: Mapping[str, Any]) -> list[Row]:
    """Compare all pairs by both engines."""
    ours, theirs = (_distances(found, clean[name]) for name in ("ours", "theirs"))
    auc, other_auc = (area_under_curve(*one) or 0.0 for one in (ours, theirs))
    lost, other_lost = (false_non_matches_at(*one, FALSE_MATCH_RATE) or 0.0 for one in (ours, theirs))
    persons = len(ours[0]), len(ours[1])
    policy = load_policy()
    wrong = float((ours[1] <= policy.match_at_most).mean())
    missed = float((ours[0] > policy.match_at_most).mean())
    return [
        Row("area under the curve", "", auc, other_auc, PEER, "not lower", auc >= other_auc, more_is_better=True),
        _share(f"same lost at 0.1 % false matches, {persons[0]} pairs", lost, persons[0], 0.02, other_lost),
        _share(f"false matches at {policy.match_at_most:g}, {persons[1]} pairs", wrong, persons[1], 0.001),
        _share(f"same persons not matched at {policy.match_at_most:g}: another try", missed, persons[0], 1.0),
    ]


def failures(found: Portraits, clean: Mapping[str, Any], work: Path) -> list[Row]:
    """Count in how many photographs no face is found."""
    ours, theirs = (_missing(clean[name]) for name in ("ours", "theirs"))
    measured = [_share(f"face not found, as they are, {len(found.files)}", ours, len(found.files), 0.0, theirs)]
    kinds = {
        "turned by EXIF": ([pictures.turned_by_exif(path, work / f"t-{path.stem}.jpg") for path in found.files], 0.0),
        "very dark": ([pictures.very_dark(path, work / f"d-{path.stem}.jpg") for path in found.files], 0.02),
    }
    for kind, (files, goal) in kinds.items():
        ours, theirs = (_missing(ask(name, "vectors", files)) for name in ("ours", "theirs"))
        measured.append(_share(f"face not found, {kind}, {len(files)}", ours, len(files), goal, theirs))
    return measured


def liveness(found: Portraits, engine: FaceEngine) -> list[Row]:
    """Swing every portrait as a flat picture, let a modelled head turn, and time the burst."""
    rules, times, alone = load_policy().liveness, [], []
    passed = dict.fromkeys((heads.flat, heads.head), 0)
    for path in found.files:
        for depth, degrees in ((heads.flat, SWING_DEGREES), (heads.head, HEAD_DEGREES)):
            film = _film(engine, path, depth, degrees)
            start = time.process_time()
            has_passed = watch(engine, film, rules).liveness.finding is Finding.PASSED
            passed[depth] += has_passed
            if has_passed:  # Only then are there three vectors.
                times.append((time.process_time() - start) * 1000)
                alone.append(_alone(engine, film))
    count, median = len(found.files), float(np.median(times))
    model = passed[heads.head] / count
    return [
        Row(f"burst of {FRAMES} frames, judged, three vectors", "ms", median, None, None, "≤ 300 ms", median <= 300),
        Row(
            "the same over decoding it and three vectors alone",
            "ms",
            median,
            float(np.median(alone)),
            "of these alone",
            f"≤ {BURST_FLOOR_GOAL:g}×",
            median <= BURST_FLOOR_GOAL * float(np.median(alone)),
        ),
        _share(f"flat pictures swung by ±{SWING_DEGREES}° that pass, {count}", passed[heads.flat] / count, count, 0.0),
        Row(
            f"modelled heads turned by ±{HEAD_DEGREES}° that pass",
            "%",
            100 * model,
            None,
            None,
            "(no goal: a model)",
            met=True,
        ),
    ]


def gate(found: Portraits, engine: FaceEngine) -> list[Row]:
    """Look at every portrait as it is, and blurred."""
    clean, caught, limits = 0, 0, load_policy().live
    for path in found.files:
        seen = engine.look(path.read_bytes())
        if not isinstance(seen, Portrait):
            continue
        measures = measure(seen)
        clean += any(check.blocking for check in failed_checks(measures, limits))
        face_width = 2.2 * measures.eye_distance
        soft = compare(path.read_bytes(), [pictures.blurred(path, BLUR_OF_FACE * face_width)], engine=engine)
        caught += any(finding.blocking and finding.picture == "live_1" for finding in soft.findings)
    count = len(found.files)
    share = caught / count
    return [
        _share(f"gate refuses as they are, {count}", clean / count, count, 0.02),
        Row(f"gate catches a blur of 2 % of the face, {count}", "%", 100 * share, None, None, "≥ 95 %", share >= 0.95),
    ]


def _film(engine: FaceEngine, path: Path, depth: heads.Depth, degrees: int) -> Burst:
    upright = decode(path.read_bytes(), long_side=1000).pixels
    detection = find_face(upright, engine.detect)
    assert detection is not None, path
    box = detection.box
    middle = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
    angles = heads.swing(degrees, FRAMES, first_left=True)
    frames = heads.burst(Image.fromarray(detection.pixels), middle, box.width, angles, depth)
    challenge = Challenge((Turn.LEFT, Turn.RIGHT), "")
    return Burst(tuple(Frame(frame, 400 * number) for number, frame in enumerate(frames)), challenge)


def _alone(engine: FaceEngine, film: Burst) -> float:
    """Time what a burst cannot do without: each frame decoded, and the vectors in front and turned to both sides."""
    looked = engine.look(film.frames[0].photo)
    assert isinstance(looked, Portrait)
    start = time.process_time()
    for frame in film.frames:
        decode(frame.photo, long_side=FRAME_SIDE, at_most=FRAME_SIDE)
    for _ in range(3):
        engine.encode(looked)
    return (time.process_time() - start) * 1000


def _distances(found: Portraits, vectors: Sequence[Any]) -> tuple[Any, Any]:
    by_name = {path.name: vector for path, vector in zip(found.files, vectors, strict=True)}
    distances: dict[bool, list[float]] = {True: [], False: []}
    for one, other, same in found.pairs:
        if by_name[one] and by_name[other]:
            distances[same].append(float(np.linalg.norm(np.array(by_name[one]) - np.array(by_name[other]))))
    return np.array(distances[True]), np.array(distances[False])


def _missing(vectors: Sequence[Any]) -> float:
    return sum(vector is None for vector in vectors) / len(vectors)


def _share(what: str, share: float, count: int, goal: float, other: float | None = None) -> Row:
    """Tell a share in percent with its upper bound."""
    bound = f"{what} (at most {100 * upper_bound(share, count):.2f})"
    wanted = f"≤ {100 * goal:g} %" if goal < 1 else "(no goal)"
    return Row(
        bound,
        "%",
        100 * share,
        None if other is None else 100 * other,
        PEER if other is not None else None,
        wanted,
        share <= goal,
    )
