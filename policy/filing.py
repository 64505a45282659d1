"""Who may file alone, apart from the family (57号文 第八条(三); 2022年通知 一(一)).

Members of an edge household who file alone are another rule: `policy.criteria.severe_disability_or_illness`.
"""

from policy.case import MONTHS_PER_YEAR, FiledAlone, Member
from policy.features import age_on, months_between
from policy.reasons import FactsMissing, Finding, reason
from policy.situation import Situation


def may_file_alone(situation: Situation, _programme: str, clause: str) -> Finding:
    """A case that is not filed alone passes; one that is shows one person and a ground that the law knows."""
    filed = situation.household.filed_alone
    if filed is None:
        return Finding(True)
    if situation.people != 1:
        return Finding(False, (reason("alone.not_one", clause=clause),))
    if filed.ground == "clergy":
        return _as_clergy(situation, filed, clause)
    return _as_jobless(situation, situation.household.members[0], clause)


def _as_clergy(situation: Situation, filed: FiledAlone, clause: str) -> Finding:
    if filed.since is None:
        raise FactsMissing("household.filed_alone.since")
    rule = situation.law.get("alone.clergy_years")
    years = months_between(filed.since, situation.on) // MONTHS_PER_YEAR
    holds = years >= rule.read(int)
    text = "alone.clergy" if holds else "alone.clergy_short"
    found = reason(text, value=str(years), threshold=str(rule.read(int)), parameter=rule, clause=clause)
    return Finding(holds, (found,))


def _as_jobless(situation: Situation, member: Member, clause: str) -> Finding:
    rule, severe = situation.law.find("alone.jobless_severe_disability"), situation.law.get("disability.severe_level")
    if rule is None:
        return Finding(False, (reason("alone.no_rule", clause=clause),))
    if member.birth_date is None:
        raise FactsMissing(f"{member.path}.birth_date")
    is_adult = age_on(situation.on, member.birth_date) >= situation.law.get("age.adult").read(int)
    level = min((disability.level for disability in member.disabilities), default=None)
    if level is None or level > severe.read(int) or not is_adult or member.is_employed:
        return Finding(False, (reason("alone.not_jobless", parameter=rule, clause=clause),))
    threshold = str(severe.read(int))
    return Finding(
        True, (reason("alone.jobless", value=str(level), threshold=threshold, parameter=rule, clause=clause),)
    )
