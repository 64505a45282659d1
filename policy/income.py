"""A household's countable income: what counts, what is exempt, what is deducted (民发〔2021〕57号 第十三条).

Employment cost reduces the wage of the member who works, never below zero; rigid expenses reduce the household's
income, never below zero. Nothing is rounded here. Whether the sum is low enough is left to `policy.criteria`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from policy.case import ZERO, Household, Income, Member
from policy.catalogue import read_citation
from policy.law import Law
from policy.money import exact_yuan_text
from policy.reasons import FactsMissing, Reason, reason
from policy.vocabulary import names


@dataclass(frozen=True)
class IncomeAccount:
    """Fen a month of a household: `gross` counted income less employment cost, `net` less rigid expenses too."""

    gross: Fraction
    net: Fraction
    per_person: Fraction
    reasons: tuple[Reason, ...]


def household_income(household: Household, law: Law) -> IncomeAccount:
    """Return the account of a household.

    Raises FactsMissing for members whose income is not stated, ParameterNotSet where the law of the day is not known.
    """
    unstated = [f"{member.path}.incomes" for member in household.members if member.incomes is None]
    if unstated:
        raise FactsMissing(*unstated)
    incomes = [income for member in household.members for income in member.incomes or ()]
    counted, exempt_reasons = _count(incomes, law)
    cost, cost_reasons = _employment_cost(household.members, law)
    deducted, deduction_reasons = _deductions(household.members, law)
    gross = counted - cost
    net = max(ZERO, gross - deducted)
    per_person = net / len(household.members)
    summary = (
        reason("income.counted", value=exact_yuan_text(counted), parameter=law.get("income.exempt")),
        *exempt_reasons,
        *cost_reasons,
        *deduction_reasons,
        *_exclusions(household, law),
        reason(
            "income.per_person",
            value=exact_yuan_text(per_person),
            total=exact_yuan_text(net),
            people=len(household.members),
            clause=str(read_citation("dibao_measures 第十二条")),
        ),
    )
    return IncomeAccount(gross, net, per_person, summary)


def own_income(member: Member, law: Law) -> Fraction:
    """Return a member's own fen a month under the rule for 特困人员 (特困人员认定办法 第六条).

    Raises FactsMissing when it is not stated.
    """
    if member.incomes is None:
        raise FactsMissing(f"{member.path}.incomes")
    exempt = law.get("tekun.income_exempt").read(tuple)
    return sum((income.fen_per_month for income in member.incomes if income.kind not in exempt), ZERO)


def _count(incomes: Iterable[Income], law: Law) -> tuple[Fraction, list[Reason]]:
    counted, reasons = ZERO, []
    sums: dict[str, Fraction] = {}
    for income in incomes:
        sums[income.kind] = sums.get(income.kind, ZERO) + income.fen_per_month
    for kind, amount in sorted(sums.items()):
        value, name = exact_yuan_text(amount), names("income").get(kind)
        rule = law.get("income.basic_pension_exempt" if kind == "basic_pension" else "income.exempt")
        is_exempt = rule.value is True or (isinstance(rule.value, tuple) and kind in rule.value)
        if is_exempt:
            reasons.append(reason("income.not_counted", value=value, parameter=rule, kind=name))
            continue
        counted += amount
        if name is None:
            reasons.append(reason("income.unlisted", value=value, parameter=rule, kind=kind))
    return counted, reasons


def _employment_cost(members: Iterable[Member], law: Law) -> tuple[Fraction, list[Reason]]:
    employed = [member for member in members if member.is_employed]
    if not employed:
        return ZERO, []
    mode = law.get("employment_cost.mode")
    total = sum((min(_cost(member, law, mode.read(str)), _wage(member)) for member in employed), ZERO)
    if not total:
        return ZERO, []
    return total, [reason("income.employment_cost", value=exact_yuan_text(total), parameter=mode)]


def _wage(member: Member) -> Fraction:
    return sum((income.fen_per_month for income in member.incomes or () if income.kind == "wage"), ZERO)


def _cost(member: Member, law: Law, mode: str) -> Fraction:
    match mode:
        case "fixed":
            return Fraction(law.get("employment_cost.fixed").read(int))
        case "ratio":
            return _wage(member) * law.get("employment_cost.ratio").read(Fraction)
        case _:
            return member.employment_cost


def _deductions(members: Iterable[Member], law: Law) -> tuple[Fraction, list[Reason]]:
    sums: dict[str, Fraction] = {}
    for member in members:
        for deduction in member.deductions:
            sums[deduction.kind] = sums.get(deduction.kind, ZERO) + deduction.fen_per_month
    total, reasons = ZERO, []
    for kind, amount in sorted(sums.items()):
        rule = law.get("deduction.kinds")
        is_allowed = kind in rule.read(tuple)
        total += amount if is_allowed else ZERO
        text = "income.deducted" if is_allowed else "income.not_deducted"
        reasons.append(reason(text, value=exact_yuan_text(amount), parameter=rule, kind=names("deduction")[kind]))
    return total, reasons


def _exclusions(household: Household, law: Law) -> list[Reason]:
    rules = [(names("exclusion")[member.exclusion or ""], member.id) for member in household.excluded]
    return [
        reason("member.excluded", parameter=law.get("household.exclusion_reasons"), kind=name).about(member)
        for name, member in rules
    ]
