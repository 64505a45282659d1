"""The monthly amount that follows once a programme's criteria hold: exact fractions of fen, not yet rounded.

An amount rule raises ParameterNotSet or FactsMissing rather than assume a number.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from policy.case import Member
from policy.labour import self_care_level
from policy.money import exact_yuan_text, ratio_text, yuan_text
from policy.reasons import Amount, reason
from policy.registry import Bands
from policy.situation import Situation
from policy.supplements import supplement
from policy.vocabulary import names

CARE_STANDARDS = {
    "able": "tekun.care_standard.able",
    "partial": "tekun.care_standard.partial",
    "total": "tekun.care_standard.total",
}


def dibao_allowance(situation: Situation, clause: str) -> Amount:
    """The household's difference or band, by what the region chose, plus the supplements of its members."""
    mode = situation.law.get("dibao.payment_mode").read(str)
    base = {"difference": _difference, "band": _band}[mode](situation, clause)
    share = base.fen / situation.people
    supplements = [supplement(situation, member, share) for member in situation.household.members]
    extra = sum((found.fen for found in supplements), Fraction(0))
    return Amount(base.fen + extra, (*base.reasons, *(step for found in supplements for step in found.reasons)))


def _difference(situation: Situation, clause: str) -> Amount:
    """Standard times members less income (57号文 第二十三条)."""
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
    return Amount(difference, (step,))


def _band(situation: Situation, clause: str) -> Amount:
    """A fixed amount a head by the band that the income falls into: below its upper limit (57号文 第二十三条)."""
    rule = situation.law.get("dibao.bands")
    bands: Bands = rule.read(tuple)
    limit, share = next(band for band in bands if situation.income.per_person < situation.standard * band[0])
    fen = situation.standard * share * situation.people
    step = reason(
        "amount.band",
        value=exact_yuan_text(fen),
        threshold=exact_yuan_text(situation.standard * limit),
        parameter=rule,
        clause=clause,
        multiple=ratio_text(limit),
        share=ratio_text(share),
        people=situation.people,
    )
    return Amount(fen, (step,))


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


HOUSEHOLD_AMOUNTS: Mapping[str, Callable[[Situation, str], Amount]] = {"dibao_allowance": dibao_allowance}
PERSON_AMOUNTS: Mapping[str, Callable[[Situation, Member, str], Amount]] = {
    "single_person_share": single_person_share,
    "tekun_support": tekun_support,
}
