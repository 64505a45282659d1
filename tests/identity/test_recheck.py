"""identity/recheck.py: a second look from the photographs agrees with an honest device, and asks a person otherwise."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from identity.__main__ import main
from identity.compare import compare
from identity.engine import Unavailable
from identity.face_policy import load_policy
from identity.messages import RECHECK
from identity.recheck import recheck, same_vector

ENCODE = """
import sys
from pathlib import Path
from identity.engine import shared
engine = shared()
print(list(engine.encode(engine.look(Path(sys.argv[1]).read_bytes()))))
"""


@pytest.fixture(scope="module")
def recorded(engine, astronaut_photo, another):
    return compare(astronaut_photo, [another], engine=engine).record()


@pytest.fixture(scope="module")
def another(astronaut, encoded):
    return encoded(astronaut.resize((640, 640)), quality=75)


def test_an_honest_record_is_confirmed(engine, recorded, astronaut_photo, another):
    found = recheck(recorded, astronaut_photo, another, engine=engine)
    assert (found.needs_review, found.reasons, found.band) == (False, (), "near")


def test_a_record_that_says_more_than_the_photographs_goes_to_a_person(engine, recorded, astronaut_photo, hopper):
    found = recheck(recorded, astronaut_photo, hopper, engine=engine)
    assert (found.needs_review, found.reasons, found.band) == (True, ("recheck_differs",), "far")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model_version": "another"}, "recheck_other_engine"),
        ({"policy_version": "cn-none"}, "recheck_policy_unknown"),
        ({"score_band": None}, "recheck_differs"),
    ],
)
def test_what_cannot_be_held_against_each_other_is_named(engine, recorded, astronaut_photo, another, change, reason):
    assert reason in recheck(recorded | change, astronaut_photo, another, engine=engine).reasons


def test_beside_a_border_either_band_is_an_honest_device_s(engine, recorded, astronaut_photo, another):
    """Each of the two vectors may be off by a thousandth, so the distance by two."""
    distance = compare(astronaut_photo, [another], engine=engine).distance
    for border, agrees in ((distance - 0.0015, True), (distance + 0.0015, True), (distance - 0.01, False)):
        policy = replace(load_policy(), match_at_most=border)
        given = {"engine": engine, "policies": lambda version, policy=policy: policy}
        found = recheck(recorded | {"score_band": "near"}, astronaut_photo, another, **given)
        assert ("recheck_differs" not in found.reasons) is agrees


def test_without_an_engine_or_a_face_a_person_looks(engine, recorded, astronaut_photo, scenery):
    assert "recheck_not_possible" in recheck(recorded, astronaut_photo, scenery, engine=engine).reasons
    assert "recheck_not_possible" in recheck(recorded, astronaut_photo, scenery, engine=Unavailable("x")).reasons


def test_another_process_gives_the_same_vector(engine, astronaut_photo, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(astronaut_photo)
    done = subprocess.run([sys.executable, "-c", ENCODE, str(path)], capture_output=True, text=True, check=True)
    elsewhere = np.array(json.loads(done.stdout.replace("np.float64(", "").replace(")", "")))
    ours = engine.encode(engine.look(astronaut_photo))
    assert same_vector(ours, elsewhere)
    assert not same_vector(ours, elsewhere + 0.001)


def test_the_record_of_a_second_look_holds_nothing_biometric(engine, recorded, astronaut_photo, another):
    record = recheck(recorded, astronaut_photo, another, engine=engine).record()
    assert not any(isinstance(value, float) for value in record.values())


def test_every_reason_has_its_words(recorded):
    assert all(word.endswith("。") for word in RECHECK.values())


def test_a_second_look_from_the_command_line(recorded, astronaut_photo, another, hopper, tmp_path):
    for name, data in (("card", astronaut_photo), ("live", another), ("other", hopper)):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "entry.json").write_text(json.dumps(recorded), "utf-8")
    asked = [str(tmp_path / name) for name in ("entry.json", "card", "live")]
    assert CliRunner().invoke(main, ["recheck", *asked]).exit_code == 0
    told = CliRunner().invoke(main, ["recheck", *asked[:2], str(tmp_path / "other"), "--json"])
    assert (told.exit_code, json.loads(told.stdout)["needs_review"]) == (1, True)
