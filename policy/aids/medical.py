"""Medical aid: which class a person is in, and what the fund bears of what the insurances left.

文件000 一(四) has two classes; 文件001 二(二)3 a floor of 70 % within a yearly limit and the whole premium. Rates and the
limit are set by the region's medical insurance bureau; this is a suggestion to it.
"""

from collections.abc import Set
from fractions import Fraction

from policy.law import Law
from policy.money import exact_yuan_text, ratio_text, yuan_text
from policy.parameters import Parameter
from policy.reasons import Amount, Finding, reason
from policy.vocabulary import names

CLASSES = {"one": "medical.class_one", "two": "medical.class_two"}
RATES = {"one": "medical.rate.class_one", "two": "medical.rate.class_two"}


def medical_class(law: Law, statuses: Set[str]) -> tuple[str, Parameter] | None:
    """Return the highest class that a status gives, "one" before "two", with the list that says so; None for no class.

    Statuses: tekun, orphan, de_facto_unattended_child, severe_disability, dibao, low_income_edge, relapse_monitored.
    Raises ParameterNotSet where the region has no such lists.
    """
    for code, key in CLASSES.items():
        listed = law.get(key)
        if statuses & frozenset(listed.read(tuple)):
            return code, listed
    return None


def medical_aid(law: Law, statuses: Set[str], *, self_paid_fen: int, aided_this_year_fen: int) -> Amount:
    """Return rate × compliant self-paid expenses, no more than what is left of the yearly limit.

    `self_paid_fen`: what basic, serious-illness and supplementary insurance left, within the catalogue.
    """
    found = medical_class(law, statuses)
    if found is None:
        return Amount(Fraction(0), (reason("medical.none", parameter=law.get("medical.class_two")),))
    code, listed = found
    rate, limit = law.get(RATES[code]), law.get("medical.annual_limit")
    wanted = self_paid_fen * rate.read(Fraction)
    left = max(0, limit.read(int) - aided_this_year_fen)
    fen = min(wanted, Fraction(left))
    steps = [
        reason("medical.class", parameter=listed, kind=names("medical_class")[code]),
        reason(
            "medical.share",
            value=exact_yuan_text(wanted),
            parameter=rate,
            total=yuan_text(self_paid_fen),
            multiple=ratio_text(rate.read(Fraction)),
        ),
    ]
    if fen < wanted:
        steps.append(
            reason("medical.limit", value=yuan_text(left), threshold=yuan_text(limit.read(int)), parameter=limit)
        )
    return Amount(fen, tuple(steps))


def rate_keeps_floor(law: Law, code: str) -> Finding | None:
    """Say whether a class's rate is at least the floor that a document sets (文件001 二(二)3); None without a floor."""
    floor = law.find("medical.rate_min")
    if floor is None:
        return None
    rate = law.get(RATES[code]).read(Fraction)
    holds = rate >= floor.read(Fraction)
    text = "medical.rate_kept" if holds else "medical.rate_broken"
    found = reason(text, value=ratio_text(rate), threshold=ratio_text(floor.read(Fraction)), parameter=floor)
    return Finding(holds, (found,))


def premium_subsidy(law: Law, statuses: Set[str], *, premium_fen: int) -> Amount:
    """Return the part of a person's insurance premium that is paid for them (社会救助暂行办法 第二十九条(一))."""
    groups = law.get("medical.key_groups")
    if not statuses & frozenset(groups.read(tuple)):
        return Amount(Fraction(0), (reason("premium.none", parameter=groups),))
    rate = law.get("premium.rate")
    fen = premium_fen * rate.read(Fraction)
    multiple = ratio_text(rate.read(Fraction))
    return Amount(fen, (reason("premium.share", value=exact_yuan_text(fen), parameter=rate, multiple=multiple),))
