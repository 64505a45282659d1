"""identity/quality.py: each check on a portrait that was spoilt in one way, and the table in isolation."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from identity.face_policy import load_policy
from identity.messages import FINDINGS
from identity.quality import CHECKS, Measures, failed_checks, measure

POLICY = load_policy()
GOOD = Measures(
    sharpness=0.2,
    brightness=120.0,
    overexposed=0.0,
    side_light=0.1,
    eye_distance=120.0,
    tilt=2.0,
    turn=0.02,
    face_score=2.0,
    second_face=0.0,
)
SPOILT = {
    "two_faces": {"second_face": 0.8},
    "too_far": {"eye_distance": 15.0},
    "too_dark": {"brightness": 10.0},
    "too_bright": {"overexposed": 0.6},
    "blurred": {"sharpness": 0.001},
    "turned_away": {"turn": 0.4},
    "covered": {"face_score": -0.2},
    "rather_far": {"eye_distance": 20.0},
    "side_light": {"side_light": 0.9},
    "tilted": {"tilt": 44.0},
}


def codes(measures, limits=POLICY.live):
    return [check.code for check in failed_checks(measures, limits)]


def scaled(image, factor):
    return Image.fromarray((np.asarray(image) * factor).clip(0, 255).astype(np.uint8))


def test_a_good_portrait_passes(engine, astronaut_photo):
    assert codes(measure(engine.look(astronaut_photo))) == []


def test_every_check_has_its_case_and_its_advice():
    assert {check.code for check in CHECKS} == set(SPOILT) <= set(FINDINGS)


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check.code != "rather_far"], ids=lambda check: check.code
)
def test_one_fault_gives_one_advice(check):
    assert codes(replace(GOOD, **SPOILT[check.code])) == [check.code]


def test_a_little_far_is_only_advice():
    (check,) = failed_checks(replace(GOOD, eye_distance=40.0), POLICY.live)
    assert (check.code, check.blocking) == ("rather_far", False)


def test_the_reference_profile_is_nowhere_stricter():
    for spoilt in SPOILT.values():
        measures = replace(GOOD, **spoilt)
        assert set(codes(measures, POLICY.reference)) - {"rather_far", "too_far"} <= set(codes(measures))


def test_blocking_advice_comes_before_mere_advice():
    kinds = [check.blocking for check in CHECKS]
    assert kinds == sorted(kinds, reverse=True)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda image: scaled(image, 0.08), "too_dark"),
        (lambda image: scaled(image, 2.2), "too_bright"),
        (lambda image: image.filter(ImageFilter.GaussianBlur(4)), "blurred"),
        (lambda image: image.rotate(25, fillcolor=(90, 90, 90)), "tilted"),
        (lambda image: image.resize((256, 256)), "too_far"),
    ],
    ids=["dark", "bright", "blurred", "tilted", "far"],
)
def test_a_spoilt_photo_is_noticed(engine, astronaut, encoded, spoil, code):
    assert code in codes(measure(engine.look(encoded(spoil(astronaut), quality=92))))


def test_two_people_in_the_picture_are_noticed(engine, astronaut, encoded):
    scene = Image.new("RGB", (1600, 800))
    scene.paste(astronaut, (0, 0))
    scene.paste(astronaut, (800, 0))
    assert codes(measure(engine.look(encoded(scene, quality=92))))[0] == "two_faces"


def test_a_portrait_of_card_size_is_good_enough_as_a_reference(engine, astronaut, encoded):
    card = encoded(astronaut.crop((220, 30, 473, 342)).resize((102, 126)), quality=60)
    assert not any(check.blocking for check in failed_checks(measure(engine.look(card)), POLICY.reference))


def test_clean_portraits_pass_the_gate_and_blurred_ones_do_not(engine, faces, encoded):
    for path in sorted((faces / "images").glob("f_*"))[:6]:
        clean = measure(engine.look(path.read_bytes()))
        assert not any(check.blocking for check in failed_checks(clean, POLICY.live)), path.name
        face_width = 2.2 * clean.eye_distance
        with Image.open(path) as image:
            soft = encoded(image.convert("RGB").filter(ImageFilter.GaussianBlur(0.02 * face_width)), quality=92)
        assert "blurred" in codes(measure(engine.look(soft))), path.name
