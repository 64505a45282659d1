"""The stand-in's folder side: what lies in requests/ gets its answer in answers/."""

import time
from pathlib import Path

from departments.envelope import Unreadable, unpack
from departments.office import Office

LOOK_EVERY_S = 0.1


def watch(office: Office) -> None:
    """Look into the folder for ever."""
    while True:
        clear(office)
        time.sleep(LOOK_EVERY_S)


def clear(office: Office) -> int:
    """Answer everything that lies there unanswered; gives how much it was."""
    answers = office.folder / "answers"
    done = 0
    for path in sorted((office.folder / "requests").glob("*.json")):
        if (answers / path.name).exists() or office.errs("wait"):
            continue
        try:
            query = unpack(path.read_bytes(), office.key)
        except (Unreadable, FileNotFoundError):
            continue
        answers.mkdir(exist_ok=True)
        _put(answers / path.name, office.answer(query))
        done += 1
    return done


def _put(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".part")
    beside.write_bytes(content)
    beside.replace(path)
