"""Labour capacity and self-care of 特困人员 (特困人员认定办法 第五条, 第二十一条 to 第二十四条)."""

from collections.abc import Iterator

from policy.case import Member
from policy.features import age_on, last_day_of_minor_support, months_between
from policy.reasons import FactsMissing, Finding, Reason, reason
from policy.situation import Situation
from policy.vocabulary import names


def no_labour_capacity(situation: Situation, member: Member, clause: str) -> Finding:
    """The member is old, a child, or disabled or ill as the table says; one ground is enough.

    Raises FactsMissing when no known ground holds and a fact that might give one is missing.
    """
    gaps: list[str] = []
    for ground in (_by_disability, _by_age, _by_illness):
        try:
            found = next(ground(situation, member, clause), None)
        except FactsMissing as missing:
            gaps.extend(missing.paths)
            continue
        if found:
            return Finding(True, (found, *(_until(situation, member) if ground is _by_age else ())))
    if gaps:
        raise FactsMissing(*gaps)
    rule = situation.law.get("tekun.no_labour.disability")
    return Finding(False, (reason("tekun.able_to_work", parameter=rule, clause=clause),))


def self_care_level(situation: Situation, member: Member) -> tuple[str, Reason]:
    """Return "able", "partial" or "total" loss of self-care, by how many of the six items fail.

    Raises FactsMissing unless all six are known.
    """
    known = member.self_care or {}
    unknown = [item for item in names("self_care") if item not in known]
    if unknown:
        raise FactsMissing(f"{member.path}.self_care")
    failed = sum(not can for can in known.values())
    total, partial = situation.law.get("selfcare.total_min"), situation.law.get("selfcare.partial_min")
    level = "total" if failed >= total.read(int) else "partial" if failed >= partial.read(int) else "able"
    rule = total if level == "total" else partial
    kind = names("self_care_level")[level]
    return level, reason("tekun.self_care", value=str(failed), threshold=str(rule.read(int)), parameter=rule, kind=kind)


def _by_disability(situation: Situation, member: Member, clause: str) -> Iterator[Reason]:
    rule = situation.law.get("tekun.no_labour.disability")
    for disability in member.disabilities:
        limit = rule.read(dict).get(disability.category)
        if limit is not None and disability.level <= limit:
            yield reason(
                "tekun.disability",
                value=str(disability.level),
                threshold=str(limit),
                parameter=rule,
                clause=clause,
                kind=names("disability")[disability.category],
            )
    if [disability.category for disability in member.disabilities] == ["multiple"]:
        # The table is by single category: the lines of the certificate have to be read.
        raise FactsMissing(f"{member.path}.disability")


def _by_age(situation: Situation, member: Member, clause: str) -> Iterator[Reason]:
    if member.birth_date is None:
        raise FactsMissing(f"{member.path}.birth_date")
    age = age_on(situation.on, member.birth_date)
    elder, minor = situation.law.get("tekun.age_elder"), situation.law.get("tekun.age_minor")
    if age >= elder.read(int):
        threshold = str(elder.read(int))
        yield reason("tekun.elder", value=str(age), threshold=threshold, parameter=elder, clause=clause)
    if age < minor.read(int):
        threshold = str(minor.read(int))
        yield reason("tekun.minor", value=str(age), threshold=threshold, parameter=minor, clause=clause)
    if "tekun" in member.receives:
        yield from _by_continuing(situation, member, age)


def _by_continuing(situation: Situation, member: Member, age: int) -> Iterator[Reason]:
    """Aid once granted to a minor goes on to 18, and beyond while at school (第二十四条; 社会救助法第十六条)."""
    limit, stages = situation.law.get("tekun.age_continue"), situation.law.get("tekun.continue_school_stages")
    if age < limit.read(int):
        yield reason("tekun.continues", value=str(age), threshold=str(limit.read(int)), parameter=limit)
    elif member.school in stages.read(tuple):
        yield reason("tekun.at_school", parameter=stages, kind=names("school")[member.school or ""])
    elif member.school not in names("school"):
        raise FactsMissing(f"{member.path}.in_school")


def _until(situation: Situation, member: Member) -> Iterator[Reason]:
    """Tell of a minor how long support goes on, so that the day does not come unseen (文件000 一(二))."""
    last = last_day_of_minor_support(member, situation.law)
    if last is not None and situation.on <= last:
        limit = situation.law.get("tekun.age_continue")
        yield reason("tekun.until", value=last.isoformat(), threshold=str(limit.read(int)), parameter=limit)


def _by_illness(situation: Situation, member: Member, clause: str) -> Iterator[Reason]:
    """A local ground, for regions that have it: a disabled person, gravely ill, without self-care for long enough."""
    rule = situation.law.find("tekun.no_labour.illness_months")
    if rule is None or not (member.disabilities and member.is_seriously_ill):
        return
    level, _ = self_care_level(situation, member)
    if level != "total":
        return
    if member.self_care_lost_since is None:
        raise FactsMissing(f"{member.path}.self_care_lost_since")
    months = months_between(member.self_care_lost_since, situation.on)
    if months >= rule.read(int):
        threshold = str(rule.read(int))
        yield reason("tekun.illness", value=str(months), threshold=threshold, parameter=rule, clause=clause)
