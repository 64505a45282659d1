"""identity/engine.py: the real engine on real portraits, and every way for it to be absent."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from identity.engine import LANDMARKS, WEIGHTS, NoPortrait, Portrait, Unavailable, load, shared, weights_folder


@pytest.fixture
def copied_weights(tmp_path):
    for name in WEIGHTS:
        shutil.copy(weights_folder() / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def known(engine, astronaut_photo):
    """The vector of the astronaut."""
    return engine.encode(engine.look(astronaut_photo))


def distance(engine, known, photo):
    return float(np.linalg.norm(known - engine.encode(engine.look(photo))))


def test_a_portrait_is_aligned_and_encoded(engine, astronaut_photo):
    portrait = engine.look(astronaut_photo)
    assert isinstance(portrait, Portrait)
    assert portrait.chip.shape == (150, 150, 3)
    assert engine.encode(portrait).shape == (128,)


def test_the_same_person_is_near_and_another_is_far(engine, known, astronaut, hopper, encoded):
    mirrored = encoded(astronaut.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((400, 400)), quality=70)
    assert distance(engine, known, mirrored) < 0.45
    assert distance(engine, known, hopper) > 0.6


def test_nobody_is_found_where_nobody_is(engine, scenery):
    assert engine.look(scenery) == NoPortrait("no_face")


def test_a_broken_file_is_an_answer_and_no_error(engine, astronaut_photo):
    assert engine.look(astronaut_photo[:4000]) == NoPortrait("photo_damaged")


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_a_photo_turned_by_exif_gives_the_same_face(engine, known, turn, astronaut, encoded):
    stored = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = turn
    assert distance(engine, known, encoded(astronaut.transpose(stored[turn]), quality=92, exif=exif)) < 0.1


@pytest.mark.parametrize(("degrees", "rung"), [(90, "quarter_right"), (270, "quarter_left"), (180, "upside_down")])
def test_a_turned_photo_without_exif_is_found_by_the_ladder(engine, known, degrees, rung, astronaut, encoded):
    turned = engine.look(encoded(astronaut.rotate(degrees, expand=True), quality=92))
    assert turned.rung == rung
    assert np.linalg.norm(engine.encode(turned) - known) < 0.1


def test_a_small_face_in_a_large_photo_is_decoded_again_larger(engine, known, astronaut, encoded):
    scene = Image.new("RGB", (4000, 3000), (90, 100, 90))
    scene.paste(astronaut.resize((1600, 1600)), (2000, 1200))
    portrait = engine.look(encoded(scene, quality=90))
    assert portrait.file_scale < 3.0
    assert np.linalg.norm(engine.encode(portrait) - known) < 0.2


def test_two_threads_at_once_get_what_one_thread_gets(engine, astronaut_photo, hopper):
    photos = [astronaut_photo, hopper] * 2
    alone = [engine.encode(engine.look(photo)) for photo in photos[:2]]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda photo: engine.encode(engine.look(photo)), photos))
    assert all(np.array_equal(vector, alone[number % 2]) for number, vector in enumerate(together))


def test_threads_share_one_engine():
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(lambda _: id(shared()), range(4)))) == 1


def test_without_weights_the_engine_is_unavailable(tmp_path):
    assert load(tmp_path) == Unavailable("weights_missing")


def test_altered_weights_are_not_loaded(copied_weights):
    with (copied_weights / LANDMARKS).open("r+b") as file:
        file.seek(1000)
        file.write(b"\0\1\2\3")
    assert load(copied_weights) == Unavailable("weights_altered")


def test_truncated_weights_are_not_loaded(copied_weights):
    with (copied_weights / LANDMARKS).open("r+b") as file:
        file.truncate(5000)
    assert load(copied_weights) == Unavailable("weights_altered")


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_without_dlib_the_program_starts_and_says_so():
    # None in sys.modules is how Python itself marks a module that cannot be imported.
    answer = run_python(
        "import sys; sys.modules['dlib'] = None; from identity.engine import load; print(load().reason)"
    )
    assert (answer.stdout.strip(), answer.returncode) == ("engine_not_installed", 0)


def test_the_weights_are_found_without_running_their_package():
    answer = run_python(
        "import sys; from identity.engine import load; print(type(load()).__name__, "
        "[name for name in ('face_recognition', 'face_recognition_models', 'pkg_resources') if name in sys.modules])"
    )
    assert answer.stdout.strip() == "FaceEngine []"


def test_importing_the_room_loads_no_engine():
    answer = run_python("import sys, identity.compare, identity.ladder, identity.consent; print('dlib' in sys.modules)")
    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_another_format_gives_the_same_face(engine, known, kind, astronaut, encoded):
    assert distance(engine, known, encoded(astronaut, kind)) < 0.1
