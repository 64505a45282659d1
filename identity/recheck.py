"""A second look at a comparison by the office, from the photographs themselves, where their owner agreed to just that.

Off by default: a device sends no photograph of a face. Whoever has the photographs, with the consent `face_upload`, may
compare them again. The device's vector is never trusted, and neither it nor its distance comes here: on the same engine ours
lies within `SAME_VECTOR` of it, so the band that the distance gave there must be one that it could give here. What differs
goes to a person; nothing is ever changed by this.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from identity.compare import compare
from identity.engine import FaceEngine, Unavailable, Vector, shared
from identity.face_policy import Band, FacePolicy, load_policy
from identity.policy_signing import PolicyBroken

SAME_VECTOR = 1e-3  # measured: 0.0 between a wheel and a build from source


@dataclass(frozen=True)
class Recheck:
    """What the second look found; `needs_review` asks a person, with the codes of why."""

    needs_review: bool
    reasons: tuple[str, ...]
    band: str | None
    band_today: str | None
    engine: str
    model_version: str

    def record(self) -> dict[str, Any]:
        """Return the result as plain values; like a verdict's record it holds nothing biometric."""
        return {
            "needs_review": self.needs_review,
            "reasons": list(self.reasons),
            "band": self.band,
            "band_today": self.band_today,
            "engine": self.engine,
            "model_version": self.model_version,
        }


def recheck(
    recorded: Mapping[str, Any],
    reference: bytes,
    live: bytes,
    *,
    engine: FaceEngine | Unavailable | None = None,
    policies: Callable[[str], FacePolicy] = load_policy,
) -> Recheck:
    """Compare again, by the policy of then and by today's. Never raises, whatever the bytes are.

    `recorded` is the identity entry of the visit: its band, model and policy versions are what is checked. `policies` finds
    a policy by its version or raises PolicyBroken; without it only those of this installation are known.
    """
    engine = shared() if engine is None else engine
    now = compare(reference, [live], engine=engine)
    reasons = []
    then, might_be = None, set[Band]()
    if recorded.get("model_version") != engine.info.model_version:
        reasons.append("recheck_other_engine")
    if now.distance is None:
        reasons.append("recheck_not_possible")
    else:
        try:
            policy = policies(str(recorded.get("policy_version")))
            then, might_be = policy.band(now.distance), _bands(policy, now.distance)
        except PolicyBroken:
            reasons.append("recheck_policy_unknown")
    if then is not None and recorded.get("score_band") not in might_be:
        reasons.append("recheck_differs")
    if then is not None and now.band != then:
        reasons.append("recheck_differs_today")
    return Recheck(bool(reasons), tuple(reasons), then, now.band, engine.info.name, engine.info.model_version)


def _bands(policy: FacePolicy, distance: float) -> set[Band]:
    """Name the bands that an honest device may have recorded: of each of the two vectors it may be off by SAME_VECTOR."""
    return {policy.band(distance + off) for off in (-2 * SAME_VECTOR, 0.0, 2 * SAME_VECTOR)}


def same_vector(ours: Vector, theirs: Vector) -> bool:
    """Tell whether two runs of one engine agree on a photograph."""
    return float(np.linalg.norm(ours - theirs)) <= SAME_VECTOR
