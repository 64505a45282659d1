"""A device without the face engine, by the real command line: the face says so, another way ends it, the visit is sealed."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from field_client import visits
from tests.field_client.conftest import HEAD, HOUSEHOLD, SECOND_NAME, STAFF_ID, Phone

# None in sys.modules is how Python itself marks a module that cannot be imported.
PROGRAM = "import sys; sys.modules['dlib'] = None; from field_client.cli import main; main()"


def run(phone: Phone, *arguments: str) -> dict[str, Any]:
    asked = [sys.executable, "-c", PROGRAM, *arguments, "--home", str(phone.home.path), "--json"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_without_an_engine_another_way_ends_the_step_and_the_visit_is_sealed(
    synced: Phone, picture: Callable[..., bytes], tmp_path: Path
) -> None:
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    visits.answer(synced.store, synced.clock, visit, {"people": "2"})
    for number, (role, signer) in enumerate(
        [("investigator", STAFF_ID), ("investigator", SECOND_NAME), ("household", HEAD)], start=10
    ):
        image = picture(seed=number, size=(300, 150), format="PNG")
        visits.sign(synced.store, synced.clock, visit, role=role, signer=signer, image=image)
    synced.store.close()
    photo = tmp_path / "face.jpg"
    photo.write_bytes(picture())
    (tmp_path / "consent.json").write_text('{"granted": true}')
    face = (
        "--method",
        "face",
        "--reference",
        str(photo),
        "--live",
        str(photo),
        "--consent",
        str(tmp_path / "consent.json"),
    )
    told = run(synced, "visits", "identity", visit, HEAD, *face)
    assert (told["outcome"], told["reasons"]) == ("not_possible", ["engine_not_installed"])
    assert (told["next"]["action"], told["next"]["method"]) == ("try", "id_card")
    assert (
        run(synced, "visits", "identity", visit, HEAD, "--method", "id_card", "--reason", "device")["outcome"]
        == "confirmed"
    )
    assert run(synced, "visits", "seal", visit)["seal"]
    synced.reopen()
