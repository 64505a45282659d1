"""The link of aid to prices: in which months the subsidy runs (文件000 二(十), 004 三(二); 社会救助法 第三十二条).

A month counts when the consumer price index or its food part rose enough over the same month of the year before; either
is enough. Each month is judged by the trigger in force in it. What is paid a month is for the region to announce.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from policy.law import Law
from policy.money import percent_text
from policy.parameters import Parameters
from policy.reasons import Reason, reason


@dataclass(frozen=True)
class PriceMonth:
    """The published year-on-year rises of a month (its first day): 0.035 is 3.5 %."""

    month: date
    cpi: Fraction
    food_cpi: Fraction


@dataclass(frozen=True)
class PriceFinding:
    """Whether the subsidy runs for a month, and why."""

    month: date
    holds: bool
    reasons: tuple[Reason, ...]


def linked_months(parameters: Parameters, region: str, indices: Iterable[PriceMonth]) -> tuple[PriceFinding, ...]:
    """Return a finding for each month; raises ParameterNotSet for a month before the mechanism existed."""
    return tuple(_finding(parameters, region, index) for index in sorted(indices, key=lambda index: index.month))


def _finding(parameters: Parameters, region: str, index: PriceMonth) -> PriceFinding:
    last_day = index.month.replace(day=monthrange(index.month.year, index.month.month)[1])
    law = Law(parameters, region, last_day, None)
    steps, holds = [], False
    for key, rise in (("price.trigger_cpi", index.cpi), ("price.trigger_food_cpi", index.food_cpi)):
        trigger = law.get(key)
        reached = rise >= trigger.read(Fraction)
        holds = holds or reached
        text = f"{key}.{'reached' if reached else 'below'}"
        threshold = percent_text(trigger.read(Fraction))
        steps.append(reason(text, value=percent_text(rise), threshold=threshold, parameter=trigger))
    return PriceFinding(index.month, holds, tuple(steps))
