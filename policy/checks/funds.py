"""What documents say of the money itself: how much may buy services, and what is budgeted for temporary aid."""

from dataclasses import dataclass
from fractions import Fraction

from policy.law import Law
from policy.money import exact_yuan_text, ratio_text, yuan_text
from policy.reasons import Finding, Reason, reason
from policy.vocabulary import names


@dataclass(frozen=True)
class Budget:
    """A year's budget in exact fen, and how city and county share it."""

    total: Fraction
    city: Fraction
    county: Fraction
    reasons: tuple[Reason, ...]


def purchase_within_cap(law: Law, *, spent_fen: int, base_fen: int) -> Finding:
    """Say whether what was spent on services stays within the cap (文件000 二(九)); exactly at it does.

    `base_fen` is the sum that `purchase.base` names: in 沅江 all relief funds of the year. Document 002 takes another base.
    """
    ratio, base = law.get("purchase.cap_ratio"), law.get("purchase.base")
    line = base_fen * ratio.read(Fraction)
    holds = spent_fen <= line
    found = reason(
        "purchase.within" if holds else "purchase.above",
        value=yuan_text(spent_fen),
        threshold=exact_yuan_text(line),
        parameter=ratio,
        kind=names("purchase_base")[base.read(str)],
        multiple=ratio_text(ratio.read(Fraction)),
    )
    return Finding(holds, (found,))


def temporary_aid_budget(law: Law, *, registered_people: int) -> Budget:
    """Return the year's budget of temporary aid by head of the registered population (文件001 二(二)4)."""
    per_head, share = law.get("temp.budget_per_head"), law.get("temp.budget_county_share")
    total = Fraction(per_head.read(int) * registered_people)
    county = total * share.read(Fraction)
    found = reason(
        "budget.per_head",
        value=exact_yuan_text(total),
        threshold=yuan_text(per_head.read(int)),
        parameter=per_head,
        people=registered_people,
    )
    shared = reason(
        "budget.share", value=exact_yuan_text(county), parameter=share, total=exact_yuan_text(total - county)
    )
    return Budget(total, total - county, county, (found, shared))
