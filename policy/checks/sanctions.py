"""What follows from refused work and from fraud: limits that the law sets, by the day of the act."""

from dataclasses import dataclass
from fractions import Fraction

from policy.law import Law
from policy.money import exact_yuan_text, ratio_text
from policy.reasons import Finding, Reason, reason


@dataclass(frozen=True)
class Fine:
    """The range of a fine in exact fen; a law without a lower limit gives zero."""

    least: Fraction
    most: Fraction
    reasons: tuple[Reason, ...]


def refused_work_too_often(law: Law, consecutive: int) -> Finding:
    """Say whether refusals in a row reach the number from which the person's own dibao is reduced (57号文 第三十四条)."""
    limit = law.get("job_refusal.limit")
    holds = consecutive >= limit.read(int)
    text = "work.refused" if holds else "work.not_yet"
    return Finding(holds, (reason(text, value=str(consecutive), threshold=str(limit.read(int)), parameter=limit),))


def fraud_fine(law: Law, gained_fen: int) -> Fine:
    """Return the fine for what was gained by fraud under the law of the day of the act.

    社会救助暂行办法 第六十八条: once to three times; 社会救助法 第七十三条 from 2026-07-01: up to twice.
    """
    most, least = law.get("fraud.fine_max_multiple"), law.find("fraud.fine_min_multiple")
    lowest = least.read(Fraction) if least else Fraction(0)
    found = reason(
        "fraud.fine",
        value=exact_yuan_text(gained_fen * most.read(Fraction)),
        parameter=most,
        multiple=ratio_text(most.read(Fraction)),
    )
    return Fine(gained_fen * lowest, gained_fen * most.read(Fraction), (found,))
