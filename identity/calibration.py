"""A new face policy from scores of consented local comparisons: no image and no vector is needed, or taken.

In every group of people the false matches must stay below the limit with confidence, and the worst group decides for all:
a threshold that suits most is unfair to the rest. What the scores do not cover is written into the policy. The file then
waits for a signature (`identity.policy_signing`).
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from identity.face_policy import FacePolicy, parse_policy
from identity.rates import Distances, share, upper_bound

FALSE_MATCHES_AT_MOST = 0.001  # NIST and GB/T 38671 report at this rate; the upper bound must stay below it
RIGHT_PERSONS_KEPT = 0.995  # of the same persons lie below the border of "no match"
GENUINE_AT_LEAST = 300  # per group, so that the 99.5 % quantile is seen at all
RESAMPLES = 200
GRID = np.round(np.arange(0.20, 0.70, 0.005), 3)
COLUMNS = ("distance", "same", "group", "person_a", "person_b")


class ScoresBroken(Exception):
    """The scores are not what a calibration needs; the message says what to add."""


@dataclass(frozen=True, eq=False)
class Scores:
    """The comparisons of one group."""

    distances: Distances
    same: NDArray[np.bool_]
    persons: NDArray[np.str_]  # n x 2, pseudonyms

    @property
    def genuine(self) -> Distances:
        """The distances of the same persons."""
        return self.distances[self.same]

    @property
    def impostor(self) -> Distances:
        """The distances of different persons."""
        return self.distances[~self.same]


@dataclass(frozen=True)
class GroupFigures:
    """What one group says about the threshold of a match, with the upper ends of 95 % intervals."""

    group: str
    persons: int
    genuine: int
    impostor: int
    match_at_most: float  # the largest threshold that this group alone would allow
    no_match_above: float
    false_matches: float
    false_matches_upper: float
    false_non_matches: float
    false_non_matches_upper: float


@dataclass(frozen=True)
class Calibration:
    """Thresholds for all, and the figures of each group at these thresholds; the worst group is named."""

    match_at_most: float
    no_match_above: float
    worst_group: str
    groups: tuple[GroupFigures, ...]


def read_scores(lines: Iterable[str]) -> dict[str, Scores]:
    """Read CSV with the columns distance, same (1 or 0), group, person_a, person_b. Raises ScoresBroken."""
    rows = csv.DictReader(lines)
    if missing := set(COLUMNS) - set(rows.fieldnames or ()):
        raise ScoresBroken(f"分数表缺少列：{'、'.join(sorted(missing))}。")
    groups: dict[str, list[tuple[float, bool, str, str]]] = {}
    for line, row in enumerate(rows, start=2):
        groups.setdefault(row["group"] or "", []).append(_score(row, line))
    return {group: _scores(found) for group, found in sorted(groups.items())}


def calibrate(groups: Mapping[str, Scores]) -> Calibration:
    """Find the thresholds that every group bears. Raises ScoresBroken when a group is too small to say anything."""
    if not groups or "" in groups:
        raise ScoresBroken("每一行都要写明分组（group），例如 18-59、60+。")
    for group, scores in groups.items():
        _check_size(group, scores)
    allowed = {group: _largest_threshold(group, scores) for group, scores in groups.items()}
    worst = min(allowed, key=lambda group: allowed[group])
    match_at_most = allowed[worst]
    above = {group: float(np.quantile(scores.genuine, RIGHT_PERSONS_KEPT)) for group, scores in groups.items()}
    no_match_above = round(max(match_at_most, *above.values()), 3)
    figures = tuple(
        _figures(group, scores, allowed[group], above[group], match_at_most) for group, scores in groups.items()
    )
    return Calibration(match_at_most, no_match_above, worst, figures)


def policy_text(base: str, found: Calibration, *, version: str, source: str, not_covered: str, on: date) -> str:
    """Write a policy file: the base's limits, with new bands and where they come from."""
    if not re.fullmatch(r"[a-z0-9-]{1,40}", version):
        raise ScoresBroken("版本名只能用小写字母、数字和短横，例如 cn-430981-1。")
    parts = re.split(r"(?m)^(?=\[)", base)
    kept = [part for part in parts[1:] if not part.startswith(("[provenance]", "[bands]"))]
    header = (
        f"# Locally calibrated on {on.isoformat()}. Never edit a version that was used: make a new file, and sign it.\n"
    )
    header += f'version = "{version}"\nprovisional = false\n\n'
    text = header + _provenance(found, source, not_covered, on) + _bands(found) + "".join(kept)
    _read_back(text, found)
    return text


