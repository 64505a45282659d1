"""The sample county's areas nest, fit the record type, and share households out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sample.county import AREAS, CORE_VILLAGES, TOWNSHIPS, VILLAGES, spread
from sync.records import REGISTRY, problems

CODE_LENGTH = {"county": 6, "township": 9, "village": 12}


def test_every_area_fits_its_record_type() -> None:
    for area in AREAS:
        fields = {"code": area.code, "name": area.name, "level": area.level, "parent_code": area.parent_code}
        assert problems(REGISTRY["area"], fields, creating=True) == []


def test_areas_nest_by_prefix() -> None:
    levels = {area.code: area.level for area in AREAS}
    above = {"township": "county", "village": "township"}
    for area in AREAS:
        assert len(area.code) == CODE_LENGTH[area.level]
        if area.parent_code is not None:
            assert area.code.startswith(area.parent_code)
            assert levels[area.parent_code] == above[area.level]
    assert [area.code for area in AREAS if area.parent_code is None] == ["430981"]


def test_codes_are_unique_and_villages_of_a_township_have_different_names() -> None:
    assert len({area.code for area in AREAS}) == len(AREAS)
    assert len({(area.parent_code, area.name) for area in AREAS}) == len(AREAS)


def test_no_village_has_a_code_that_a_real_one_could_have() -> None:
    assert all(village.code[9] == "9" for village in VILLAGES)


@given(st.integers(min_value=0, max_value=300_000))
def test_all_households_are_shared_out_to_villages(households: int) -> None:
    counts = spread(households)
    assert list(counts) == [village.code for village in VILLAGES]
    assert sum(counts.values()) == households


@given(st.integers(min_value=0, max_value=300_000))
def test_a_larger_county_takes_no_household_from_a_village(households: int) -> None:
    smaller, larger = spread(households), spread(households + 1)
    assert all(larger[code] >= smaller[code] for code in smaller)


def test_a_small_county_fills_the_core_villages_and_leaves_none_empty() -> None:
    counts = spread(200)
    core = [village.code for village in CORE_VILLAGES]
    assert min(counts[code] for code in core) >= 15
    assert all(1 <= counts[code] <= 5 for code in counts if code not in core)
    assert {code[:9] for code in core} == set(list(TOWNSHIPS)[:2])


def test_a_large_county_is_spread_evenly() -> None:
    counts = spread(100_000).values()
    assert max(counts) - min(counts) < 20


def test_a_negative_number_of_households_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        spread(-1)
