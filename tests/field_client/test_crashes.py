"""Real processes, really killed or starved of room: what was committed stays, nothing is doubled, nothing half-written."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from field_client import blobs, doctor, drafts, media, overlay, sealing, visits
from tests.field_client.conftest import HOUSEHOLD, VILLAGE, Phone, fill_visit
from tests.field_client.test_sync import assert_equal_ends

Draw = Callable[..., bytes]
pytestmark = pytest.mark.process

WRITER = """
import sys
from pathlib import Path
from field_client import media, outbox, uploads, visits
from field_client.clock import system_clock
from field_client.settings import Home
from field_client.store import open_store

store, clock, visit = open_store(Home(Path(sys.argv[1])), bytes.fromhex(sys.stdin.readline())), system_clock(), sys.argv[2]
photo = Path(sys.argv[3]).read_bytes()
for number in range(1, 10_000):
    with store.transaction():
        visits.answer(store, clock, visit, {"people": str(number)})
        outbox.add(store, clock, type="household", id="household-1", op="update", bucket=sys.argv[4],
                   fields={"tags": {f"t{number}": True}})
    visits.photo(store, clock, visit, photo + bytes([number % 256] * number), kind="house", caption=str(number))
    print(number, flush=True)
"""

FILLER = """
import resource, sys
from pathlib import Path
from field_client import visits
from field_client.clock import system_clock
from field_client.errors import FieldError
from field_client.settings import Home
from field_client.store import open_store

store = open_store(Home(Path(sys.argv[1])), bytes.fromhex(sys.stdin.read()))
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000,) * 2)
for number in range(1, 100):
    try:
        visits.answer(store, system_clock(), sys.argv[2], {"people": str(number), "note": "满" * 1900})
    except FieldError as refusal:
        print(number - 1, refusal.code)
        break
"""

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from field_client.cli import main
main()
"""


@pytest.mark.parametrize("after", [1, 12])
def test_a_writer_killed_in_the_middle_loses_nothing_that_it_reported(
    synced: Phone, picture: Draw, tmp_path: Path, after: int
) -> None:
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    before = synced.store.get("last_n")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture(size=(200, 150)))
    command = [sys.executable, "-c", WRITER, str(synced.home.path), visit, str(photo), VILLAGE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin
        assert writer.stdout
        writer.stdin.write(synced.key.hex() + "\n")
        writer.stdin.flush()
        reported = [int(writer.stdout.readline()) for _ in range(after)][-1]
        writer.kill()
    synced.reopen()
    kept = drafts.get(synced.store, visit).document["answers"]["people"]
    household = overlay.one(synced.store, "household", HOUSEHOLD)
    assert household
    assert kept >= reported
    assert len(household.fields["tags"]) == 1 + kept, "an answer and the change made with it are one transaction"
    assert synced.store.get("last_n") == before + kept
    for entry in drafts.get(synced.store, visit).document["evidence"]:
        assert len(media.read(synced.store, entry["blob"])) == entry["size"]
    assert [one for one in doctor.examine(synced.store) if not one["ok"]] == []
    assert synced.sync().pushed == kept + 1
    assert_equal_ends(synced)


@pytest.mark.parametrize(
    ("point", "time"),
    [
        ("exchange committed", 1),
        ("upload begun", 2),
        ("piece received", 1),
        ("piece stored", 2),
        ("exchange committed", 2),
    ],
)
def test_a_sync_killed_anywhere_is_finished_by_the_next(
    ready: tuple[Phone, str], point: str, time: int, tmp_path: Path
) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.store.close()
    command = [sys.executable, "-m", "field_client", "--home", str(phone.home.path), "sync"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as syncing:
        passed: Counter[str] = Counter()

        def kill(reached: str) -> None:
            passed[reached] += 1
            if reached == point and passed[reached] == time:
                syncing.kill()
                syncing.wait()

        phone.office.reached = kill
        syncing.wait(timeout=60)
    phone.office.reached = lambda reached: None
    assert syncing.returncode == -9
    phone.reopen()
    assert phone.sync().failure is None
    assert phone.office.visits() == [visit]
    assert not blobs.waiting(phone.store)
    hashes = [row["sha256"] for row in phone.store.rows("SELECT sha256 FROM blobs WHERE kind <> 'preview'")]
    assert phone.office.stored().items() >= {sha: media.read(phone.store, sha) for sha in hashes}.items()
    assert_equal_ends(phone)


def limited(phone: Phone, limit: int, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED, str(limit), "--home", str(phone.home.path), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | {"NO_COLOR": "1"})


def test_a_full_disk_while_saving_a_photo_keeps_what_was_there(synced: Phone, picture: Draw, tmp_path: Path) -> None:
    visit = fill_visit(synced, picture)
    before = drafts.get(synced.store, visit).document
    files = sorted(path.name for path in synced.home.media.iterdir())
    synced.store.close()
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture(size=(1600, 1200), seed=9, quality=95))
    done = limited(synced, 34_000, "visits", "photo", visit, str(photo), "--kind", "room")
    assert (done.returncode, "存储空间不足" in done.stderr) == (1, True), done.stderr
    synced.reopen()
    assert drafts.get(synced.store, visit).document == before
    assert sorted(path.name for path in synced.home.media.iterdir()) == files


def test_a_full_disk_while_saving_answers_keeps_the_last_one_that_was_saved(synced: Phone) -> None:
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    synced.store.close()
    command = [sys.executable, "-c", FILLER, str(synced.home.path), visit]
    done = subprocess.run(command, input=synced.key.hex(), capture_output=True, text=True, timeout=60)
    saved, code = done.stdout.split()
    assert (int(saved) > 0, code) == (True, "storage.full"), done.stderr
    synced.reopen()
    assert drafts.get(synced.store, visit).document["answers"]["people"] == int(saved)
    assert [one for one in doctor.examine(synced.store) if not one["ok"]] == []
