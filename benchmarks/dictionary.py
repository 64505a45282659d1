"""python -m benchmarks.dictionary: train the dictionary of `sync.packing` anew; the same code gives the same file.

It is written beside the others under its hash, and counts once its hash stands first in `sync.packing.DICTIONARIES`.
"""

import hashlib
from pathlib import Path

import zstandard

from benchmarks.traffic import bodies

FOLDER = Path(__file__).parents[1] / "sync" / "dictionaries"
SIZE_BYTES = 32 * 1024
DEVICES = range(1000, 1040)


def train() -> bytes:
    """Train on the bodies of some devices' days; none of them is measured by the benchmark."""
    samples = [body for seed in DEVICES for body in bodies(seed)]
    return zstandard.train_dictionary(SIZE_BYTES, samples, level=9, notifications=0, threads=0).as_bytes()


def main() -> None:
    """Write the file and print its name."""
    data = train()
    name = hashlib.sha256(data).hexdigest()
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.zdict").write_bytes(data)
    print(name)


if __name__ == "__main__":
    main()
