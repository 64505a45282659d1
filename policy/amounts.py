"""The monthly amount that follows once a programme's criteria hold: exact fractions of fen, not yet rounded.

An amount rule raises ParameterNotSet or FactsMissing rather than assume a number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy.case import Member
from policy.labour import self_care_level
from policy.money import exact_yuan_text, ratio_text, yuan_text
from policy.reasons import FactsMissing, Reason, reason
from policy.situation import Situation
from policy.vocabulary import names

SUPPLEMENTS = {"A": "supplement.class_a", "B": "supplement.class_b"}
CARE_STANDARDS = {
    "able": "tekun.care_standard.able",
    "partial": "tekun.care_standard.partial",
    "total": "tekun.care_standard.total",
}


@dataclass(frozen=True)
class Amount:
    """Fen a month, and how it came about. `self_care` is set where it mattered."""

    fen: Fraction
    reasons: tuple[Reason, ...]
    self_care: str | None = None


def dibao_difference(situation: Situation, clause: str) -> Amount:
    """Standard times members less income, plus the supplements of members of class A and B."""
    if situation.law.get("dibao.payment_mode").read(str) != "difference":
        raise FactsMissing("dibao.bands")
    difference = situation.standard * situation.people - situation.income.net
    step = reason(
        "amount.difference",
        value=exact_yuan_text(difference),
        threshold=exact_yuan_text(situation.standard),
        parameter=situation.law.get("dibao.standard"),
        clause=clause,
        people=situation.people,
        total=exact_yuan_text(situation.income.net),
    )
    share = difference / situation.people
    supplements = [_supplement(situation, member, share) for member in situation.household.members]
    extra = sum((supplement.fen for supplement in supplements), Fraction(0))
    reasons = tuple(step for supplement in supplements for step in supplement.reasons)
    return Amount(difference + extra, (step, *reasons))


def single_person_share(situation: Situation, member: Member, clause: str) -> Amount:
    """The locally set share of the dibao standard (文件000 一(一))."""
    share = situation.law.get("single_person.ratio")
    fen = situation.standard * share.read(Fraction)
    step = reason(
        "amount.share",
        value=exact_yuan_text(fen),
        threshold=exact_yuan_text(situation.standard),
        parameter=share,
        clause=clause,
        multiple=ratio_text(share.read(Fraction)),
    )
    return Amount(fen, (step.about(member.id),))


def tekun_support(situation: Situation, member: Member, clause: str) -> Amount:
    """Basic standard plus care standard by self-care level (特困人员认定办法 第二十条)."""
    level, assessed = self_care_level(situation, member)
    basic, care = situation.law.get("tekun.basic_standard"), situation.law.get(CARE_STANDARDS[level])
    steps = (
        assessed,
        reason("tekun.basic", value=yuan_text(basic.read(int)), parameter=basic, clause=clause),
        reason(
            "tekun.care",
            value=yuan_text(care.read(int)),
            parameter=care,
            clause=clause,
            kind=names("self_care_level")[level],
        ),
    )
    return Amount(Fraction(basic.read(int) + care.read(int)), tuple(step.about(member.id) for step in steps), level)


def _supplement(situation: Situation, member: Member, share: Fraction) -> Amount:
    """A or B members receive a part of their own share on top, where the region has made that rule (文件001 二(二)1)."""
    key = SUPPLEMENTS.get(member.dibao_class or "")
    if key is None:
        return Amount(Fraction(0), ())
    kind, rule = names("class")[member.dibao_class or ""], situation.law.find(key)
    if rule is None:
        return Amount(Fraction(0), (reason("amount.no_supplement", kind=kind).about(member.id),))
    fen = share * rule.read(Fraction)
    multiple = ratio_text(rule.read(Fraction))
    step = reason("amount.supplement", value=exact_yuan_text(fen), parameter=rule, kind=kind, multiple=multiple)
    return Amount(fen, (step.about(member.id),))


HOUSEHOLD_AMOUNTS: Mapping[str, Callable[[Situation, str], Amount]] = {"dibao_difference": dibao_difference}
PERSON_AMOUNTS: Mapping[str, Callable[[Situation, Member, str], Amount]] = {
    "single_person_share": single_person_share,
    "tekun_support": tekun_support,
}
