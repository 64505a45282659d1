"""The thresholds of the face comparison as a versioned value, read from `identity/data`.

A policy says where the bands lie and what a photograph must be like. It decides nothing about aid: no outcome refuses
service. Numbers and their provenance live in the data file, never in code; a file counts only with a trusted signature
(`identity.policy_signing`).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeVar

from identity.liveness import LivenessRules
from identity.policy_signing import SIGNATURE_SUFFIX, PolicyBroken, release_signers, verify

CURRENT = "cn-prov-2"

Limits = TypeVar("Limits")
Band = Literal["near", "between", "far"]


@dataclass(frozen=True)
class QualityLimits:
    """What a photograph must be like; each limit is explained where it is set, in the policy file."""

    sharpness_at_least: float
    brightness_at_least: float
    overexposed_at_most: float
    side_light_at_most: float
    eye_distance_at_least: float
    eye_distance_advised: float
    tilt_at_most: float
    turn_at_most: float
    face_score_at_least: float
    second_face_at_most: float


@dataclass(frozen=True)
class FacePolicy:
    """One version of the thresholds."""

    version: str
    provisional: bool
    provenance: Mapping[str, str]
    match_at_most: float
    no_match_above: float
    liveness_required: bool
    face_tries_at_most: int
    liveness: LivenessRules
    live: QualityLimits
    reference: QualityLimits

    def band(self, distance: float) -> Band:
        """Say in which band a distance lies; a distance on a border lies in the nearer band."""
        if distance <= self.match_at_most:
            return "near"
        return "between" if distance <= self.no_match_above else "far"


@cache
def load_policy(version: str = CURRENT) -> FacePolicy:
    """Read a policy that is part of the program. Raises PolicyBroken when it does not exist, is not sound or not signed."""
    file = resources.files("identity.data").joinpath(f"face-policy.{version}.toml")
    signature = resources.files("identity.data").joinpath(f"face-policy.{version}{SIGNATURE_SUFFIX}")
    if not file.is_file() or not signature.is_file():
        raise PolicyBroken(f"there is no signed face policy {version}")
    return read_signed(file.read_bytes(), signature.read_text(encoding="ascii"), release_signers())


def read_signed(policy: bytes, signature: str, trusted: Iterable[str]) -> FacePolicy:
    """Read the bytes of a policy file that one of the trusted keys signed. Raises PolicyBroken."""
    verify(policy, signature.strip(), trusted)
    try:
        return parse_policy(tomllib.loads(policy.decode()))
    except ValueError as error:  # no UTF-8, no TOML, or words where numbers belong
        raise PolicyBroken("the face policy cannot be read") from error


def parse_policy(data: Mapping[str, Any]) -> FacePolicy:
    """Make a policy of a parsed file. Raises PolicyBroken naming what is missing, unknown or out of order."""
    try:
        policy = FacePolicy(
            version=str(data["version"]),
            provisional=bool(data["provisional"]),
            provenance=dict(data["provenance"]),
            match_at_most=float(data["bands"]["match_at_most"]),
            no_match_above=float(data["bands"]["no_match_above"]),
            liveness_required=bool(data["rules"]["liveness_required"]),
            face_tries_at_most=int(data["rules"]["face_tries_at_most"]),
            liveness=_limits(LivenessRules, data["liveness"]),
            live=_limits(QualityLimits, data["quality"]["live"]),
            reference=_limits(QualityLimits, data["quality"]["reference"]),
        )
    except KeyError as error:
        raise PolicyBroken(f"the face policy has no {error}") from error
    if not 0.0 < policy.match_at_most <= policy.no_match_above:
        raise PolicyBroken("the bands of the face policy are out of order")
    if policy.face_tries_at_most < 1:
        raise PolicyBroken("the face policy allows no try")
    return policy


def _limits(kind: type[Limits], data: Mapping[str, Any]) -> Limits:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type] # both kinds are dataclasses of numbers
    unknown = set(data) - set(names)
    if unknown:
        raise PolicyBroken(f"the face policy has an unknown limit: {', '.join(sorted(unknown))}")
    return kind(**{name: float(data[name]) for name in names})
