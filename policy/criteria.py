"""The criteria that programmes name: each a function that says whether it holds, with its reasons.

A criterion raises FactsMissing or ParameterNotSet when it cannot be decided; `policy.assessment` turns that into named
gaps. Household criteria are given the situation, personal ones the member too; `clause` is where the rule is written.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from policy.case import MONTHS_PER_YEAR, ZERO, Member
from policy.catalogue import read_citation
from policy.filing import may_file_alone
from policy.income import own_income
from policy.labour import no_labour_capacity
from policy.money import exact_yuan_text, ratio_text
from policy.property import property_within_rules
from policy.reasons import FactsMissing, Finding, Reason, reason
from policy.situation import Situation
from policy.vocabulary import names

RIGID_KINDS = (read_citation("rigid_measures 第五条"),)
CHILD_SUPPORT = frozenset({"orphan_support", "unattended_child_support"})
LIVELIHOOD_PROGRAMMES = {"dibao": "低保", "tekun": "特困人员救助供养", "low_income_edge": "低保边缘家庭"}


def income_below_standard(situation: Situation, _programme: str, clause: str) -> Finding:
    """Income per person is strictly below the standard."""
    holds = situation.income.per_person < situation.standard
    comparison = reason(
        "standard.below" if holds else "standard.not_below",
        value=exact_yuan_text(situation.income.per_person),
        threshold=exact_yuan_text(situation.standard),
        parameter=situation.law.get("dibao.standard"),
        clause=clause,
    )
    return Finding(holds, (*situation.income.reasons, comparison))


def income_below_edge(situation: Situation, _programme: str, clause: str) -> Finding:
    """Income per person is strictly below the multiple of the standard that marks the edge."""
    multiple = situation.law.get("edge.multiple")
    line = situation.standard * multiple.read(Fraction)
    holds = situation.income.per_person < line
    comparison = reason(
        "edge.below" if holds else "edge.not_below",
        value=exact_yuan_text(situation.income.per_person),
        threshold=exact_yuan_text(line),
        parameter=multiple,
        clause=clause,
        multiple=ratio_text(multiple.read(Fraction)),
    )
    return Finding(holds, (*situation.income.reasons, comparison))


def not_dibao(situation: Situation, _programme: str, clause: str) -> Finding:
    """The household as a whole does not qualify for dibao."""
    dibao = situation.finding_of("dibao")
    if dibao.holds is None:
        return dibao
    return Finding(not dibao.holds, (reason("dibao.met" if dibao.holds else "dibao.not_met", clause=clause),))


def is_edge_household(situation: Situation, _programme: str, clause: str) -> Finding:
    """The household is a low-income edge household."""
    edge = situation.finding_of("low_income_edge")
    if edge.holds is None:
        return edge
    return Finding(edge.holds, (reason("edge.met" if edge.holds else "edge.not_met", clause=clause),))


def not_otherwise_covered(situation: Situation, _programme: str, clause: str) -> Finding:
    """Neither dibao nor edge, and nobody known to qualify as 特困人员 (an open question there does not bar)."""
    for code, name in LIVELIHOOD_PROGRAMMES.items():
        if situation.finding_of(code).holds:
            return Finding(False, (reason("covered.other", clause=clause, kind=name),))
    for code in ("dibao", "low_income_edge"):
        if situation.finding_of(code).holds is None:
            return situation.finding_of(code)
    return Finding(True, (reason("covered.none", clause=clause),))


def income_below_disposable(situation: Situation, _programme: str, clause: str) -> Finding:
    """Income per person and year is below last year's local disposable income per head."""
    line = situation.law.get("income.disposable_per_capita_year")
    income = situation.income.per_person * MONTHS_PER_YEAR
    holds = income < line.read(int)
    comparison = reason(
        "disposable.below" if holds else "disposable.not_below",
        value=exact_yuan_text(income),
        threshold=exact_yuan_text(Fraction(line.read(int))),
        parameter=line,
        clause=clause,
    )
    return Finding(holds, (*situation.income.reasons, comparison))


def rigid_expenses_heavy(situation: Situation, _programme: str, clause: str) -> Finding:
    """Rigid expenses of twelve months exceed the local share of the household's total income.

    Total income is taken before rigid expenses are deducted: they would count twice otherwise.
    """
    expense = situation.household.rigid_expense
    if expense is None:
        raise FactsMissing("household.rigid_expense_yuan_12m")
    share = situation.law.get("rigid.expense_ratio")
    line = situation.income.gross * MONTHS_PER_YEAR * share.read(Fraction)
    holds = expense > line
    comparison = reason(
        "rigid.heavy" if holds else "rigid.light",
        value=exact_yuan_text(expense),
        threshold=exact_yuan_text(line),
        parameter=share,
        clause=clause,
    )
    return Finding(holds, (*_expenses_by_kind(situation), comparison))


