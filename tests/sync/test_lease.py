"""Leases: signed by the office, and measured so that no clock prolongs them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import Untrusted
from sync.lease import DAY_MS, RENEW_AFTER, Watch, grant, is_due, left_ms, read, verify, wound

NOW = datetime(2026, 7, 1, tzinfo=UTC)
OFFICE = Ed25519PrivateKey.generate()
PUBLIC = OFFICE.public_key().public_bytes_raw()
LEASE = grant("d1", now=NOW, days=14, key=OFFICE)


def test_a_lease_that_the_office_signed_is_read():
    assert verify(LEASE.to_dict(), "d1", PUBLIC) == LEASE


@pytest.mark.parametrize("forged", [
    LEASE.to_dict() | {"days": 15},
    LEASE.to_dict() | {"issued_at": "2026-07-02T00:00:00.000Z"},
    LEASE.to_dict() | {"signature": "00" * 64},
    LEASE.to_dict() | {"signature": "x"},
    LEASE.to_dict() | {"signature": None},
    LEASE.to_dict() | {"days": True},
    {},
    grant("d1", now=NOW, days=14, key=Ed25519PrivateKey.generate()).to_dict(),
    grant("d2", now=NOW, days=14, key=OFFICE).to_dict(),
    grant("d1", now=NOW, days=99_999, key=OFFICE).to_dict(),
])  # fmt: skip
def test_any_other_is_not(forged: dict[str, object]):
    with pytest.raises(Untrusted):
        verify(forged, "d1", PUBLIC)


def test_a_lease_is_given_anew_when_there_is_none_or_it_has_aged():
    young, old = LEASE.issued_at, grant("d1", now=NOW - RENEW_AFTER, days=14, key=OFFICE).issued_at
    assert not is_due(young, now=NOW)
    assert all(is_due(held, now=NOW) for held in ("", "x", old))
    assert is_due(young, now=NOW - timedelta(seconds=1))  # A lease from the future is none.


def test_a_clock_set_back_across_a_restart_saves_nothing():
    watch = read(wound(wall_ms=0, boot="b1", uptime_ms=0), wall_ms=0, boot="b1", uptime_ms=10 * DAY_MS)
    back = read(watch, wall_ms=-5_000 * DAY_MS, boot="b2", uptime_ms=DAY_MS)
    assert left_ms(14, back) == 3 * DAY_MS


def test_days_switched_off_count_by_the_wall_clock():
    off = read(wound(wall_ms=0, boot="b1", uptime_ms=0), wall_ms=20 * DAY_MS, boot="b2", uptime_ms=0)
    assert left_ms(14, off) < 0


STEPS = st.lists(
    st.tuples(st.integers(-(10**13), 10**13), st.sampled_from(["b1", "b2", "b3"]), st.integers(0, 10**10)), max_size=12
)


@given(steps=STEPS)
def test_whatever_the_clocks_say_what_was_used_up_never_comes_back(steps: list[tuple[int, str, int]]):
    watch: Watch = wound(wall_ms=0, boot="b1", uptime_ms=0)
    for wall_ms, boot, uptime_ms in steps:
        later = read(watch, wall_ms=wall_ms, boot=boot, uptime_ms=uptime_ms)
        assert later.used_ms >= watch.used_ms
        watch = later
    assert replace(watch, used_ms=0).wall_ms == 0


@given(days=st.integers(0, 30), jumps=st.lists(st.integers(-(10**13), 10**13), max_size=5))
def test_within_one_boot_the_wall_clock_counts_for_nothing(days: int, jumps: list[int]):
    watch = wound(wall_ms=0, boot="b", uptime_ms=7)
    for part, wall_ms in enumerate([*jumps, 0], start=1):
        watch = read(watch, wall_ms=wall_ms, boot="b", uptime_ms=7 + days * DAY_MS * part // (len(jumps) + 1))
    assert watch.used_ms == days * DAY_MS
