"""Judges a whole population at once: the same answers and the same fen as `policy.assessment`, without the reasons."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from policy.forecast.population import AREAS, NO, OPEN, YES, Population, Whole
from policy.law import Law
from policy.parameters import Parameters
from policy.supplements import CLASSES, FEATURES

Rows: TypeAlias = NDArray[np.bool_] | slice
_ROOM = 2**62  # a column must keep below it, doubled once by the rounding


class TooLarge(OverflowError):
    """Incomes or shares are so large, or so finely divided, that whole numbers of 64 bits would not hold them."""


@dataclass(frozen=True)
class Forecast:
    """Answers (YES, NO, OPEN) and fen a month of each household."""

    dibao: NDArray[np.int8]
    dibao_fen: Whole
    edge: NDArray[np.int8]
    single: NDArray[np.int8]
    single_fen: Whole


def forecast(population: Population, *, on: date, region: str, parameters: Parameters) -> Forecast:
    """Return what the law of a day makes of a population.

    Raises ParameterNotSet for a number that the region has still to set (the kernel would leave such a household open),
    TooLarge where the numbers do not fit.
    """
    found = _blank(len(population.people))
    for code, area in enumerate(AREAS):
        rows = population.area == code
        if rows.any():
            where = slice(None) if rows.all() else rows  # a county of one area is not copied
            _fill(found, where, _Area(population, where, Law(parameters, region, on, area)))
    return found


def _blank(count: int) -> Forecast:
    answers = [np.zeros(count, np.int8) for _ in range(3)]
    return Forecast(answers[0], np.zeros(count, np.int64), answers[1], answers[2], np.zeros(count, np.int64))


def _fill(found: Forecast, rows: Rows, area: "_Area") -> None:
    found.dibao[rows] = area.dibao
    if (area.dibao == YES).any():
        found.dibao_fen[rows] = np.where(area.dibao == YES, area.dibao_fen(), 0)
    found.edge[rows] = area.edge
    single = np.where(area.severe == 0, NO, area.edge)
    found.single[rows] = single
    if (single == YES).any():
        found.single_fen[rows] = np.where(single == YES, area.single_fen(), 0)


class _Area:
    """The households of one area under its law: each method is one rule over all of them."""

    def __init__(self, population: Population, rows: Rows, law: Law) -> None:
        self.law, self.scale = law, population.scale
        self.people, self.net = population.people[rows], population.net[rows]
        self.severe = population.severe[rows]
        self.groups = {group: counts[rows] for group, counts in population.groups.items()}
        self.standard = law.get("dibao.standard").read(int)
        is_below = self._below(Fraction(1))
        self.dibao = _and(population.alone[rows], population.property_dibao[rows], is_below)
        edge = self._below(law.get("edge.multiple").read(Fraction))
        self.edge = _and(_not(self.dibao), population.property_edge[rows], edge)

    def dibao_fen(self) -> Whole:
        """Difference or band, and the supplements on top, rounded once; meaningless where dibao is not granted."""
        base, parts = self._base()
        rates = {group: found for group in self.groups if any(found := self._rates(*group))}
        if not rates:
            return _rounded(base, parts)
        fine = lcm(*(rate.denominator for pair in rates.values() for rate in pair))
        _fits(base, int(self.people.max()) * fine * 4)
        total = base * self.people * fine
        for group, pair in rates.items():
            by_class, by_feature = (int(rate * fine) for rate in pair)
            own = self.standard * parts * by_feature * self.people
            total = total + self.groups[group] * np.maximum(base * by_class, own)
        return _rounded(total, parts * fine * self.people)

    def single_fen(self) -> Whole:
        """The region's share of the standard for each who may file alone, rounded once for the household."""
        each = self.standard * self.law.get("single_person.ratio").read(Fraction)
        return _rounded(self.severe * each.numerator, each.denominator)

    def _below(self, multiple: Fraction) -> NDArray[np.int8]:
        """Income per person is strictly below a multiple of the standard, compared without dividing."""
        _fits(self.net, multiple.denominator)
        line = self.standard * multiple.numerator * self.scale * self.people
        return (self.net * multiple.denominator < line).astype(np.int8)

    def _base(self) -> tuple[Whole, int]:
        """Return the aid before supplements in parts of a fen, and how many parts are one."""
        full = self.standard * self.scale * self.people
        if self.law.get("dibao.payment_mode").read(str) == "difference":
            return full - self.net, self.scale
        bands = self.law.get("dibao.bands").read(tuple)
        fine = lcm(*(share.denominator for _, share in bands))
        base = np.zeros_like(full)
        for limit, share in reversed(bands):
            base = np.where(self._below(limit), self.standard * self.people * int(share * fine), base)
        return base, fine

    def _rates(self, named: str | None, features: frozenset[str]) -> tuple[Fraction, Fraction]:
        """Return the share of the own aid that a class adds, and the largest share of the standard that a feature adds."""
        by_class = self.law.find(CLASSES[named]) if named else None
        rules = [self.law.find(FEATURES[feature]) for feature in features]
        by_feature = max((rule.read(Fraction) for rule in rules if rule), default=Fraction(0))
        return (by_class.read(Fraction) if by_class else Fraction(0)), by_feature


def _not(answer: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.where(answer == OPEN, answer, YES - answer)


def _and(*answers: NDArray[np.int8]) -> NDArray[np.int8]:
    """Join as the kernel does: one NO decides, else one OPEN leaves it open."""
    lowest = reduce(np.minimum, answers)
    no = reduce(np.logical_or, (answer == NO for answer in answers))
    return np.where(no, np.int8(NO), lowest)


def _rounded(amount: Whole, parts: Whole | int) -> Whole:
    """Whole fen, half a fen up, as `policy.money.whole_fen`."""
    if isinstance(parts, int) and parts == 1:
        return amount
    return (2 * amount + parts) // (2 * parts)


def _fits(column: Whole, factor: int) -> None:
    if max(int(column.max()), -int(column.min())) * factor >= _ROOM:
        raise TooLarge(f"数额太大,无法精确测算: 因数 {factor}")
