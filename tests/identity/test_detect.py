"""identity/detect.py: the ladder of looks, with a detector that the test controls."""

import numpy as np
import pytest

from identity.detect import LADDER, Box, find_face

PICTURE = np.zeros((1000, 800, 3), dtype=np.uint8)


def answering(call_number, faces):
    """Return a detector that finds faces only at one call, and the list of what it was shown."""
    calls = []

    def detect(grey, doublings):
        calls.append((grey.shape, doublings))
        return faces if len(calls) == call_number else []

    return detect, calls


def test_an_easy_photo_is_looked_at_once_and_small():
    detect, calls = answering(1, [(Box(10, 10, 110, 110), 1.5)])
    detection = find_face(PICTURE, detect)
    assert calls == [((640, 512), 0)]
    assert (detection.rung.name, detection.score, detection.second_face) == ("plain", 1.5, 0.0)
    assert detection.box.width == pytest.approx(100 * 1000 / 640)


@pytest.mark.parametrize("number", range(1, len(LADDER) + 1))
def test_every_rung_is_climbed_in_order(number):
    detect, calls = answering(number, [(Box(0, 0, 90, 90), 1.0)])
    assert find_face(PICTURE, detect).rung == LADDER[number - 1]
    assert len(calls) == number


def test_nobody_is_found_in_an_empty_room():
    detect, calls = answering(0, [])
    assert find_face(PICTURE, detect) is None
    assert len(calls) == len(LADDER)


def test_a_small_photo_is_not_looked_at_twice_in_the_same_way():
    detect, calls = answering(0, [])
    find_face(PICTURE[:300, :200], detect)
    assert len(calls) == len(LADDER) - 1


def test_the_largest_face_counts_and_the_second_is_reported():
    faces = [(Box(0, 0, 50, 50), 2.0), (Box(200, 200, 300, 300), 0.9)]
    detection = find_face(PICTURE, answering(1, faces)[0])
    assert (detection.score, detection.second_face) == (0.9, 0.5)


def test_a_quarter_turn_hands_on_the_turned_picture():
    turned = find_face(PICTURE, answering(5, [(Box(0, 0, 90, 90), 1.0)])[0])
    assert turned.rung.turn == 90
    assert turned.pixels.shape == (800, 1000, 3)


def test_a_badge_on_the_sleeve_is_not_taken_for_the_face():
    faces = [(Box(0, 0, 120, 120), 0.02), (Box(200, 200, 290, 290), 1.5)]
    detection = find_face(PICTURE, answering(1, faces)[0])
    assert (detection.score, detection.second_face) == (1.5, 0.0)


def test_a_doubtful_face_is_looked_at_again_and_the_least_doubtful_counts():
    scores = iter([0.1, 0.4, 0.2, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0])
    detection = find_face(PICTURE, lambda grey, doublings: [(Box(0, 0, 90, 90), next(scores))])
    assert (detection.score, detection.rung.name) == (0.4, "larger")
    assert list(scores) == []
