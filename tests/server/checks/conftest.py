"""The server's fixtures, and an office whose checks go to a stand-in of the departments."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from policy.check_sources import sources
from server import inquiring
from server.cli.office import OPERATOR
from server.models.checks import CheckReport
from server.queries import checks
from server.settings import Settings
from server.transaction import parts, reading
from tests.server.cases.casework import PAPER, Casework
from tests.server.clock import StillClock
from tests.server.office import Office

KEY = b"shared with the departments: 0123456789"
ALL = tuple(sources())
HTTP, FOLDER = ("banks", "insurers", "securities", "payment_institutions"), ("household_register", "vehicles")


@dataclass
class Departments:
    """The stand-in, running in a process of its own, and the file of ways that leads to it."""

    folder: Path
    routes: Path
    url: str

    def err(self, *faults: str) -> None:
        """Have it do wrong: "busy 1", "half 2" …"""
        (self.folder / "faults").write_text("".join(f"{one}\n" for one in faults))


@dataclass
class Checking(Casework):
    """Work on a case whose check goes to the departments."""

    def authorised(self, *, scope: tuple[str, ...] = ALL, valid_to: str | None = "2026-12-31") -> str:
        """An application that is investigated, authorised for these sources until a day; gives its check."""
        self.papers()
        intake, (application, *_) = self.opened("dibao")
        signed = [
            {"person_id": one, "paper": PAPER, "scope": list(scope), "valid_to": valid_to} for one in self.members()
        ]
        body = {"declaration": PAPER, "declaration_version": "1", "authorisations": signed}
        self.did("caseworker1", f"/intakes/{intake}/signatures", body)
        self.did("caseworker1", f"/intakes/{intake}/kinship", relations=[])
        self.did("caseworker1", f"/intakes/{intake}/submission")
        self.stepped("caseworker1", application, "acceptance", basis="hukou")
        self.stepped("caseworker1", application, "investigation", assignee_id=self.office.staff["caseworker1"])
        return str(self.read(application)["check"]["id"])

    def sent(self, **more: Any) -> str:
        """A check that went out."""
        check = self.authorised(**more)
        self.did("check1", f"/checks/{check}/queries")
        return check

    def answered(self, **more: Any) -> str:
        """A check whose sources have answered."""
        check = self.sent(**more)
        self.collect()
        return check

    def collect(self) -> inquiring.Round:
        """Do one round of collecting."""
        with self.office.app.app_context():
            return inquiring.collect(OPERATOR)

    def reports(self, check: str) -> dict[str, CheckReport]:
        """The newest part of each source."""
        with self.office.app.app_context():
            return {one.source: one for one in checks.latest(reading(), check)}

    def state_of(self, check: str) -> str:
        """How a check stands."""
        with self.office.app.app_context():
            return reading().get_one(checks.CheckRequest, check).state


@pytest.fixture(scope="session")
def standing_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, str]]:
    """The stand-in's process, one for all tests: its folder, its key file, its address."""
    folder = tmp_path_factory.mktemp("departments")
    key = folder / "key"
    key.write_bytes(KEY)
    command = [sys.executable, "-m", "departments", "--folder", str(folder), "--key-file", str(key)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert process.stdout is not None
    yield folder, key, process.stdout.readline().strip()
    process.terminate()
    process.wait()
    process.stdout.close()


@pytest.fixture
def departments(standing_in: tuple[Path, Path, str], tmp_path: Path) -> Iterator[Departments]:
    """The stand-in, doing right until told otherwise."""
    folder, key, url = standing_in
    routes = tmp_path / "routes.toml"
    routes.write_text(
        f'[[connector]]\nname = "house"\nkind = "http"\nurl = "{url}"\nkey_file = "{key}"\ntimeout_s = 1\n'
        f"sources = {list(HTTP)}\n"
        f'[[connector]]\nname = "tray"\nkind = "folder"\nfolder = "{folder}"\nkey_file = "{key}"\nsources = {list(FOLDER)}\n'
    )
    yield Departments(folder, routes, url)
    for path in (folder / "faults", *folder.glob("*/*")):
        path.unlink(missing_ok=True)


@pytest.fixture
def checking(office: Office, clock: StillClock, departments: Departments) -> Checking:
    """An office that sends its checks to the stand-in, and does not really wait."""
    with office.app.app_context():
        held = parts()
    changed: Callable[..., Settings] = lambda **more: Settings(**{**vars(held.settings), **more})  # noqa: E731
    office.app.extensions["zhangshangban"] = type(held)(
        **{**vars(held), "settings": changed(check_routes=str(departments.routes)), "pause": lambda _: None}
    )
    return Checking(office, clock)
