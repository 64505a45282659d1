"""What members receive on top of their share of the dibao: by class, or for what makes their life dearer.

文件001 二(二)1 gives class A and B a part of the own share. The law (DUTY) wants the old, the young, the severely disabled and
the gravely ill raised, and gives no number: the region sets `supplement.*`. No document says that supplements add up:
each member receives the largest of theirs.
"""

from fractions import Fraction

from policy.case import Member
from policy.catalogue import read_citation
from policy.features import has_feature
from policy.money import exact_yuan_text, ratio_text
from policy.reasons import Amount, reason
from policy.situation import Situation
from policy.vocabulary import names

CLASSES = {"A": "supplement.class_a", "B": "supplement.class_b"}
FEATURES = {
    "elder": "supplement.elder",
    "minor": "supplement.minor",
    "severe_disability": "supplement.severe_disability",
    "serious_illness": "supplement.serious_illness",
}
DUTY = (
    read_citation("decree_649 第十二条第二款"),
    read_citation("dibao_measures 第二十七条"),
    read_citation("social_assistance_law 第二十条"),
    read_citation("yuanjiang_measures 一(一)"),
)


def supplement(situation: Situation, member: Member, share: Fraction) -> Amount:
    """Return the largest supplement of a member, whose part of the household's aid is `share` fen a month."""
    found = [amount for amount in (_by_class(situation, member, share), *_by_feature(situation, member)) if amount]
    return max(found, key=lambda amount: amount.fen, default=Amount(Fraction(0), ()))


def _by_class(situation: Situation, member: Member, share: Fraction) -> Amount | None:
    key = CLASSES.get(member.dibao_class or "")
    if key is None:
        return None
    kind, rule = names("class")[member.dibao_class or ""], situation.law.find(key)
    if rule is None:
        return Amount(Fraction(0), (reason("amount.no_supplement", kind=kind).about(member.id),))
    fen = share * rule.read(Fraction)
    multiple = ratio_text(rule.read(Fraction))
    step = reason("amount.supplement", value=exact_yuan_text(fen), parameter=rule, kind=kind, multiple=multiple)
    return Amount(fen, (step.about(member.id),))


def _by_feature(situation: Situation, member: Member) -> list[Amount]:
    found = []
    for feature, key in FEATURES.items():
        rule = situation.law.find(key)
        if rule is None or not has_feature(member, feature, situation.law):
            continue
        fen = situation.standard * rule.read(Fraction)
        step = reason(
            "amount.feature",
            value=exact_yuan_text(fen),
            threshold=exact_yuan_text(situation.standard),
            parameter=rule,
            clause=situation.law.cite(DUTY),
            kind=names("feature")[feature],
            multiple=ratio_text(rule.read(Fraction)),
        )
        found.append(Amount(fen, (step.about(member.id),)))
    return found
