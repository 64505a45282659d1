"""What is up, and where: read by tests and benchmarks, written by `make services`."""

import fcntl
import json
import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "var" / "services"


def addresses(folder: Path = FOLDER) -> dict[str, str]:
    """Give the address of each service that runs now: `postgresql`, `redis`, `s3`, with user and password in it.

    A file that a crash or a restart of the machine left behind names nothing: only a living process counts.
    """
    try:
        known: dict[str, str] = json.loads((folder / "addresses.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {name: address for name, address in known.items() if is_held(folder / f"{name}.lock")}


def remember(folder: Path, known: dict[str, str]) -> None:
    """Write the addresses, whole or not at all, for this user only: they hold passwords."""
    beside = folder / f"addresses.json.{os.getpid()}"
    beside.touch(mode=0o600)
    beside.write_text(json.dumps(known, indent=2) + "\n", "utf-8")
    beside.replace(folder / "addresses.json")


def is_held(lock: Path) -> bool:
    """Tell whether a living process holds a lock file; its number may be anybody's by now, the lock is only its own."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
