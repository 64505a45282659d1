"""Households as columns of whole numbers, ready to be judged all at once under other parameters.

What a forecast may change — standards, lines, shares, supplements, bands — is not in the columns. What it may not change
(which income counts, who is severely disabled, who files alone) is judged once, by the kernel's own functions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from policy.case import Household, Member, parse_case
from policy.criteria import severe_disability_or_illness
from policy.features import has_feature
from policy.filing import may_file_alone
from policy.law import Law
from policy.parameters import Parameters
from policy.property import property_within_rules
from policy.reasons import FactsMissing
from policy.situation import Situation
from policy.supplements import CLASSES, FEATURES
from policy.verdicts import decided

Whole: TypeAlias = NDArray[np.int64]
Group: TypeAlias = tuple[str | None, frozenset[str]]  # a class, A or B, and the features of a member
OPEN, NO, YES = -1, 0, 1  # an answer in a column
ANSWER = {None: OPEN, False: NO, True: YES}
AREAS = ("urban", "rural")


class CannotForecast(ValueError):
    """A household lacks what a forecast needs: `path` names it, as the kernel would."""

    def __init__(self, index: int, path: str) -> None:
        self.index, self.path = index, path
        super().__init__(f"第 {index + 1} 户: 缺少 {path}")


@dataclass(frozen=True)
class Population:
    """Columns, one entry a household. `net` is income a month in parts of a fen: `scale` parts are one.

    `area` indexes AREAS; `alone` and `property_*` hold YES, NO or OPEN; `severe` counts the members who could file alone
    from an edge household; `groups` counts the members of each class and set of features that supplements know.
    """

    area: NDArray[np.int8]
    people: Whole
    net: Whole
    scale: int
    alone: NDArray[np.int8]
    property_dibao: NDArray[np.int8]
    property_edge: NDArray[np.int8]
    severe: Whole
    groups: Mapping[Group, Whole]


@dataclass(frozen=True)
class _Row:
    area: int
    people: int
    net: Fraction
    alone: int
    property_dibao: int
    property_edge: int
    severe: int
    groups: tuple[Group, ...]


def population_of(cases: Iterable[Mapping[str, Any]], *, on: date, region: str, parameters: Parameters) -> Population:
    """Read cases as `assess` takes them; parameters inside of a case are not used.

    Raises CaseError for a malformed case, CannotForecast for one without area, incomes or a birth date that age needs,
    ParameterNotSet where the law of the day does not say which income counts.
    """
    rows = [
        _row(index, parse_case(case).household, Law(parameters, region, on, None)) for index, case in enumerate(cases)
    ]
    scale = lcm(*{row.net.denominator for row in rows})
    groups = dict.fromkeys(group for row in rows for group in row.groups)
    return Population(
        area=np.array([row.area for row in rows], np.int8),
        people=np.array([row.people for row in rows], np.int64),
        net=np.array([int(row.net * scale) for row in rows], np.int64),
        scale=scale,
        alone=np.array([row.alone for row in rows], np.int8),
        property_dibao=np.array([row.property_dibao for row in rows], np.int8),
        property_edge=np.array([row.property_edge for row in rows], np.int8),
        severe=np.array([row.severe for row in rows], np.int64),
        groups={group: np.array([row.groups.count(group) for row in rows], np.int64) for group in groups},
    )


def _row(index: int, household: Household, law: Law) -> _Row:
    if household.area is None:
        raise CannotForecast(index, "household.area")
    law = Law(law.parameters, law.region, law.on, household.area)
    situation = Situation(household, law)
    try:
        net, groups = situation.income.net, tuple(_groups(household.members, law))
    except FactsMissing as gap:
        raise CannotForecast(index, gap.paths[0]) from None
    return _Row(
        area=AREAS.index(household.area),
        people=situation.people,
        net=net,
        alone=ANSWER[decided(law, may_file_alone, situation, "dibao", "").holds],
        property_dibao=ANSWER[decided(law, property_within_rules, situation, "dibao", "").holds],
        property_edge=ANSWER[decided(law, property_within_rules, situation, "low_income_edge", "").holds],
        severe=sum(bool(severe_disability_or_illness(situation, member, "").holds) for member in household.members),
        groups=groups,
    )


def _groups(members: Iterable[Member], law: Law) -> Iterable[Group]:
    for member in members:
        named = member.dibao_class if member.dibao_class in CLASSES else None
        features = frozenset(feature for feature in FEATURES if _has(member, feature, law))
        if named or features:
            yield named, features


def _has(member: Member, feature: str, law: Law) -> bool:
    """A member whose age is not known is of no age group, as long as no supplement asks for it."""
    if member.birth_date is None and feature in ("elder", "minor") and law.find(FEATURES[feature]) is None:
        return False
    return has_feature(member, feature, law)
