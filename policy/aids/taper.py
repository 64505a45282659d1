"""The taper after work lifted a household above the line: what is still paid, month by month.

文件000 一(一) up to a year; 文件004 二(一) half a year to a year; 2022年通知 一(三) in principle half a year. No document says
how the amount falls: the region sets `taper.rates`.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from policy.case import MONTHS_PER_YEAR
from policy.law import Law
from policy.money import exact_yuan_text, ratio_text
from policy.reasons import Amount, reason


class TaperOutOfRange(ValueError):
    """The taper is shorter or longer than the region allows: `shortest` and `longest` say what it does, in months."""

    def __init__(self, shortest: int, longest: int) -> None:
        self.shortest, self.longest = shortest, longest
        super().__init__(f"渐退期应为 {shortest} 到 {longest} 个月")


@dataclass(frozen=True)
class TaperMonth:
    """A month of the taper (its first day) and what is paid in it, in exact fen."""

    month: date
    amount: Amount


def taper_range(law: Law) -> tuple[int, int]:
    """Return the shortest and the longest taper in months; without a lower limit, one month."""
    shortest = law.find("taper.min_months")
    return (shortest.read(int) if shortest else 1), law.get("taper.max_months").read(int)


def taper_schedule(law: Law, decided_on: date, months: int, fen_per_month: Fraction) -> tuple[TaperMonth, ...]:
    """Return the months of a taper from the month after the decision (57号文 第二十一条), each at the region's rate.

    `fen_per_month` is what was paid last. A rate holds from its month on until the next; more months than rates stay at
    the last. Raises TaperOutOfRange, or ParameterNotSet where the region has set no rates.
    """
    shortest, longest = taper_range(law)
    if not shortest <= months <= longest:
        raise TaperOutOfRange(shortest, longest)
    rule = law.get("taper.rates")
    rates: tuple[Fraction, ...] = rule.read(tuple)
    schedule = []
    for index in range(months):
        rate = rates[min(index, len(rates) - 1)]
        fen = fen_per_month * rate
        step = reason(
            "taper.month", value=exact_yuan_text(fen), parameter=rule, multiple=ratio_text(rate), count=index + 1
        )
        schedule.append(TaperMonth(_month_after(decided_on, index + 1), Amount(fen, (step,))))
    return tuple(schedule)


def _month_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, MONTHS_PER_YEAR)
    return date(day.year + years, month + 1, 1)
