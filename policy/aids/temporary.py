"""Temporary aid: the amount that four factors suggest, and how much of it may be paid before the papers.

文件004 二(三) and 临时救助意见 二(三) name the factors: people, kind, degree and duration of the hardship, tied to the dibao
standard. No document gives their weight: the region sets `temp.factor.*`. Who decides the amount is
`policy.procedure.deadlines.deciding_level`.
"""

from fractions import Fraction

from policy.catalogue import read_citation
from policy.law import Law
from policy.money import exact_yuan_text, ratio_text, yuan_text
from policy.parameters import Parameter
from policy.reasons import Amount, FactsMissing, Finding, reason
from policy.vocabulary import names

FACTORS = tuple(read_citation(text) for text in ("temporary_aid_opinions 二(三)", "yunnan_notice 二(三)"))


def suggest_temporary_aid(law: Law, *, people: int, kind: str, degree: str, months: int) -> Amount:
    """Return standard × people × kind × degree × months, no more than the region's ceiling.

    `kind` is fire, accident, illness, education, living or other; `degree` is light, heavy or severe. Months beyond the
    region's longest duration do not count. Whoever pays another amount gives the reason. Raises FactsMissing for a kind
    or degree that the region's table has not, ParameterNotSet for a table that it has still to set.
    """
    standard, longest, ceiling = law.get("dibao.standard"), law.get("temp.months_max"), law.get("temp.ceiling")
    by_kind = _weight(law.get("temp.factor.kind"), kind, "temporary.kind")
    by_degree = _weight(law.get("temp.factor.degree"), degree, "temporary.degree")
    counted = min(months, longest.read(int))
    wanted = standard.read(int) * people * by_kind * by_degree * counted
    fen = min(wanted, Fraction(ceiling.read(int)))
    steps = [
        reason(
            "temporary.factors",
            value=exact_yuan_text(wanted),
            threshold=yuan_text(standard.read(int)),
            parameter=standard,
            clause=law.cite(FACTORS),
            people=people,
            kind=f"{names('hardship')[kind]} {ratio_text(by_kind)}",
            degree=f"{names('degree')[degree]} {ratio_text(by_degree)}",
            months=counted,
        )
    ]
    if fen < wanted:
        steps.append(reason("temporary.ceiling", value=yuan_text(ceiling.read(int)), parameter=ceiling))
    return Amount(fen, tuple(steps))


def may_pay_in_advance(law: Law, fen: int) -> Finding:
    """Say whether an amount may be paid before the procedure (社会救助法 第五十条, 文件000 一(三)); a fen more may not."""
    limit = law.get("advance.small_amount")
    holds = fen <= limit.read(int)
    text = "advance.small" if holds else "advance.large"
    found = reason(text, value=yuan_text(fen), threshold=yuan_text(limit.read(int)), parameter=limit)
    return Finding(holds, (found,))


def _weight(table: Parameter, word: str, fact: str) -> Fraction:
    weights = table.read(dict)
    if word not in weights:
        raise FactsMissing(fact)
    return Fraction(weights[word])
