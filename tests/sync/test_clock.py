"""A device's wall clock decides nothing, and nothing is ever refused for its time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from sync.canonical import instant, moment
from sync.clock import UNKNOWN_MS, Anchor, Corrected, Evidence, anchored, corrected, offset_ms
from tests.sync.values import INSTANT, JSON, MOMENT, TEXT, TIME

UPTIME = st.integers(0, 10**10)
ANCHORS = st.builds(Anchor, INSTANT, UPTIME, st.sampled_from(["b1", "b2"]), st.integers(0, 10**5))
EVIDENCE = st.builds(Evidence, INSTANT, UPTIME, st.sampled_from(["b1", "b2"]), st.none() | ANCHORS, st.none() | ANCHORS)
FAR = 1 << 62


def ms(at: datetime) -> int:
    return (at - moment("1970-01-01T00:00:00.000Z")) // timedelta(milliseconds=1)


@given(EVIDENCE)
def test_evidence_comes_back_as_it_was(evidence: Evidence):
    assert Evidence.from_dict(evidence.to_dict()) == evidence


@given(MOMENT, st.integers(0, 10**9), st.integers(0, 10**9), INSTANT)
def test_with_an_anchor_of_this_boot_the_wall_clock_does_not_count(
    server_at: datetime, uptime_ms: int, elapsed_ms: int, wall: str
):
    anchor = Anchor(instant(server_at), uptime_ms, "b", 40)
    found = corrected(Evidence(wall, uptime_ms + elapsed_ms, "b", anchor), received_ms=FAR)
    assert found.at_ms == ms(moment(instant(server_at))) + elapsed_ms
    assert 40 <= found.uncertainty_ms < UNKNOWN_MS


@given(EVIDENCE, st.integers(0, 4 * 10**12))
def test_an_edit_was_made_before_it_arrived(evidence: Evidence, received_ms: int):
    assert corrected(evidence, received_ms=received_ms).at_ms <= received_ms


@given(MOMENT, st.integers(0, 10**9), st.integers(0, 10**6), st.integers(1, 10**6))
def test_what_one_boot_did_later_is_never_put_earlier(at: datetime, uptime_ms: int, first: int, more: int):
    anchor = Anchor(instant(at), uptime_ms, "b", 0)
    one = corrected(Evidence("", uptime_ms + first, "b", anchor), received_ms=FAR)
    other = corrected(Evidence("", uptime_ms + first + more, "b", anchor), received_ms=FAR)
    assert not one.clearly_after(other)
    assert one.at_ms < other.at_ms


@given(INSTANT, UPTIME, ANCHORS)
def test_an_anchor_of_another_boot_tells_nothing(wall: str, uptime_ms: int, anchor: Anchor):
    found = corrected(Evidence(wall, uptime_ms, "b3", anchor), received_ms=FAR)
    assert found == Corrected(FAR, UNKNOWN_MS), "not even a wall clock decades away decides anything"


@given(EVIDENCE, INSTANT)
def test_no_wall_clock_changes_the_corrected_time(evidence: Evidence, wall: str):
    assert corrected(evidence, received_ms=FAR) == corrected(replace(evidence, wall=wall), received_ms=FAR)


@given(EVIDENCE)
def test_of_two_anchors_the_surer_one_counts(evidence: Evidence):
    found = corrected(evidence, received_ms=FAR)
    alone = [replace(evidence, satellite=None), replace(evidence, anchor=None)]
    either = [corrected(one, received_ms=FAR) for one in alone]
    assert found in either
    assert found.uncertainty_ms == min(one.uncertainty_ms for one in either)


@given(st.dictionaries(st.sampled_from(["wall", "uptime_ms", "boot", "anchor", "satellite"]), JSON))
@example({"wall": "0001-01-01T00:00:00.000Z", "uptime_ms": 10**300, "boot": "b", "anchor": {}})
@example({"anchor": {"server_at": "9999-12-31T23:59:59.999Z", "boot": "", "uptime_ms": 0}, "uptime_ms": 10**15})
@example({"anchor": {"server_at": "0001-01-01T00:00:00.000Z", "boot": ""}, "wall": "9999-12-31T23:59:59.999Z"})
def test_no_evidence_is_ever_too_odd(plain: dict[str, Any]):
    evidence = Evidence.from_dict(plain)
    assert corrected(evidence, received_ms=5).at_ms <= 5
    assert offset_ms(evidence) is None or evidence.anchor or evidence.satellite


@given(MOMENT, UPTIME, st.integers(-(10**10), 10**10))
def test_the_offset_of_the_wall_clock_is_told_to_the_millisecond(at: datetime, uptime_ms: int, ahead_ms: int):
    true = moment(instant(at))
    wall = instant(true + timedelta(milliseconds=ahead_ms))
    assert offset_ms(Evidence(wall, uptime_ms, "b", Anchor(instant(at), uptime_ms, "b", 0))) == ahead_ms


@given(TEXT)
def test_a_wall_clock_that_cannot_be_read_has_no_offset(wall: str):
    anchor = Anchor("2026-07-01T00:00:00.000Z", 0, "b", 0)
    assert offset_ms(Evidence(f"x{wall}", 0, "b", anchor)) is None


@given(TIME, TIME, TIME)
def test_clearly_after_is_an_order(one: Corrected, other: Corrected, third: Corrected):
    assert not one.clearly_after(one)
    assert not (one.clearly_after(other) and other.clearly_after(one))
    if one.clearly_after(other) and other.clearly_after(third):
        assert one.clearly_after(third)


@given(MOMENT, UPTIME)
def test_an_anchor_keeps_the_servers_time(at: datetime, uptime_ms: int):
    assert anchored(instant(at), uptime_ms=uptime_ms, boot="b", trip_ms=7) == Anchor(instant(at), uptime_ms, "b", 7)
