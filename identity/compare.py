"""Compare a live face with a portrait, and say what may be concluded.

The library's front door. A verdict is advice to the worker who stands before the person: a match is confirmed by hand,
and no outcome refuses service (人脸识别技术应用安全管理办法, 2025-06-01, art. 10); `identity.ladder` says what comes next.
Leaves to others: consent (`identity.consent`), tries, storage, and the deletion of the photographs.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from identity.engine import FaceEngine, NoPortrait, Portrait, Unavailable, shared
from identity.face_policy import Band, FacePolicy, QualityLimits, load_policy
from identity.ladder import Outcome
from identity.messages import FINDINGS, LIVENESS, OUTCOMES
from identity.quality import failed_checks, measure

Decision = tuple[Outcome, tuple[str, ...]]  # with the codes of its reasons

# Signs of a photograph that worked, in the order in which a take is preferred; none of them is the likeness.
Preference = tuple[int, int, float]


@dataclass(frozen=True)
class Finding:
    """One thing noticed about one photograph: `reference`, or `live_1`, `live_2`, … in the order given."""

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
    live_used: int | None  # 1 for the first live photograph
    findings: tuple[Finding, ...]
    liveness: str
    engine: str
    engine_version: str
    model_version: str
    policy_version: str
    milliseconds: float

    @property
    def advice(self) -> str | None:
        """The one thing to tell the worker now: of the photograph that was used, what stands in the way first."""
        pictures = ("reference", f"live_{self.live_used or 1}")
        concerned = [finding for finding in self.findings if finding.picture in pictures]
        return next((finding.advice for finding in sorted(concerned, key=lambda finding: not finding.blocking)), None)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for the screen of this device, as plain JSON values. Not for a record: it has the distance."""
        findings = [asdict(finding) | {"advice": finding.advice} for finding in self.findings]
        texts = {
            "message": OUTCOMES[self.outcome],
            "advice": self.advice,
            "liveness_message": LIVENESS[self.liveness],
        }
        plain = {"outcome": self.outcome.value, "reasons": list(self.reasons), "findings": findings}
        return asdict(self) | plain | texts

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
            "engine": f"{self.engine} {self.engine_version}".strip(),
            "model_version": self.model_version,
            "policy_version": self.policy_version,
        }


@dataclass(frozen=True, eq=False)
class View:
    """One photograph as the engine saw it."""

    portrait: Portrait | None
    findings: tuple[Finding, ...]
    preference: Preference

    @property
    def blocking(self) -> tuple[str, ...]:
        """The codes that keep this photograph from deciding anything."""
        return tuple(finding.code for finding in self.findings if finding.blocking)


@dataclass(frozen=True)
class Found:
    """What the comparison itself found, before it is dressed as a verdict."""

    decision: Decision
    distance: float | None = None
    live_used: int | None = None
    findings: tuple[Finding, ...] = ()


def compare(
    reference: bytes,
    live: Sequence[bytes],
    *,
    engine: FaceEngine | Unavailable | None = None,
    policy: FacePolicy | None = None,
    minor: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> Verdict:
    """Compare the best of some live photographs with a reference portrait. Never raises, whatever the bytes are.

    The best photograph is the one of the best quality, not the most alike. A minor is never a match by machine. Without
    `engine` and `policy` those of this installation are used; `clock` counts seconds and only times the comparison.
    """
    engine = shared() if engine is None else engine
    policy = load_policy() if policy is None else policy
    started = clock()
    found = _judge(engine, reference, live, policy, minor)
    outcome, reasons = found.decision
    return Verdict(
        outcome=outcome,
        reasons=reasons,
        distance=None if found.distance is None else round(found.distance, 4),
        threshold=policy.match_at_most,
        band=None if found.distance is None else policy.band(found.distance),
        live_used=found.live_used,
        findings=found.findings,
        liveness="not_checked",
        engine=engine.info.name,
        engine_version=engine.info.version,
        model_version=engine.info.model_version,
        policy_version=policy.version,
        milliseconds=round((clock() - started) * 1000, 1),
    )


def decide(distance: float, blocking: tuple[str, ...], policy: FacePolicy, *, minor: bool) -> Decision:
    """Say what a distance means. A bad photograph decides nothing, in either direction."""
    if minor:
        return Outcome.INCONCLUSIVE, ("minor", *blocking)
    if blocking:
        return Outcome.INCONCLUSIVE, blocking
    if policy.band(distance) == "far":
        return Outcome.NO_MATCH, ("distance_far",)
    if policy.band(distance) == "between":
        return Outcome.INCONCLUSIVE, ("distance_between",)
    if policy.liveness_required:
        return Outcome.INCONCLUSIVE, ("liveness_open",)
    return Outcome.MATCH, ("distance_near",)


def _judge(
    engine: FaceEngine | Unavailable, reference: bytes, live: Sequence[bytes], policy: FacePolicy, minor: bool
) -> Found:
    if isinstance(engine, Unavailable):
        return _not_possible(engine.reason)
    if not live:
        return _not_possible("no_live_photo")
    try:
        return _compare(engine, reference, live, policy, minor)
    except (RuntimeError, MemoryError):  # what dlib raises when it cannot go on
        return _not_possible("engine_failed")


def _not_possible(*reasons: str) -> Found:
    return Found((Outcome.NOT_POSSIBLE, reasons))


def _compare(engine: FaceEngine, reference: bytes, live: Sequence[bytes], policy: FacePolicy, minor: bool) -> Found:
    portrait = _view(engine, "reference", reference, policy.reference)
    takes = [_view(engine, f"live_{number}", photo, policy.live) for number, photo in enumerate(live, start=1)]
    chosen = max(range(len(takes)), key=lambda index: takes[index].preference)
    best, number = takes[chosen], chosen + 1
    findings = portrait.findings + tuple(finding for take in takes for finding in take.findings)
    if reference == live[chosen]:
        findings += (Finding(f"live_{number}", "same_photo", blocking=False),)
    blocking = tuple(dict.fromkeys(portrait.blocking + best.blocking))
    if portrait.portrait is None or best.portrait is None:
        return Found((Outcome.NOT_POSSIBLE, blocking), None, number, findings)
    distance = float(np.linalg.norm(engine.encode(portrait.portrait) - engine.encode(best.portrait)))
    return Found(decide(distance, blocking, policy, minor=minor), distance, number, findings)


def _view(engine: FaceEngine, picture: str, photo: bytes, limits: QualityLimits) -> View:
    portrait = engine.look(photo)
    if isinstance(portrait, NoPortrait):
        return View(None, (Finding(picture, portrait.code, blocking=True),), (-1, 0, 0.0))
    measures = measure(portrait)
    failed = failed_checks(measures, limits)
    findings = tuple(Finding(picture, check.code, check.blocking) for check in failed)
    passes = int(not any(check.blocking for check in failed))
    return View(portrait, findings, (passes, -len(failed), measures.sharpness))
