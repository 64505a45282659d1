"""One engine in a process of its own, so that neither's memory or start counts for the other.

`python -m benchmarks.face.worker ours|theirs|floor time|vectors FILE…` prints JSON. Theirs is `face_recognition` called as its
README does: `load_image_file`, then `face_encodings`.
"""

import importlib.util
import json
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path

Encode = Callable[[str], "list[float] | None"]


def ours() -> Encode:
    """Load our engine; gives what makes a vector of a file."""
    from identity.engine import FaceEngine, Portrait, shared

    engine = shared()
    assert isinstance(engine, FaceEngine), engine.reason

    def encode(path: str) -> list[float] | None:
        portrait = engine.look(Path(path).read_bytes())
        return list(engine.encode(portrait)) if isinstance(portrait, Portrait) else None

    return encode


def theirs() -> Encode:
    """Load the peer. Its models package asks for pkg_resources, which newer setuptools no longer has."""
    spec = importlib.util.find_spec("face_recognition_models")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    stand_in = types.ModuleType("pkg_resources")
    stand_in.resource_filename = lambda package, name: str(folder / name)  # type: ignore[attr-defined]
    sys.modules["pkg_resources"] = stand_in
    import face_recognition

    def encode(path: str) -> list[float] | None:
        found = face_recognition.face_encodings(face_recognition.load_image_file(path))
        return list(found[0]) if found else None

    return encode


def floor() -> Encode:
    """Load what no way around it is known: the decoder at its smallest picture that is large enough, and the encoder once."""
    from PIL import Image

    from identity.engine import WORKING_SIDE, FaceEngine, Portrait, shared

    engine = shared()
    assert isinstance(engine, FaceEngine), engine.reason
    known: list[Portrait] = []

    def encode(path: str) -> list[float] | None:
        if not known:
            portrait = engine.look(Path(path).read_bytes())
            assert isinstance(portrait, Portrait), path
            known.append(portrait)
        with Image.open(path) as image:
            side = max(image.size)
            image.draft(None, tuple(one * WORKING_SIDE // side for one in image.size))
            image.load()
        return list(engine.encode(known[0]))

    return encode


def timed(encode: Encode, files: list[str]) -> dict[str, object]:
    """Time each file after one that warms up; milliseconds, and the most memory that the process ever held in MiB.

    The processor's time: both engines use one core, and a machine that does much else would tell of itself.
    """
    encode(files[0])
    times = []
    for path in files:
        start = time.process_time()
        encode(path)
        times.append((time.process_time() - start) * 1000)
    return {"ms": times, "mib": most_memory_mib()}


def most_memory_mib() -> float:
    """Return the largest resident size of this program alone; `getrusage` would count whoever started it, too."""
    return int(Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0]) / 1024


def main(name: str, task: str, files: list[str]) -> None:
    """Do a task and print what came of it."""
    encode = {"ours": ours, "theirs": theirs, "floor": floor}[name]()
    done = timed(encode, files) if task == "time" else [encode(path) for path in files]
    print(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
