"""Looks a dated parameter up for a region and a day, with the clause it comes from.

The most specific region that has a value in force on the day wins: county (6 digits), city (4), province (2), nation
("00"); within a region the value for the area (urban, rural) before the value for both, and the latest start date.
A value that no document gives is absent, and asking for it is an error that names what to set; it is never zero.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from typing import TypeVar

from policy.money import parse_yuan
from policy.registry import AREAS, NATIONAL, Entry, Key, Registry, Value, load_registry, parse_value, refuse_doubles

T = TypeVar("T")
_LEVELS = (6, 4, 2)  # GB/T 2260 digits of county, city, province


class ParameterNotSet(LookupError):
    """No value is in force for this key, region and day: not yet, no longer, or the region has still to set it."""

    def __init__(self, key: Key, region: str, on: date, area: str | None) -> None:
        self.key, self.region, self.on, self.area = key.key, region, on, area
        where = f"{region}({'城镇' if area == 'urban' else '农村'})" if area else region
        super().__init__(f"地区 {where} 在 {on} 没有设定“{key.name}”({key.key})")


@dataclass(frozen=True)
class Parameter:
    """A value in force, and where it is written. `region` is the region that set it, not the one that asked."""

    key: str
    name: str
    value: Value
    unit: str
    region: str
    area: str | None
    valid_from: date
    valid_to: date | None
    from_basis: str
    source: str
    clause: str
    note: str

    def read(self, kind: type[T]) -> T:
        """Return the value as the type its key promises."""
        assert isinstance(self.value, kind), self.key
        return self.value

    @property
    def citation(self) -> str:
        """Return the source and clause as they are cited in a reason."""
        return f"{self.source}{self.clause}"


@dataclass(frozen=True)
class Parameters:
    """All parameters, ready to be asked. Make one with `load_parameters`."""

    registry: Registry
    by_place: Mapping[tuple[str, str], tuple[Parameter, ...]]
    overrides: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Return a short digest of the data: two results with equal versions used the same rules."""
        return self.registry.version

    def value(self, key: str, *, region: str, on: date, area: str | None = None) -> Parameter:
        """Return the parameter in force.

        Raises ParameterNotSet when no region in the chain has a value on that day, KeyError for a key that does not
        exist, ValueError for a malformed region code.
        """
        found = self.find(key, region=region, on=on, area=area)
        if found is None:
            raise ParameterNotSet(self.registry.keys[key], region, on, area)
        return found

    def find(self, key: str, *, region: str, on: date, area: str | None = None) -> Parameter | None:
        """Return the parameter in force, or None: for rules that exist only where a region has made them."""
        for name in (f"{key}@{area}", key):
            if name in self.overrides:
                return self.overrides[name]
        if key not in self.registry.keys:
            raise KeyError(key)
        for code in region_chain(region):
            candidates = [found for found in self.by_place.get((key, code), ()) if _is_in_force(found, on, area)]
            if candidates:
                return max(candidates, key=lambda found: (found.area is not None, found.valid_from))
        return None

    def extended(self, entries: Sequence[Entry]) -> "Parameters":
        """Return parameters that hold these values too, as a region has set them; the version tells them apart.

        Raises PolicyDataError when two values of a key in a place start on the same day.
        """
        refuse_doubles((*self.registry.entries, *entries))
        by_place = dict(self.by_place)
        for entry in entries:
            place = entry.key, entry.region
            by_place[place] = (*by_place.get(place, ()), _parameter(self.registry.keys[entry.key], entry))
        digest = hashlib.sha256(f"{self.version}{entries!r}".encode()).hexdigest()[: len(self.version)]
        registry = replace(self.registry, entries=(*self.registry.entries, *entries), version=digest)
        return replace(self, registry=registry, by_place=by_place)

    def nearest(self, key: str, *, region: str, on: date, area: str | None = None) -> Parameter:
        """Return the parameter in force, or for a day on which none is the one that was in force nearest to it.

        For whoever only has a clock that may be years off, and must not be stopped by it: the day is wrong then, not the
        law. Raises ParameterNotSet when nobody ever set a value, otherwise as `value` does.
        """
        found = self.find(key, region=region, on=on, area=area)
        if found is not None:
            return found
        ever = [
            one
            for code in region_chain(region)
            for one in self.by_place.get((key, code), ())
            if one.area in (None, area)
        ]
        if not ever:
            raise ParameterNotSet(self.registry.keys[key], region, on, area)
        return min(ever, key=lambda one: _days_away(one, on))

    def with_overrides(self, values: Mapping[str, object]) -> "Parameters":
        """Return parameters in which these keys have assumed values; money is given in yuan, as "780.00".

        "dibao.standard@rural" is assumed for that area only, and goes before "dibao.standard".

        Raises KeyError for an unknown key and ValueError for a value that does not fit its kind.
        """
        overrides = {name: _assumed(self.registry.keys[_key_of(name)], raw) for name, raw in values.items()}
        return replace(self, overrides={**self.overrides, **overrides})


@lru_cache(maxsize=4096)
def region_chain(region: str) -> tuple[str, ...]:
    """Return the regions to ask, most specific first. Township and village codes belong to their county.

    >>> region_chain("430981102")
    ('430981', '4309', '43', '00')
    """
    if not (region.isascii() and region.isdigit() and len(region) in (2, 4, 6, 9, 12)):
        raise ValueError(f"地区代码应为 2、4、6、9 或 12 位数字: {region!r}")
    chain = tuple(region[:digits] for digits in _LEVELS if digits <= len(region))
    return chain if chain[-1] == NATIONAL else (*chain, NATIONAL)


@cache
def load_parameters(*, sample: bool = False) -> Parameters:
    """Return all packaged parameters, read once; with `sample`, also the demonstration county's invented ones (示例).

    Raises PolicyDataError when a packaged file is wrong.
    """
    registry = load_registry(sample=sample)
    by_place: dict[tuple[str, str], list[Parameter]] = defaultdict(list)
    for entry in registry.entries:
        by_place[entry.key, entry.region].append(_parameter(registry.keys[entry.key], entry))
    return Parameters(registry, {place: tuple(found) for place, found in by_place.items()})


def _is_in_force(parameter: Parameter, on: date, area: str | None) -> bool:
    is_over = parameter.valid_to is not None and parameter.valid_to < on
    return parameter.valid_from <= on and not is_over and parameter.area in (None, area)


def _days_away(parameter: Parameter, on: date) -> int:
    """Count the days from a day to the nearest on which a parameter is in force."""
    if on < parameter.valid_from:
        return (parameter.valid_from - on).days
    return max(0, (on - (parameter.valid_to or on)).days)


def _parameter(key: Key, entry: Entry) -> Parameter:
    return Parameter(
        key=key.key,
        name=key.name,
        value=entry.value,
        unit=key.unit,
        region=entry.region,
        area=entry.area,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        from_basis=entry.from_basis,
        source=f"《{entry.document.title}》{entry.document.number and f'({entry.document.number})'}",
        clause=entry.clause,
        note=entry.note,
    )


def _key_of(name: str) -> str:
    key, at, area = name.partition("@")
    if at and area not in AREAS:
        raise KeyError(name)
    return key


def _assumed(key: Key, raw: object) -> Parameter:
    value = parse_yuan(raw) if key.kind == "money" else parse_value(key.kind, raw)
    return Parameter(key.key, key.name, value, key.unit, "", None, date.min, None, "", "随案例给出的取值", "", "")
