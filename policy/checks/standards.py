"""The guards that documents set on a new standard, checked before it is approved.

文件000 二(十): rural at least 75 % of urban, growth at least that of consumption. 文件001 二(二)2: 特困 at least 60 % of
consumption. 文件004 三(二): 特困 at least 1.3 × urban dibao, dibao no lower than the province's guide.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from policy.case import MONTHS_PER_YEAR
from policy.law import Law
from policy.money import exact_yuan_text, percent_text, ratio_text, yuan_text
from policy.reasons import FactsMissing, Finding, Reason, missing_facts, reason


@dataclass(frozen=True, kw_only=True)
class Standards:
    """Proposed standards in fen a month, and last year's statistics; None where not proposed or not known.

    `consumption_year`: fen per head and year; `consumption_growth`: 0.05 is 5 %; `former_*`: the standards they replace.
    """

    dibao_urban: int | None = None
    dibao_rural: int | None = None
    tekun_basic: int | None = None
    former_urban: int | None = None
    former_rural: int | None = None
    consumption_year: int | None = None
    consumption_growth: Fraction | None = None


def check_standards(law: Law, proposed: Standards) -> tuple[tuple[str, Finding], ...]:
    """Return each guard that a document sets in the region by its key; one that lacks a figure names it and is open."""
    return tuple((key, _found(guard, law, proposed)) for key, guard in GUARDS.items() if law.find(key))


def _found(guard: Callable[[Law, Standards], Finding], law: Law, proposed: Standards) -> Finding:
    try:
        return guard(law, proposed)
    except FactsMissing as gap:
        return missing_facts(gap.paths)


def _known(proposed: Standards, *fields: str) -> Iterator[int]:
    unknown = [f"standards.{name}" for name in fields if getattr(proposed, name) is None]
    if unknown:
        raise FactsMissing(*unknown)
    return (getattr(proposed, name) for name in fields)


def _rural_ratio(law: Law, proposed: Standards) -> Finding:
    rural, urban = _known(proposed, "dibao_rural", "dibao_urban")
    rule = law.get("dibao.rural_ratio_min")
    line = urban * rule.read(Fraction)
    return _at_least("standards.rural_ratio", Fraction(rural), line, rule.read(Fraction), law, rule.key)


def _growth(law: Law, proposed: Standards) -> Finding:
    if proposed.consumption_growth is None:
        raise FactsMissing("standards.consumption_growth")
    urban, rural, former_urban, former_rural = _known(
        proposed, "dibao_urban", "dibao_rural", "former_urban", "former_rural"
    )
    slowest = min(Fraction(urban, former_urban), Fraction(rural, former_rural)) - 1
    rule, holds = law.get("dibao.growth_guard"), slowest >= proposed.consumption_growth
    return Finding(holds, (_growth_reason(holds, slowest, proposed.consumption_growth, law, rule.key),))


def _growth_reason(holds: bool, slowest: Fraction, needed: Fraction, law: Law, key: str) -> Reason:
    text = f"standards.growth.{'kept' if holds else 'broken'}"
    return reason(text, value=percent_text(slowest), threshold=percent_text(needed), parameter=law.get(key))


def _share_of_consumption(law: Law, proposed: Standards) -> Finding:
    basic, consumption = _known(proposed, "tekun_basic", "consumption_year")
    rule = law.get("tekun.min_share_of_consumption")
    line = consumption * rule.read(Fraction) / MONTHS_PER_YEAR
    return _at_least("standards.consumption", Fraction(basic), line, rule.read(Fraction), law, rule.key)


def _multiple_of_urban(law: Law, proposed: Standards) -> Finding:
    basic, urban = _known(proposed, "tekun_basic", "dibao_urban")
    rule = law.get("tekun.min_multiple_urban")
    line = urban * rule.read(Fraction)
    return _at_least("standards.urban_multiple", Fraction(basic), line, rule.read(Fraction), law, rule.key)


def _provincial_guide(law: Law, proposed: Standards) -> Finding:
    urban, rural = _known(proposed, "dibao_urban", "dibao_rural")
    guide = law.get("dibao.provincial_guide")
    holds = min(urban, rural) >= guide.read(int)
    text = f"standards.guide.{'kept' if holds else 'broken'}"
    lowest, line = yuan_text(min(urban, rural)), yuan_text(guide.read(int))
    return Finding(holds, (reason(text, value=lowest, threshold=line, parameter=guide),))


def _at_least(text: str, value: Fraction, line: Fraction, ratio: Fraction, law: Law, key: str) -> Finding:
    holds = value >= line
    found = reason(
        f"{text}.{'kept' if holds else 'broken'}",
        value=exact_yuan_text(value),
        threshold=exact_yuan_text(line),
        parameter=law.get(key),
        multiple=ratio_text(ratio),
    )
    return Finding(holds, (found,))


GUARDS: dict[str, Callable[[Law, Standards], Finding]] = {
    "dibao.rural_ratio_min": _rural_ratio,
    "dibao.growth_guard": _growth,
    "tekun.min_share_of_consumption": _share_of_consumption,
    "tekun.min_multiple_urban": _multiple_of_urban,
    "dibao.provincial_guide": _provincial_guide,
}
