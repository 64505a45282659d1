"""Compare a live face with a portrait, and say what may be concluded.

The library's front door. A verdict is advice to the worker who stands before the person: a match is confirmed by hand,
and no outcome refuses service (人脸识别技术应用安全管理办法, 2025-06-01, art. 10); `identity.ladder` says what comes next.
Leaves to others: consent (`identity.consent`), tries, storage, and the deletion of the photographs.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from identity.burst import Burst, Watched, watch
from identity.engine import FaceEngine, NoPortrait, Portrait, Unavailable, Vector, shared
from identity.face_policy import Band, FacePolicy, QualityLimits, load_policy
from identity.ladder import Outcome
from identity.liveness import Finding as LivenessFinding
from identity.liveness import Liveness, same_face
from identity.messages import FINDINGS, LIVENESS, LIVENESS_REASONS, OUTCOMES
from identity.quality import Measures, failed_checks, measure
from identity.template import Template

Decision = tuple[Outcome, tuple[str, ...]]  # with the codes of its reasons

# Signs of a photograph that worked, in the order in which a take is preferred; none of them is the likeness.
Preference = tuple[int, int, float]

NOT_CHECKED = Liveness(LivenessFinding.NOT_CHECKED)


@dataclass(frozen=True)
class Finding:
    """One thing noticed about one picture: `reference`, `live_1`, `live_2`, … in the order given, or `burst`."""

    picture: str
    code: str
    blocking: bool

    @property
    def advice(self) -> str:
        """What the worker can do, in Chinese."""
        return FINDINGS[self.code]


@dataclass(frozen=True)
class Verdict:
    """What one comparison found. It holds no photograph and no vector."""

    outcome: Outcome
    reasons: tuple[str, ...]
    distance: float | None  # between the vectors, 0 for the same photograph; None when one of them gave no face
    threshold: float  # the largest distance of a match
    band: Band | None
    live_used: int | None  # 1 for the first live photograph; None for a frame of the burst
    findings: tuple[Finding, ...]
    liveness: str
    liveness_reasons: tuple[str, ...]
    blink_seen: bool | None  # advice only; None without a burst
    engine: str
    engine_version: str
    model_version: str
    policy_version: str
    milliseconds: float

    @property
    def advice(self) -> str | None:
        """The one thing to tell the worker now: of the pictures that were used, what stands in the way first."""
        used = "burst" if self.live_used is None and self.liveness != LivenessFinding.NOT_CHECKED else None
        pictures = ("reference", used or f"live_{self.live_used or 1}")
        concerned = [finding for finding in self.findings if finding.picture in pictures]
        blocking = [finding.advice for finding in concerned if finding.blocking]
        turning = [LIVENESS_REASONS[reason] for reason in self.liveness_reasons]
        return next(iter([*blocking, *turning, *(finding.advice for finding in concerned)]), None)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for the screen of this device, as plain JSON values. Not for a record: it has the distance."""
        findings = [asdict(finding) | {"advice": finding.advice} for finding in self.findings]
        texts = {
            "message": OUTCOMES[self.outcome],
            "advice": self.advice,
            "liveness_message": LIVENESS[self.liveness],
        }
        plain = {"outcome": self.outcome.value, "reasons": list(self.reasons), "findings": findings}
        return asdict(self) | plain | {"liveness_reasons": list(self.liveness_reasons)} | texts

    def record(self) -> dict[str, Any]:
        """Return the only part that may leave the device: the result, never the face.

        人脸识别技术应用安全管理办法 art. 8: face data stays in the device. So no distance, no vector, no measure, no hash.
        """
        return {
            "method": "face",
            "outcome": self.outcome.value,
            "reasons": list(self.reasons),
            "score_band": self.band,
            "liveness": self.liveness,
            "liveness_reasons": list(self.liveness_reasons),
            "engine": f"{self.engine} {self.engine_version}".strip(),
            "model_version": self.model_version,
            "policy_version": self.policy_version,
        }


