"""flask backup on both databases: the way there and back, killed in the middle, with a full disk, beside another."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from server.adapters import postgresql_dumps
from server.extensions import db
from server.queries import records
from server.services.staged import office as written_by
from server.transaction import parts, reading, transact
from tests.server.api.serving import upload
from tests.server.cli.test_commands import run
from tests.server.office import VILLAGES, Office, blob_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def back_up(office: Office, place: Path, command: str = "create", *more: str) -> dict[str, Any]:
    done = run(office.app, "backup", command, *more, "--dir", str(place), "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return dict(json.loads(done.stdout))


def write(office: Office, remarks: str) -> None:
    with office.app.app_context():
        author = written_by(parts().clock())
        transact(
            lambda ledger: ledger.update("household", office.households[VILLAGES[0]], {"remarks": remarks}, author)
        )


def state(office: Office) -> tuple[str, str]:
    """The epoch and what was written last."""
    with office.app.app_context():
        found = records.fields_of(reading(), parts().vault, "household", office.households[VILLAGES[0]])
        assert found
        return records.epoch(reading()), str(found.get("remarks"))


def elsewhere(office: Office, place: Path, before: str, *command: str, path: str = "") -> Any:
    """Run a command in a process of its own, which first does something to itself."""
    with office.app.app_context():
        settings = parts().settings
        db.engine.dispose()
    environment = {
        **os.environ,
        "ZSB_DATABASE_URL": settings.database_url,
        "ZSB_DATA_DIR": str(settings.data_dir),
        "ZSB_SECRET_KEY": settings.secret_key,
        "PATH": f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"],
    }
    script = f"import os, resource, signal\nfrom server.services import backups\n{before}\nfrom flask.cli import main\nmain()"
    asked = [sys.executable, "-c", script, "--app", "server.app:create_app", "backup", *command, "--dir", str(place)]
    return subprocess.run(asked, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_backup_is_proved_and_brings_its_day_back(office: Office, place: Path):
    upload(office.app.test_client(), office.token("caseworker1"), blob_of("a photo"))
    write(office, "备份前")
    made = back_up(office, place)
    assert (made["blobs"], back_up(office, place, "verify")["sound"]) == (1, True)
    write(office, "备份后")
    epoch, _ = state(office)
    restored = back_up(office, place, "restore", "--yes")
    assert state(office) == (restored["epoch"], "备份前")
    assert restored["epoch"] != epoch
    assert json.loads(run(office.app, "doctor", "--json").stdout)["faults"] == []


def test_one_that_is_killed_counts_for_nothing_and_is_cleared_by_the_next(office: Office, place: Path):
    upload(office.app.test_client(), office.token("caseworker1"), blob_of("a photo"))
    kill = "backups._keep_blob = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"
    assert elsewhere(office, place, kill, "create").returncode == -9
    (left,) = place.glob("*.partial")
    assert run(office.app, "backup", "verify", "--dir", str(place)).exit_code == 1
    assert run(office.app, "backup", "verify", left.name, "--dir", str(place)).exit_code == 1
    back_up(office, place)
    assert not list(place.glob("*.partial"))


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_left(office: Office, place: Path):
    full = "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    told = elsewhere(office, place, full, "create")
    assert told.returncode == 1
    assert "数据库没有受影响" in told.stderr
    assert "Traceback" not in told.stderr
    assert not list(place.iterdir())
    assert back_up(office, place)["counts"]["record"] > 0


def test_two_at_once_do_not_disturb_each_other(office: Office, place: Path):
    place.mkdir()
    other = os.open(place, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    refused = run(office.app, "backup", "create", "--dir", str(place))
    os.close(other)
    assert refused.exit_code == 1
    assert "另一份备份" in refused.stderr
    back_up(office, place)


@pytest.mark.postgresql_only
@pytest.mark.parametrize("program", ["pg_dump", "pg_restore", "psql"])
def test_a_missing_program_is_named(office: Office, place: Path, monkeypatch: pytest.MonkeyPatch, program: str):
    if program != "pg_dump":
        back_up(office, place)
    before = state(office)
    which = shutil.which
    monkeypatch.setattr(postgresql_dumps.shutil, "which", lambda name: None if name == program else which(name))
    refused = run(
        office.app, "backup", *(["create"] if program == "pg_dump" else ["restore", "--yes"]), "--dir", str(place)
    )
    assert (refused.exit_code, f"没有 {program}," in refused.stderr) == (1, True)
    assert state(office) == before


@pytest.mark.postgresql_only
def test_a_restore_that_is_killed_in_the_middle_changed_nothing(office: Office, place: Path, tmp_path: Path):
    write(office, "备份前")
    back_up(office, place)
    write(office, "备份后")
    before = state(office)
    programs = tmp_path / "programs"
    programs.mkdir()
    # The script arrives up to here, as when its writer is gone; and that is gone before it hears of it.
    ends = f'#!/bin/sh\nsed "/^DROP TABLE.*public.record;/q" | {shutil.which("psql")} "$@"\nkill -9 $PPID\n'
    (programs / "psql").write_text(ends)
    (programs / "psql").chmod(0o700)
    assert elsewhere(office, place, "", "restore", "--yes", path=str(programs)).returncode == -9
    assert state(office) == before
    assert json.loads(run(office.app, "doctor", "--json").stdout)["faults"] == []


def test_nothing_is_restored_under_a_server_that_runs(office: Office, place: Path, make_server: Callable[..., Flask]):
    back_up(office, place)
    before = state(office)
    with make_server().app_context():
        running = db.engine
    with running.connect():
        refused = run(office.app, "backup", "restore", "--yes", "--dir", str(place))
    assert (refused.exit_code, "请先停服务器" in refused.stderr) == (1, True)
    assert state(office) == before