def _expenses_by_kind(situation: Situation) -> tuple[Reason, ...]:
    """Tell the kinds that the law knows (刚性支出困难家庭认定办法 第五条), each once."""
    sums: dict[str, Fraction] = {}
    for expense in situation.household.rigid_expenses:
        sums[expense.kind] = sums.get(expense.kind, ZERO) + expense.fen
    clause = situation.law.cite(RIGID_KINDS)
    return tuple(
        reason("rigid.kind", value=exact_yuan_text(fen), clause=clause, kind=names("rigid")[kind])
        for kind, fen in sorted(sums.items())
    )


def severe_disability_or_illness(situation: Situation, member: Member, clause: str) -> Finding:
    """The member holds a certificate grave enough, or a confirmed serious illness."""
    levels = situation.law.get("single_person.disability")
    for disability in member.disabilities:
        limit = levels.read(dict).get(disability.category)
        if limit is not None and disability.level <= limit:
            kind = names("disability")[disability.category]
            found = reason(
                "single.disability",
                value=str(disability.level),
                threshold=str(limit),
                parameter=levels,
                clause=clause,
                kind=kind,
            )
            return Finding(True, (found,))
    illness = situation.law.get("single_person.serious_illness")
    if member.is_seriously_ill and illness.read(bool):
        return Finding(True, (reason("single.illness", parameter=illness, clause=clause),))
    return Finding(False, (reason("single.none", parameter=levels, clause=clause),))


def not_in_child_support(_situation: Situation, member: Member, clause: str) -> Finding:
    """A minor who is supported as an orphan, or as a child whom nobody raises, is not 特困 as well."""
    chosen = member.receives & CHILD_SUPPORT
    if not chosen:
        return Finding(True)
    return Finding(False, (reason("tekun.child_support", clause=clause),))


def no_living_source(situation: Situation, member: Member, clause: str) -> Finding:
    """The member's own income is below the dibao standard, and property is within the rules."""
    income, line = own_income(member, situation.law), situation.standard
    holds = income < line
    comparison = reason(
        "tekun.no_source" if holds else "tekun.has_source",
        value=exact_yuan_text(income),
        threshold=exact_yuan_text(line),
        parameter=situation.law.get("tekun.income_exempt"),
        clause=clause,
    )
    if not holds:
        return Finding(False, (comparison,))
    estate = property_within_rules(situation, "tekun", clause)
    return Finding(estate.holds, (comparison, *estate.reasons), estate.missing)


def no_capable_obligor(situation: Situation, member: Member, clause: str) -> Finding:
    """Nobody is bound by law to support the member, or those who are cannot."""
    if member.obligors is None:
        raise FactsMissing(f"{member.path}.support_obligors")
    if not member.obligors:
        return Finding(True, (reason("tekun.no_obligor", clause=clause),))
    rule = situation.law.get("obligor.incapacity_reasons")
    if any(obligor.incapacity not in rule.read(tuple) for obligor in member.obligors):
        return Finding(False, (reason("tekun.capable", parameter=rule, clause=clause),))
    kinds = dict.fromkeys(names("incapacity")[obligor.incapacity or ""] for obligor in member.obligors)
    return Finding(True, tuple(reason("tekun.incapable", parameter=rule, clause=clause, kind=kind) for kind in kinds))


HOUSEHOLD_CRITERIA: Mapping[str, Callable[[Situation, str, str], Finding]] = {
    "may_file_alone": may_file_alone,
    "property_within_rules": property_within_rules,
    "income_below_standard": income_below_standard,
    "income_below_edge": income_below_edge,
    "not_dibao": not_dibao,
    "is_edge_household": is_edge_household,
    "not_otherwise_covered": not_otherwise_covered,
    "income_below_disposable": income_below_disposable,
    "rigid_expenses_heavy": rigid_expenses_heavy,
}
PERSON_CRITERIA: Mapping[str, Callable[[Situation, Member, str], Finding]] = {
    "severe_disability_or_illness": severe_disability_or_illness,
    "no_labour_capacity": no_labour_capacity,
    "not_in_child_support": not_in_child_support,
    "no_living_source": no_living_source,
    "no_capable_obligor": no_capable_obligor,
}
