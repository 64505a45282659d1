"""identity/burst.py with the real engine: swung flat pictures, a modelled head, streams that are none."""

import json

import numpy as np
import pytest
from PIL import Image

from benchmarks.face import heads
from identity.burst import Burst, Frame, watch
from identity.compare import compare
from identity.decode import decode
from identity.detect import find_face
from identity.face_policy import load_policy
from identity.liveness import Challenge, Finding, Turn

POLICY = load_policy()
LEFT_FIRST = Challenge((Turn.LEFT, Turn.RIGHT), "nonce")


@pytest.fixture(scope="module")
def film(engine):
    """Make a burst of a portrait: which depth it has, and by how many degrees it is swung."""

    def make(photo, depth, degrees, count=12):
        upright = decode(photo, long_side=1000).pixels
        box = find_face(upright, engine.detect).box
        middle = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
        angles = heads.swing(degrees, count, first_left=True)
        frames = heads.burst(Image.fromarray(upright), middle, box.width, angles, depth)
        return Burst(tuple(Frame(frame, 300 * number) for number, frame in enumerate(frames)), LEFT_FIRST)

    return make


@pytest.fixture(scope="module")
def turning_head(film, hopper):
    return film(hopper, heads.head, 40)


@pytest.fixture(scope="module")
def print_in_the_hand(film, hopper):
    return film(hopper, heads.flat, 55)


def test_a_modelled_head_that_turns_passes(engine, turning_head):
    assert watch(engine, turning_head, POLICY.liveness).liveness.finding is Finding.PASSED


@pytest.mark.parametrize("degrees", [0, 30, 45, 55])
def test_a_swung_print_never_passes(engine, film, hopper, astronaut_photo, degrees):
    for photo in (hopper, astronaut_photo):
        assert watch(engine, film(photo, heads.flat, degrees), POLICY.liveness).liveness.finding is not Finding.PASSED


def test_the_portraits_as_swung_prints_never_pass(engine, film, faces):
    for path in sorted((faces / "images").glob("f_*"))[:8]:
        found = watch(engine, film(path.read_bytes(), heads.flat, 55), POLICY.liveness)
        assert found.liveness.finding is not Finding.PASSED, path.name


def test_a_burst_alone_is_a_live_picture_and_a_match(engine, hopper, turning_head):
    verdict = compare(hopper, [], burst=turning_head, engine=engine)
    assert (verdict.outcome, verdict.liveness, verdict.live_used) == ("match", "passed", None)
    assert json.loads(json.dumps(verdict.as_dict())) == verdict.as_dict()


def test_a_print_in_the_hand_is_left_to_the_worker(engine, hopper, print_in_the_hand):
    verdict = compare(hopper, [], burst=print_in_the_hand, engine=engine)
    assert (verdict.outcome, verdict.reasons) == ("inconclusive", ("liveness_failed",))
    assert "转" in verdict.advice
    assert verdict.record()["liveness_reasons"] == list(verdict.liveness_reasons) != []


def test_a_living_head_beside_another_persons_photo_proves_nothing(engine, hopper, astronaut_photo, turning_head):
    verdict = compare(astronaut_photo, [astronaut_photo], burst=turning_head, engine=engine)
    assert verdict.outcome != "match"


def test_a_stream_that_stands_still_fails(engine, turning_head):
    frozen = Burst(tuple(Frame(turning_head.frames[0].photo, 300 * number) for number in range(12)), LEFT_FIRST)
    assert "frames_frozen" in watch(engine, frozen, POLICY.liveness).liveness.reasons


def test_a_loop_fails(engine, turning_head):
    again = turning_head.frames[:6] * 2
    looped = Burst(tuple(Frame(frame.photo, 300 * number) for number, frame in enumerate(again)), LEFT_FIRST)
    assert "frames_replayed" in watch(engine, looped, POLICY.liveness).liveness.reasons


def test_frames_that_are_no_pictures_are_frames_without_a_face(engine, hopper):
    broken = Burst(
        tuple(Frame(data, 300 * number) for number, data in enumerate([b"", b"x", hopper[:500]] * 4)), LEFT_FIRST
    )
    verdict = compare(hopper, [], burst=broken, engine=engine)
    assert (verdict.outcome, verdict.liveness) == ("not_possible", "not_possible")


def test_a_burst_that_shows_too_little_leaves_the_comparison_as_it_is(engine, hopper, turning_head):
    short = Burst(turning_head.frames[:3], LEFT_FIRST)
    verdict = compare(hopper, [], burst=short, engine=engine)
    assert (verdict.outcome, verdict.liveness, verdict.liveness_reasons) == (
        "match",
        "not_possible",
        ("too_few_frames",),
    )
