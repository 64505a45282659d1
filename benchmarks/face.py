"""One face comparison's heavy half, photo bytes to vector, beside `face_recognition` called as its README does.

Each engine runs in a process of its own, so that neither's memory counts for the other. The photograph is an astronaut's
portrait from scikit-image, once as it is and once enlarged to 12 megapixels; it says nothing of accuracy.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import skimage.data
from PIL import Image

from benchmarks.report import Row

RUNS = 5
OURS = """
from identity.engine import shared
engine = shared()
def run(path):
    assert engine.encode(engine.look(open(path, "rb").read())) is not None
"""
THEIRS = """
import sys, types, importlib.util, pathlib
folder = pathlib.Path(importlib.util.find_spec("face_recognition_models").submodule_search_locations[0])
stand_in = types.ModuleType("pkg_resources")
stand_in.resource_filename = lambda package, name: str(folder / name)
sys.modules["pkg_resources"] = stand_in
import face_recognition
def run(path):
    assert face_recognition.face_encodings(face_recognition.load_image_file(path))
"""
MEASURE = """
import json, resource, statistics, sys, time
path, runs = sys.argv[1], int(sys.argv[2])
run(path)
times = []
for _ in range(runs):
    start = time.perf_counter()
    run(path)
    times.append((time.perf_counter() - start) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([statistics.median(times), peak]))
"""


def rows() -> list[Row]:
    """Measure both engines on both sizes."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, side, goal in (("12 MP", 3464, 25.0), ("0.7 MP", 850, 2.5)):
            path = Path(folder) / f"{side}.jpg"
            Image.fromarray(skimage.data.astronaut()).resize((side, side)).save(path, quality=90)
            ours_ms, ours_mib = measured(OURS, path)
            other_ms, other_mib = measured(THEIRS, path)
            ratio = other_ms / ours_ms
            found.append(
                Row(
                    f"photo to vector, {name}",
                    "ms",
                    ours_ms,
                    other_ms,
                    "face_recognition",
                    f"≥ {goal:g}×",
                    ratio >= goal,
                )
            )
            found.append(
                Row(
                    f"peak memory, {name}", "MiB", ours_mib, other_mib, "face_recognition", "≤ 130 MiB", ours_mib <= 130
                )
            )
    return found


def measured(engine: str, path: Path) -> tuple[float, float]:
    """Run an engine in its own process; give the median milliseconds and the peak MiB."""
    asked = [sys.executable, "-W", "ignore", "-c", engine + MEASURE, str(path), str(RUNS)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    median, peak = json.loads(done.stdout.splitlines()[-1])
    return median, peak