def bootstrap_upper(scores: Scores, threshold: float, *, seed: int = 1) -> float:
    """Return the 97.5 % quantile of the false match rate when the persons are drawn again: pairs share their persons."""
    names, where = np.unique(scores.persons[~scores.same], return_inverse=True)
    first, second = where.reshape(-1, 2).T
    matched = scores.impostor <= threshold
    random = np.random.default_rng(seed)
    rates = []
    for _ in range(RESAMPLES):
        drawn = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))
        weights = drawn[first] * drawn[second]
        rates.append(float((weights * matched).sum() / max(weights.sum(), 1)))
    return float(np.quantile(rates, 0.975))


def _largest_threshold(group: str, scores: Scores) -> float:
    for threshold in GRID[::-1]:
        if _upper_false_matches(scores, float(threshold)) <= FALSE_MATCHES_AT_MOST:
            return float(threshold)
    raise ScoresBroken(
        f"“{group}”组：没有一个阈值能保证误识率不超过 {FALSE_MATCHES_AT_MOST:.1%}。"
        "不同人的比对至少要约 3,900 对，且来自足够多的人；请补充后再校准，或继续使用现有阈值。"
    )


def _upper_false_matches(scores: Scores, threshold: float) -> float:
    wilson = upper_bound(share(scores.impostor <= threshold) or 0.0, len(scores.impostor))
    return wilson if wilson > FALSE_MATCHES_AT_MOST else max(wilson, bootstrap_upper(scores, threshold))


def _figures(group: str, scores: Scores, allowed: float, above: float, threshold: float) -> GroupFigures:
    false_matches = share(scores.impostor <= threshold) or 0.0
    false_non_matches = share(scores.genuine > threshold) or 0.0
    return GroupFigures(
        group=group,
        persons=len(np.unique(scores.persons)),
        genuine=len(scores.genuine),
        impostor=len(scores.impostor),
        match_at_most=allowed,
        no_match_above=round(above, 3),
        false_matches=false_matches,
        false_matches_upper=round(_upper_false_matches(scores, threshold), 6),
        false_non_matches=false_non_matches,
        false_non_matches_upper=round(upper_bound(false_non_matches, len(scores.genuine)), 6),
    )


def _check_size(group: str, scores: Scores) -> None:
    if len(scores.genuine) < GENUINE_AT_LEAST:
        raise ScoresBroken(f"“{group}”组同一人的比对只有 {len(scores.genuine)} 对，至少要 {GENUINE_AT_LEAST} 对。")
    if not len(scores.impostor):
        raise ScoresBroken(f"“{group}”组没有不同人的比对。")


def _score(row: Mapping[str, str | None], line: int) -> tuple[float, bool, str, str]:
    try:
        distance = float(row["distance"] or "")
    except ValueError:
        distance = -1.0
    persons = row["person_a"], row["person_b"]
    if not 0.0 <= distance <= 2.0 or row["same"] not in ("0", "1") or not all(persons):
        raise ScoresBroken(f"分数表第 {line} 行不完整：距离在 0 到 2 之间，same 为 1 或 0，两人都要有代号。")
    return distance, row["same"] == "1", str(persons[0]), str(persons[1])


def _scores(found: Sequence[tuple[float, bool, str, str]]) -> Scores:
    distances, same, first, second = zip(*found, strict=True)
    return Scores(np.array(distances, dtype=np.float64), np.array(same, dtype=bool), np.array([first, second]).T)


def _provenance(found: Calibration, source: str, not_covered: str, on: date) -> str:
    values = {
        "source": source,
        "calibrated_on": on.isoformat(),
        "method": "largest threshold whose false match rate stays below 0.1 % with 95 % confidence (Wilson, and a bootstrap"
        " by person) in the worst group; no match above the 99.5 % quantile of the same persons",
        "worst_group": found.worst_group,
        "not_covered": not_covered,
    }
    values |= {f"group_{number}": _told(figures) for number, figures in enumerate(found.groups, start=1)}
    return "[provenance]\n" + "".join(f"{name} = {_quoted(text)}\n" for name, text in values.items()) + "\n"


def _bands(found: Calibration) -> str:
    return f"[bands]\nmatch_at_most = {found.match_at_most:g}\nno_match_above = {found.no_match_above:g}\n\n"


def _told(figures: GroupFigures) -> str:
    return (
        f"{figures.group}: {figures.persons} persons, {figures.genuine} same and {figures.impostor} different pairs;"
        f" false matches {figures.false_matches:.4%} (at most {figures.false_matches_upper:.4%}),"
        f" right persons missed {figures.false_non_matches:.2%} (at most {figures.false_non_matches_upper:.2%})"
    )


def _quoted(text: str) -> str:
    """Write a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", escaped) + '"'


def _read_back(text: str, found: Calibration) -> FacePolicy:
    """Make sure that what was written is a policy that says what was found."""
    policy = parse_policy(tomllib.loads(text))
    assert (policy.match_at_most, policy.no_match_above) == (found.match_at_most, found.no_match_above)
    return policy