@dataclass(frozen=True, eq=False)
class View:
    """One picture as the engine saw it."""

    portrait: Portrait | None
    findings: tuple[Finding, ...]
    preference: Preference
    vector: Vector | None = None  # where it is known already

    @property
    def blocking(self) -> tuple[str, ...]:
        """The codes that keep this picture from deciding anything."""
        return tuple(finding.code for finding in self.findings if finding.blocking)


@dataclass(frozen=True)
class Found:
    """What the comparison itself found, before it is dressed as a verdict."""

    decision: Decision
    distance: float | None = None
    live_used: int | None = None
    findings: tuple[Finding, ...] = ()
    liveness: Liveness = NOT_CHECKED
    blink_seen: bool | None = None
    live_vector: Vector | None = None
    live_photo: bytes | None = None


@dataclass(frozen=True, eq=False)
class Compared:
    """A verdict, and for whoever may do more with the live face its vector (`identity.template`) and its picture."""

    verdict: Verdict
    live_vector: Vector | None = field(repr=False)
    live_photo: bytes | None = field(repr=False)


def compare(
    reference: bytes | Template,
    live: Sequence[bytes],
    *,
    burst: Burst | None = None,
    engine: FaceEngine | Unavailable | None = None,
    policy: FacePolicy | None = None,
    minor: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> Verdict:
    """Compare the best of some live pictures with a reference portrait. Never raises, whatever the bytes are.

    A `burst` also tells whether a living head turned. Everything but the verdict is forgotten; see `compare_to_keep`.
    """
    compared = compare_to_keep(reference, live, burst=burst, engine=engine, policy=policy, minor=minor, clock=clock)
    return compared.verdict


def compare_to_keep(
    reference: bytes | Template,
    live: Sequence[bytes],
    *,
    burst: Burst | None = None,
    engine: FaceEngine | Unavailable | None = None,
    policy: FacePolicy | None = None,
    minor: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> Compared:
    """Compare as `compare` does, and give the live face's vector and picture too, for what its owner agreed to.

    `reference` is the photograph of a card, or what was kept of earlier visits. The best picture is the one of the best
    quality, not the most alike. A minor is never a match by machine. Without `engine` and `policy` those of this
    installation are used; `clock` counts seconds and only times the comparison.
    """
    engine = shared() if engine is None else engine
    policy = load_policy() if policy is None else policy
    started = clock()
    found = _judge(engine, reference, live, burst, policy, minor)
    outcome, reasons = found.decision
    verdict = Verdict(
        outcome=outcome,
        reasons=reasons,
        distance=None if found.distance is None else round(found.distance, 4),
        threshold=policy.match_at_most,
        band=None if found.distance is None else policy.band(found.distance),
        live_used=found.live_used,
        findings=found.findings,
        liveness=found.liveness.finding.value,
        liveness_reasons=found.liveness.reasons,
        blink_seen=found.blink_seen,
        engine=engine.info.name,
        engine_version=engine.info.version,
        model_version=engine.info.model_version,
        policy_version=policy.version,
        milliseconds=round((clock() - started) * 1000, 1),
    )
    return Compared(verdict, found.live_vector, found.live_photo)


def decide(
    distance: float,
    blocking: tuple[str, ...],
    policy: FacePolicy,
    *,
    minor: bool,
    liveness: LivenessFinding = LivenessFinding.NOT_CHECKED,
) -> Decision:
    """Say what a distance means. A bad photograph decides nothing, in either direction."""
    if minor:
        return Outcome.INCONCLUSIVE, ("minor", *blocking)
    if blocking:
        return Outcome.INCONCLUSIVE, blocking
    if policy.band(distance) == "far":
        return Outcome.NO_MATCH, ("distance_far",)
    if policy.band(distance) == "between":
        return Outcome.INCONCLUSIVE, ("distance_between",)
    if liveness is LivenessFinding.FAILED:
        return Outcome.INCONCLUSIVE, ("liveness_failed",)
    if policy.liveness_required and liveness is not LivenessFinding.PASSED:
        return Outcome.INCONCLUSIVE, ("liveness_open",)
    return Outcome.MATCH, ("distance_near",)


def _judge(
    engine: FaceEngine | Unavailable,
    reference: bytes | Template,
    live: Sequence[bytes],
    burst: Burst | None,
    policy: FacePolicy,
    minor: bool,
) -> Found:
    if isinstance(engine, Unavailable):
        return _not_possible(engine.reason)
    if not live and not burst:
        return _not_possible("no_live_photo")
    if isinstance(reference, Template) and reference.model_version != engine.info.model_version:
        return _not_possible("reference_outdated")
    try:
        return _compare(engine, reference, live, burst, policy, minor)
    except (RuntimeError, MemoryError):  # what dlib raises when it cannot go on
        return _not_possible("engine_failed")


def _not_possible(*reasons: str) -> Found:
    return Found((Outcome.NOT_POSSIBLE, reasons))


def _compare(
    engine: FaceEngine,
    reference: bytes | Template,
    live: Sequence[bytes],
    burst: Burst | None,
    policy: FacePolicy,
    minor: bool,
) -> Found:
    against = _reference_view(engine, reference, policy.reference)
    takes = [_view(engine, f"live_{number}", photo, policy.live) for number, photo in enumerate(live, start=1)]
    watched = watch(engine, burst, policy.liveness) if burst else None
    views = [*takes, _burst_view(watched, policy.live)] if watched else takes
    chosen = max(range(len(views)), key=lambda index: views[index].preference)
    best, number = views[chosen], chosen + 1 if chosen < len(takes) else None
    findings = against.findings + tuple(finding for view in views for finding in view.findings)
    if number and reference == live[chosen]:
        findings += (Finding(f"live_{number}", "same_photo", blocking=False),)
    blocking = tuple(dict.fromkeys(against.blocking + best.blocking))
    known, seen = _vector(engine, against), _vector(engine, best)
    liveness = _liveness(watched, seen, policy) if watched else NOT_CHECKED
    blink_seen = watched.blink_seen if watched else None
    if known is None or seen is None:
        return Found((Outcome.NOT_POSSIBLE, blocking), None, number, findings, liveness, blink_seen)
    distance = float(np.linalg.norm(known - seen))
    decision = decide(distance, blocking, policy, minor=minor, liveness=liveness.finding)
    return Found(decision, distance, number, findings, liveness, blink_seen, seen, _photo(live, chosen, watched))


def _photo(live: Sequence[bytes], chosen: int, watched: Watched | None) -> bytes | None:
    if chosen < len(live):
        return live[chosen]
    return watched.photo if watched else None


def _liveness(watched: Watched, used: Vector | None, policy: FacePolicy) -> Liveness:
    """Say what the burst told of the face that is compared: a living head beside somebody's photograph proves nothing."""
    if used is None or watched.vector is None:
        return watched.liveness
    return same_face(watched.liveness, [float(np.linalg.norm(watched.vector - used))], policy.liveness)


def _reference_view(engine: FaceEngine, reference: bytes | Template, limits: QualityLimits) -> View:
    if isinstance(reference, Template):
        return View(None, (), (1, 0, 0.0), reference.vector)
    return _view(engine, "reference", reference, limits)


def _burst_view(watched: Watched, limits: QualityLimits) -> View:
    if watched.portrait is None or watched.measures is None:
        return View(None, (Finding("burst", "no_face", blocking=True),), (-1, 0, 0.0))
    return _judged("burst", watched.portrait, watched.measures, limits, watched.vector)


def _view(engine: FaceEngine, picture: str, photo: bytes, limits: QualityLimits) -> View:
    portrait = engine.look(photo)
    if isinstance(portrait, NoPortrait):
        return View(None, (Finding(picture, portrait.code, blocking=True),), (-1, 0, 0.0))
    return _judged(picture, portrait, measure(portrait), limits)


def _judged(
    picture: str, portrait: Portrait, measures: Measures, limits: QualityLimits, vector: Vector | None = None
) -> View:
    failed = failed_checks(measures, limits)
    findings = tuple(Finding(picture, check.code, check.blocking) for check in failed)
    passes = int(not any(check.blocking for check in failed))
    return View(portrait, findings, (passes, -len(failed), measures.sharpness), vector)


def _vector(engine: FaceEngine, view: View) -> Vector | None:
    if view.vector is None and view.portrait is not None:
        return engine.encode(view.portrait)
    return view.vector
