"""Ids are UUIDv7: unique by their random bits, in order by their time."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.ids import new_id

ENTROPY = st.binary(min_size=10, max_size=10)
AT_MS = st.integers(0, (1 << 48) - 1)


@given(AT_MS, ENTROPY)
def test_an_id_is_a_version_7_uuid_that_tells_its_time(at_ms: int, entropy: bytes):
    made = uuid.UUID(new_id(at_ms, entropy))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == at_ms


@given(AT_MS, AT_MS, ENTROPY, ENTROPY)
def test_ids_sort_by_their_time(one_ms: int, other_ms: int, one: bytes, other: bytes):
    if one_ms < other_ms:
        assert new_id(one_ms, one) < new_id(other_ms, other)


@given(st.integers(-(1 << 60), 1 << 60), ENTROPY)
def test_a_clock_that_is_off_by_ages_still_makes_an_id(at_ms: int, entropy: bytes):
    assert uuid.UUID(new_id(at_ms, entropy)).version == 7


@pytest.mark.parametrize("bit", range(80))
def test_every_random_bit_but_the_six_of_version_and_variant_is_used(bit: int):
    flipped = new_id(0, (1 << bit).to_bytes(10, "big"))
    assert (flipped != new_id(0, bytes(10))) == (bit not in {76, 77, 78, 79, 62, 63})


@pytest.mark.parametrize("size", [0, 9, 11])
def test_too_little_randomness_is_refused(size: int):
    with pytest.raises(ValueError, match="ten bytes"):
        new_id(0, bytes(size))
