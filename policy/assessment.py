"""Assesses a case for every programme that the kernel knows: outcome, monthly amount, and the whole trace.

The result is a suggestion; a named person decides (个人信息保护法第二十四条, 社会救助法第四十四条).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from policy.amounts import HOUSEHOLD_AMOUNTS, PERSON_AMOUNTS
from policy.case import Case, Member, parse_case
from policy.catalogue import Assessment, Programme, assessed_programmes
from policy.criteria import HOUSEHOLD_CRITERIA, PERSON_CRITERIA
from policy.features import lives_independently
from policy.law import Law
from policy.money import whole_fen, yuan_text
from policy.parameters import Parameters
from policy.reader import CaseError, Problem
from policy.reasons import Finding
from policy.situation import Situation
from policy.texts import NOTICE
from policy.verdicts import Verdict, all_hold, any_holds, decided, until_failure, with_amount

OUTCOMES = {True: "eligible", False: "not_eligible", None: "missing_facts"}


def assess(case: Mapping[str, Any], *, on: date, region: str, parameters: Parameters) -> dict[str, Any]:
    """Return the suggestion for a case under the law of a day in a region, as JSON-ready data.

    Input and output are described in docs/policy.md. Raises CaseError, with every problem, when the case is malformed
    or its `parameters` are unknown; ValueError for a malformed region code.
    """
    parsed = parse_case(case)
    law = Law(_with_overrides(parameters, parsed), region, on, parsed.household.area)
    _refuse_contradictions(parsed, law)
    situation = Situation(parsed.household, law)
    programmes = [(programme, rules) for programme, rules in assessed_programmes() if programme.is_active(on)]
    return {
        "on": on.isoformat(),
        "region": region,
        "rules": parameters.version,
        "notice": NOTICE,
        "ignored": list(parsed.ignored),
        "results": [_result(programme, rules, situation) for programme, rules in programmes],
    }


def _with_overrides(parameters: Parameters, case: Case) -> Parameters:
    problems = []
    for key, raw in case.overrides.items():
        try:
            parameters = parameters.with_overrides({key: raw})
        except KeyError:
            problems.append(Problem(f"parameters.{key}", "没有这个参数"))
        except (ValueError, ZeroDivisionError):
            problems.append(Problem(f"parameters.{key}", '取值的形式不对:金额写成 "780.00",比例写成 "3/2"'))
    if problems:
        raise CaseError(tuple(problems))
    return parameters


def _refuse_contradictions(case: Case, law: Law) -> None:
    """Refuse births after the day, and members left out or taken in but as the law lists them.

    Households are taken whole (57号文第七条, 文件004 二(一)).
    """
    listed = law.find("household.exclusion_reasons")
    reasons = listed.read(tuple) if listed else ()
    problems = [
        Problem(f"{member.path}.excluded", "当地规定中没有这一不计入共同生活成员的情形")
        for member in case.household.excluded
        if member.exclusion not in reasons
    ]
    problems += [
        Problem(f"{member.path}.relation", "已成年、能独立生活又不在校的子女不计入共同生活成员(57号文第七条)")
        for member in case.household.members
        if lives_independently(member, law)
    ]
    problems += [
        Problem(f"{member.path}.birth_date", "出生日期晚于测算日期")
        for member in case.household.members
        if member.birth_date and member.birth_date > law.on
    ]
    if problems:
        raise CaseError(tuple(problems))


def _result(programme: Programme, rules: Assessment, situation: Situation) -> dict[str, Any]:
    household = _household_finding(programme, rules, situation)
    people: list[tuple[Member, Verdict]] = []
    if programme.beneficiary == "household":
        verdict = _household_verdict(household, rules, situation)
        covered = situation.household.members if verdict.finding.holds else ()
    else:
        candidates = () if household.holds is False else situation.household.members
        people = [(member, _person_verdict(member, household, rules, situation)) for member in candidates]
        verdict = any_holds(household, [found for _, found in people])
        covered = tuple(member for member, found in people if found.finding.holds)
    situation.outcomes[programme.code] = verdict.finding
    return {
        "programme": programme.code,
        "name": programme.name,
        **_summary(verdict),
        "members": [member.id for member in covered],
        "by_member": [{"id": member.id, **_summary(found), "self_care": found.self_care} for member, found in people],
        "reasons": [step.as_dict() for step in verdict.finding.reasons],
    }


def _summary(verdict: Verdict) -> dict[str, Any]:
    return {
        "outcome": OUTCOMES[verdict.finding.holds],
        "monthly_yuan": _yuan(verdict.fen),
        "missing": list(verdict.finding.missing),
    }


def _household_finding(programme: Programme, rules: Assessment, situation: Situation) -> Finding:
    return all_hold(
        decided(
            situation.law,
            HOUSEHOLD_CRITERIA[use.criterion],
            situation,
            programme.code,
            situation.law.cite(use.cites),
        )
        for use in rules.household
    )


def _household_verdict(household: Finding, rules: Assessment, situation: Situation) -> Verdict:
    if rules.amount is None:
        return Verdict(household, None if household.holds is None else Fraction(0))
    clause = situation.law.cite(rules.amount_cites)
    return with_amount(household, situation.law, HOUSEHOLD_AMOUNTS[rules.amount], situation, clause)


def _person_verdict(member: Member, household: Finding, rules: Assessment, situation: Situation) -> Verdict:
    findings = (
        decided(situation.law, PERSON_CRITERIA[use.criterion], situation, member, situation.law.cite(use.cites))
        for use in rules.person
    )
    own = all_hold(until_failure(findings))
    finding = replace(own, reasons=tuple(step.about(member.id) for step in own.reasons))
    if own.holds and household.holds is None:
        finding = replace(finding, holds=None, missing=household.missing)
    if rules.amount is None:
        return Verdict(finding)
    clause = situation.law.cite(rules.amount_cites)
    return with_amount(finding, situation.law, PERSON_AMOUNTS[rules.amount], situation, member, clause)


def _yuan(fen: Fraction | None) -> str | None:
    """Write an amount for the result: the one place where money is rounded."""
    return None if fen is None else yuan_text(whole_fen(fen))
