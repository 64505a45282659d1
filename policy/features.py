"""What a member is in the eyes of several rules: of which age, and old, under age, severely disabled or gravely ill."""

from datetime import date

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
