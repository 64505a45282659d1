"""identity/bench.py: the figures are right on cases that can be counted by hand, and on the portraits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.bench import PairsBroken, read_pairs, run
from identity.face_policy import load_policy
from identity.rates import area_under_curve, false_non_matches_at, share, upper_bound

SOME = {"f_ob", "f_bi", "f_jo"}  # enough to see two dozen pairs in a few seconds

distances = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5]), min_size=1, max_size=12).map(np.array)


@given(distances, distances)
def test_the_area_is_the_share_of_pairs_in_the_right_order(genuine, impostor):
    ordered = [(g < i) + (g == i) / 2 for g in genuine for i in impostor]
    assert area_under_curve(genuine, impostor) == pytest.approx(sum(ordered) / len(ordered), abs=1e-6)


@given(distances, distances, st.sampled_from([0.0, 0.1, 0.5]))
def test_the_threshold_keeps_the_promised_false_match_rate(genuine, impostor, rate):
    best = min((genuine >= limit).mean() for limit in [0.0, *impostor] if (impostor < limit).mean() <= rate)
    assert false_non_matches_at(genuine, impostor, rate) == pytest.approx(best, abs=1e-6)


def test_nothing_measured_is_no_figure():
    nothing = np.array([])
    assert area_under_curve(nothing, nothing) is None
    assert false_non_matches_at(nothing, nothing, 0.1) is None
    assert share(nothing > 0) is None


def test_a_rate_of_zero_has_an_upper_bound_above_zero():
    assert upper_bound(0.0, 2696) == pytest.approx(0.0014, abs=0.0001)


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "file_a,file_b,same\nx.jpg,,1\n", "file_a,file_b,same\nx.jpg,y.jpg,yes\n", ""]
)
def test_a_broken_list_is_refused_with_a_sentence(text):
    with pytest.raises(PairsBroken, match="配对表"):
        read_pairs(text.splitlines())


def test_a_photo_without_a_face_is_counted_and_left_out_of_the_rates(engine, astronaut_photo, hopper, scenery):
    photos = {"a": astronaut_photo, "h": hopper, "n": scenery}
    pairs = read_pairs(["file_a,file_b,same", "a,h,0", "a,n,1", "a,a,1"])
    figures = run(pairs, photos.__getitem__, engine, load_policy()).as_dict()
    assert (figures["pairs"], figures["images"]) == (3, 3)
    assert figures["failure_to_detect"] == pytest.approx(1 / 3)
    assert (figures["auc"], figures["fmr_at_match_threshold"], figures["fnmr_at_match_threshold"]) == (1.0, 0.0, 0.0)


def test_the_portraits_are_told_apart(engine, faces):
    with (faces / "pairs.csv").open(encoding="utf-8") as lines:
        pairs = [pair for pair in read_pairs(lines) if {pair.file_a[:4], pair.file_b[:4]} <= SOME]
    figures = run(pairs, lambda name: (faces / "images" / name).read_bytes(), engine, load_policy()).as_dict()
    assert figures["failure_to_detect"] == 0.0
    assert figures["auc"] > 0.999
    assert figures["fmr_at_match_threshold"] == 0.0
    assert figures["fnmr_at_fmr_0.1_percent"] <= 0.02
