"""field-client faces: what is kept, the thresholds in use, the order of a turn; as JSON and in words, with exit codes."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from field_client import kept_faces
from field_client.cli import main
from field_client.clock import system_clock
from identity.face_policy import CURRENT
from identity.policy_signing import sign
from tests.field_client.conftest import HEAD, VILLAGE, Phone

TEXT = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml").read_bytes()


def told(phone: Phone, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["faces", *arguments, "--home", str(phone.home.path), "--json"])
    assert done.exit_code == exit_code, done.output
    return dict(json.loads(done.stdout))


def test_nothing_is_kept_and_the_filing_threshold_is_told(synced: Phone) -> None:
    assert told(synced, "status") == {
        "persons": 0,
        "filing_threshold": 100_000,
        "retention_hours": None,
        "to_recheck": 0,
    }


def test_keeping_is_turned_on_and_off(synced: Phone) -> None:
    assert told(synced, "keep", "--hours", "24") == {"hours": 24, "destroyed": 0}
    assert told(synced, "status")["retention_hours"] == 24
    kept_faces.propose(synced.store, system_clock(), HEAD, np.zeros(128), region=VILLAGE, entry="e")
    assert told(synced, "keep", "--off") == {"hours": None, "destroyed": 1}


@pytest.mark.parametrize("arguments", [("keep",), ("keep", "--off", "--hours", "3"), ("keep", "--hours", "0")])
def test_keeping_asks_for_one_thing(synced: Phone, arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["faces", *arguments, "--home", str(synced.home.path)])
    assert done.exit_code == 2


def test_forgetting_nobody_is_told(synced: Phone) -> None:
    assert told(synced, "forget", HEAD, exit_code=1)["error"]["code"] == "identity.nothing_to_withdraw"


def test_what_is_over_its_time_is_gone_when_the_program_is_opened(synced: Phone) -> None:
    """The real clock of the command is later than the tests' July of 2026 and a day."""
    kept_faces.allow(synced.store, 24)
    kept_faces.propose(synced.store, synced.clock, HEAD, np.zeros(128), region=VILLAGE, entry="e")
    told(synced, "policy")
    assert synced.store.rows("SELECT key FROM meta WHERE key LIKE 'face/%'") == []


def test_a_turn_is_drawn(synced: Phone) -> None:
    assert sorted(told(synced, "challenge")["turns"]) == ["left", "right"]


def test_thresholds_are_shown_installed_and_reset(synced: Phone, tmp_path: Path) -> None:
    local = TEXT.replace(CURRENT.encode(), b"cn-430981-1")
    file = tmp_path / "cn-430981-1.toml"
    file.write_bytes(local)
    file.with_suffix(".sig").write_text(sign(local, synced.office.receipt_key))
    assert told(synced, "policy")["version"] == CURRENT
    assert told(synced, "policy", "--install", str(file))["version"] == "cn-430981-1"
    assert told(synced, "policy", "--reset")["version"] == CURRENT
    file.write_bytes(local + b"\n")
    assert told(synced, "policy", "--install", str(file), exit_code=1)["error"]["code"] == "face_policy.refused"
