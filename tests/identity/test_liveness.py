"""identity/liveness.py: the rules of a burst as a table of bursts, each wrong in one way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.face_policy import load_policy
from identity.liveness import Challenge, Finding, Liveness, Moment, Turn, judge, new_challenge, same_face
from identity.messages import LIVENESS, LIVENESS_REASONS

RULES = load_policy().liveness
LEFT_FIRST = Challenge((Turn.LEFT, Turn.RIGHT), "nonce")
TURNS = [0.0, 0.0, 0.1, 0.25, 0.25, 0.1, -0.1, -0.25, -0.25, -0.1, 0.0, 0.0]


def burst(turns=TURNS, **changes):
    """A burst in which everything is as it should be, unless `changes` say otherwise."""
    random = np.random.default_rng(1)
    moments = [
        Moment(number * 300, random.normal(128, 20, (24, 24)), turn, (300.0 + number * 5, 240.0), 200.0)
        for number, turn in enumerate(turns)
    ]
    return [replace(moment, **changes) for moment in moments]


def test_a_head_that_turns_as_asked_passes():
    assert judge(burst(), LEFT_FIRST, RULES) == Liveness(Finding.PASSED)


def test_the_other_order_is_noticed():
    asked = Challenge((Turn.RIGHT, Turn.LEFT), "nonce")
    assert judge(burst(), asked, RULES) == Liveness(Finding.FAILED, ("turns_in_other_order",))


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([0.0] * 12, "turn_left_missing"),
        ([max(turn, 0.0) for turn in TURNS], "turn_right_missing"),
        ([min(turn, 0.0) for turn in TURNS], "turn_left_missing"),
        ([turn * 0.3 for turn in TURNS], "turn_left_missing"),
        ([0.3 if number == 3 else -0.3 if number == 8 else 0.0 for number in range(12)], "turn_left_missing"),
    ],
    ids=["still", "left only", "right only", "too small", "landmarks that slip"],
)
def test_a_turn_that_is_not_there_is_named(turns, reason):
    assert judge(burst(turns), LEFT_FIRST, RULES) == Liveness(Finding.FAILED, (reason,))


def test_a_face_that_rests_turned_is_judged_from_its_rest():
    assert judge(burst([turn + 0.1 for turn in TURNS]), LEFT_FIRST, RULES).finding is Finding.PASSED


def test_few_frames_are_no_burst():
    assert judge(burst()[:5], LEFT_FIRST, RULES) == Liveness(Finding.NOT_POSSIBLE, ("too_few_frames",))


def test_a_face_that_is_mostly_out_of_the_picture_makes_it_impossible_and_not_wrong():
    assert judge(burst([None] * 8 + TURNS[:4]), LEFT_FIRST, RULES) == Liveness(Finding.NOT_POSSIBLE, ("face_lost",))


def test_a_few_frames_without_a_face_do_no_harm():
    turns = [None if number in (4, 9) else turn for number, turn in enumerate(TURNS)]
    assert judge(burst(turns), LEFT_FIRST, RULES).finding is Finding.PASSED


def test_a_frozen_stream_is_noticed():
    still = burst(trace=np.full((24, 24), 100.0))
    assert "frames_frozen" in judge(still, LEFT_FIRST, RULES).reasons


def test_a_loop_is_noticed():
    moments = burst()
    moments[9] = replace(moments[9], trace=moments[2].trace)
    assert judge(moments, LEFT_FIRST, RULES) == Liveness(Finding.FAILED, ("frames_replayed",))


@pytest.mark.parametrize("times", [[0] * 12, list(range(12, 0, -1)), [number * 5000 for number in range(12)]])
def test_times_that_stand_still_run_back_or_take_for_ever_are_noticed(times):
    moments = [replace(moment, at_ms=at) for moment, at in zip(burst(), times, strict=True)]
    assert judge(moments, LEFT_FIRST, RULES).reasons == ("burst_not_in_time",)


def test_a_cut_in_the_stream_is_noticed():
    moments = burst()
    moments[6:] = [replace(moment, centre=(900.0, 240.0)) for moment in moments[6:]]
    assert judge(moments, LEFT_FIRST, RULES).reasons == ("face_jumped",)


def test_a_second_face_is_noticed():
    assert judge(burst(second_face=0.8), LEFT_FIRST, RULES).reasons == ("two_faces_in_burst",)


def test_another_face_in_the_middle_fails_and_the_same_one_passes():
    passed = Liveness(Finding.PASSED)
    assert same_face(passed, [0.3, 0.7], RULES) == Liveness(Finding.FAILED, ("face_changed",))
    assert same_face(passed, [0.3, 0.4], RULES) == passed


def test_a_failed_burst_is_not_mended_by_a_like_face():
    failed = Liveness(Finding.FAILED, ("frames_frozen",))
    assert same_face(failed, [0.0], RULES) == failed


def test_chance_draws_the_order():
    assert new_challenge(lambda n: 0, "a").turns == (Turn.RIGHT, Turn.LEFT)
    assert new_challenge(lambda n: 1, "a").turns == (Turn.LEFT, Turn.RIGHT)


def test_every_reason_has_its_words():
    codes = {f"turn_{turn}_missing" for turn in Turn} | {
        "too_few_frames",
        "face_lost",
        "burst_not_in_time",
        "frames_frozen",
        "frames_replayed",
        "face_jumped",
        "two_faces_in_burst",
        "turn_too_small",
        "turns_in_other_order",
        "face_changed",
    }
    assert codes == set(LIVENESS_REASONS)
    assert set(LIVENESS) == {finding.value for finding in Finding}


@given(st.lists(st.one_of(st.none(), st.floats(-0.5, 0.5)), min_size=1, max_size=20))
def test_whatever_turns_there_are_there_is_a_finding_and_its_words(turns):
    found = judge(burst(turns), LEFT_FIRST, RULES)
    assert (found.finding is Finding.PASSED) == (not found.reasons)
    assert set(found.reasons) <= set(LIVENESS_REASONS)
