"""What a member is in the eyes of several rules: of which age, and old, under age, severely disabled or gravely ill."""

from datetime import date, timedelta

from policy.case import MONTHS_PER_YEAR, Member
from policy.law import Law
from policy.reasons import FactsMissing


def age_on(day: date, birth_date: date) -> int:
    """Return full years of age; a birthday counts as reached.

    >>> age_on(date(2026, 7, 1), date(1966, 7, 1))
    60
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def months_between(start: date, end: date) -> int:
    """Return full months from one day to another.

    >>> months_between(date(2025, 7, 2), date(2026, 7, 1))
    11
    """
    return (end.year - start.year) * MONTHS_PER_YEAR + end.month - start.month - (end.day < start.day)


def lives_independently(member: Member, law: Law) -> bool:
    """Say whether a member is a grown child who supports themselves: such a one is not of the household (57号文 第七条(三)).

    A child of unknown age, or of whom nobody said whether they depend on the family, is taken to be of it.
    """
    if member.relation != "child" or member.is_dependent is not False or member.birth_date is None:
        return False
    adult, stages = law.find("age.adult"), law.find("household.student_stages")
    if adult is None or stages is None or age_on(law.on, member.birth_date) < adult.read(int):
        return False
    return member.school not in stages.read(tuple)


def last_day_of_minor_support(member: Member, law: Law) -> date | None:
    """Return the day before a 特困 minor comes of the age to which support goes on; None without a birth date or a rule.

    Whoever is still at school then goes on (社会救助法 第十六条), which is looked at when the day comes.
    """
    limit = law.find("tekun.age_continue")
    if member.birth_date is None or limit is None:
        return None
    birthday, years = member.birth_date, limit.read(int)
    is_leap_day = (birthday.month, birthday.day) == (2, 29)
    reached = date(birthday.year + years, 3, 1) if is_leap_day else birthday.replace(year=birthday.year + years)
    return reached - timedelta(days=1)


def has_feature(member: Member, feature: str, law: Law) -> bool:
    """Say whether a member is "elder", "minor", "severe_disability" or "serious_illness" on the day.

    Raises FactsMissing where age decides and the birth date is not known.
    """
    match feature:
        case "serious_illness":
            return member.is_seriously_ill
        case "severe_disability":
            severe = law.get("disability.severe_level").read(int)
            return any(disability.level <= severe for disability in member.disabilities)
    if member.birth_date is None:
        raise FactsMissing(f"{member.path}.birth_date")
    age = age_on(law.on, member.birth_date)
    if feature == "elder":
        return age >= law.get("age.elder").read(int)
    return age < law.get("age.adult").read(int)
