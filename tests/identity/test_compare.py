"""identity/compare.py: verdicts on real portraits, decisions as a table, and what may leave the device."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from identity.compare import compare, decide
from identity.engine import Unavailable
from identity.face_policy import load_policy
from identity.messages import FINDINGS, LIVENESS, OUTCOMES, REASONS

POLICY = load_policy()
MUST_NOT_TRAVEL = {"distance", "vector", "findings", "photo", "sha256", "threshold", "measures"}


@pytest.fixture(scope="module")
def later_photo(astronaut, encoded):
    """The same person in another photograph: mirrored, smaller, more strongly compressed."""
    return encoded(astronaut.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((720, 720)), quality=70)


@pytest.fixture(scope="module")
def blurred_photo(astronaut, encoded):
    return encoded(astronaut.filter(ImageFilter.GaussianBlur(4)), quality=92)


@pytest.fixture(scope="module")
def matched(engine, astronaut_photo, later_photo):
    return compare(astronaut_photo, [later_photo], engine=engine)


@pytest.fixture(scope="module")
def blurred(engine, astronaut_photo, blurred_photo):
    return compare(astronaut_photo, [blurred_photo], engine=engine)


def test_the_same_person_is_a_match(matched):
    assert (matched.outcome, matched.reasons, matched.band) == ("match", ("distance_near",), "near")
    assert matched.distance <= matched.threshold == 0.45


def test_another_person_is_no_match(engine, astronaut_photo, hopper):
    verdict = compare(astronaut_photo, [hopper], engine=engine)
    assert (verdict.outcome, verdict.band) == ("no_match", "far")
    assert verdict.distance > 0.6


def test_a_minor_is_never_a_match_by_machine(engine, astronaut_photo, later_photo):
    verdict = compare(astronaut_photo, [later_photo], engine=engine, minor=True)
    assert (verdict.outcome, verdict.reasons) == ("inconclusive", ("minor",))


def test_a_bad_photo_decides_nothing_and_gives_one_advice(blurred):
    assert (blurred.outcome, blurred.reasons) == ("inconclusive", ("blurred",))
    assert blurred.advice == FINDINGS["blurred"]


def test_a_bad_photo_of_another_person_is_not_held_against_anybody(engine, hopper, blurred_photo):
    assert compare(hopper, [blurred_photo], engine=engine).outcome == "inconclusive"


def test_the_best_take_is_chosen_by_quality_and_not_by_likeness(engine, astronaut_photo, blurred_photo, hopper):
    verdict = compare(astronaut_photo, [blurred_photo, hopper], engine=engine)
    assert (verdict.live_used, verdict.outcome) == (2, "no_match")


def test_a_good_take_rescues_bad_ones(engine, astronaut_photo, blurred_photo, later_photo, scenery):
    verdict = compare(astronaut_photo, [scenery, blurred_photo, b"", later_photo], engine=engine)
    assert (verdict.live_used, verdict.outcome) == (4, "match")
    found = {(finding.picture, finding.code) for finding in verdict.findings}
    assert {("live_1", "no_face"), ("live_2", "blurred"), ("live_3", "photo_empty")} <= found


def test_no_face_is_not_possible_and_says_what_to_do(engine, astronaut_photo, scenery):
    verdict = compare(astronaut_photo, [scenery], engine=engine)
    assert (verdict.outcome, verdict.reasons, verdict.distance) == ("not_possible", ("no_face",), None)
    assert verdict.advice == FINDINGS["no_face"]


def test_a_reference_without_a_face_is_named_as_the_reference(engine, astronaut_photo, scenery):
    verdict = compare(scenery, [astronaut_photo], engine=engine)
    assert [(finding.picture, finding.code) for finding in verdict.findings] == [("reference", "no_face")]
    assert verdict.outcome == "not_possible"


def test_no_live_photo_is_not_possible(engine, astronaut_photo):
    assert compare(astronaut_photo, [], engine=engine).reasons == ("no_live_photo",)


def test_the_reference_handed_in_as_the_live_photo_is_noticed(engine, astronaut_photo):
    assert compare(astronaut_photo, [astronaut_photo], engine=engine).advice == FINDINGS["same_photo"]


@pytest.mark.parametrize("reason", ["engine_not_installed", "weights_missing", "weights_altered", "engine_failed"])
def test_without_an_engine_the_outcome_is_not_possible(reason, astronaut_photo, later_photo):
    verdict = compare(astronaut_photo, [later_photo], engine=Unavailable(reason))
    assert (verdict.outcome, verdict.reasons) == ("not_possible", (reason,))
    assert verdict.as_dict()["message"] == OUTCOMES["not_possible"]


class BreakingEngine:
    """An engine that breaks in the middle, as dlib does when memory runs out."""

    def __init__(self, engine, error):
        self.info, self.look, self._error = engine.info, engine.look, error

    def encode(self, portrait):
        raise self._error


@pytest.mark.parametrize("error", [RuntimeError("dlib"), MemoryError()])
def test_an_engine_that_breaks_in_the_middle_is_an_outcome(engine, error, astronaut_photo, later_photo):
    verdict = compare(astronaut_photo, [later_photo], engine=BreakingEngine(engine, error))
    assert (verdict.outcome, verdict.reasons) == ("not_possible", ("engine_failed",))


def test_a_cancelled_comparison_is_cancelled_and_the_next_one_works(engine, astronaut_photo, later_photo):
    with pytest.raises(KeyboardInterrupt):
        compare(astronaut_photo, [later_photo], engine=BreakingEngine(engine, KeyboardInterrupt()))
    assert compare(astronaut_photo, [later_photo], engine=engine).outcome == "match"


@pytest.mark.parametrize(
    ("distance", "blocking", "minor", "liveness_required", "outcome", "reasons"),
    [
        (0.0, (), False, False, "match", ("distance_near",)),
        (0.45, (), False, False, "match", ("distance_near",)),
        (0.4501, (), False, False, "inconclusive", ("distance_between",)),
        (0.60, (), False, False, "inconclusive", ("distance_between",)),
        (0.6001, (), False, False, "no_match", ("distance_far",)),
        (0.2, (), False, True, "inconclusive", ("liveness_open",)),
        (0.9, (), False, True, "no_match", ("distance_far",)),
        (0.2, ("blurred",), False, False, "inconclusive", ("blurred",)),
        (0.9, ("blurred",), False, False, "inconclusive", ("blurred",)),
        (0.2, (), True, False, "inconclusive", ("minor",)),
        (0.9, ("too_dark",), True, False, "inconclusive", ("minor", "too_dark")),
    ],
)
def test_what_a_distance_means(distance, blocking, minor, liveness_required, outcome, reasons):
    policy = replace(POLICY, liveness_required=liveness_required)
    assert decide(distance, blocking, policy, minor=minor) == (outcome, reasons)


def test_liveness_is_said_to_be_unchecked(matched):
    assert matched.liveness == "not_checked"
    assert matched.as_dict()["liveness_message"] == LIVENESS["not_checked"]


def test_the_record_carries_the_result_and_nothing_of_the_face(matched):
    record = matched.record()
    assert not MUST_NOT_TRAVEL & set(record)
    assert not any(isinstance(value, float | bytes) for value in record.values())
    assert str(matched.distance) not in json.dumps(record)
    assert record == {
        "method": "face",
        "outcome": "match",
        "reasons": ["distance_near"],
        "score_band": "near",
        "liveness": "not_checked",
        "liveness_reasons": [],
        "engine": "dlib-hog+resnet29 20.0.1",
        "model_version": "resnet29-v1:55533b28a958",
        "policy_version": "cn-prov-2",
    }


def test_the_dictionary_for_the_screen_is_plain_json(blurred):
    shown = blurred.as_dict()
    assert json.loads(json.dumps(shown)) == shown
    assert shown["findings"] == [
        {"picture": "live_1", "code": "blurred", "blocking": True, "advice": FINDINGS["blurred"]}
    ]


def test_the_time_is_that_of_the_clock_it_is_given(engine, astronaut_photo, later_photo):
    ticks = count(step=0.25)
    assert compare(astronaut_photo, [later_photo], engine=engine, clock=lambda: next(ticks)).milliseconds == 250.0


def test_every_reason_has_a_text():
    codes = {"distance_near", "distance_between", "distance_far", "minor", "liveness_open", "no_live_photo"}
    assert codes <= set(REASONS)
    assert not set(REASONS) & set(FINDINGS)


def test_two_threads_at_once_agree(engine, astronaut_photo, later_photo, hopper):
    with ThreadPoolExecutor(2) as threads:
        verdicts = list(
            threads.map(lambda live: compare(astronaut_photo, [live], engine=engine), [later_photo, hopper])
        )
    assert [verdict.outcome for verdict in verdicts] == ["match", "no_match"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reference=st.binary(max_size=300),
    live=st.lists(st.binary(max_size=300), max_size=3),
    start=st.sampled_from([b"", b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\x89PNG\r\n\x1a\n"]),
)
def test_whatever_the_bytes_are_there_is_a_verdict(engine, reference, live, start):
    verdict = compare(start + reference, live, engine=engine)
    assert (verdict.outcome, verdict.distance) == ("not_possible", None)
    assert verdict.reasons


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 60_000), value=st.integers(0, 255))
def test_one_flipped_byte_never_breaks_a_comparison(engine, astronaut_photo, later_photo, position, value):
    place = position % len(later_photo)
    spoilt = later_photo[:place] + bytes([value]) + later_photo[place + 1 :]
    assert compare(astronaut_photo, [spoilt], engine=engine).outcome in OUTCOMES
