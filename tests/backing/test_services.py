"""`make services`: what it starts answers, survives what happens to machines, and is ended by nobody else."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backing import __main__ as command
from backing import programs
from backing.addresses import addresses
from backing.fault import Missing
from backing.process import Process

pytestmark = pytest.mark.process


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A checkout's folder of services, with those up whose programs are here."""
    assert command.start(tmp_path) == []
    yield tmp_path
    assert command.remove(tmp_path) == []


def number_of(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text())


def all_answer(folder: Path) -> bool:
    return all(command.SERVICES[name].answers(address) for name, address in addresses(folder).items())


def test_services_answer_until_they_are_stopped_and_starting_twice_starts_them_once(folder: Path):
    known = addresses(folder)
    numbers = {name: number_of(folder, name) for name in known}
    assert known
    assert all_answer(folder)
    assert command.start(folder) == []
    assert addresses(folder) == known
    assert {name: number_of(folder, name) for name in known} == numbers
    assert command.stop(folder) == []
    assert addresses(folder) == {}
    assert not any(command.SERVICES[name].answers(address) for name, address in known.items())


def test_services_that_were_killed_are_not_up_and_start_again(folder: Path):
    known = addresses(folder)
    for name in known:
        os.killpg(number_of(folder, name), signal.SIGKILL)
    deadline = time.monotonic() + 60
    while any(Process(name, folder).is_running for name in known) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert addresses(folder) == {}
    assert command.start(folder) == []
    assert addresses(folder).keys() == known.keys()
    assert all_answer(folder)


def test_a_number_left_behind_that_is_somebody_elses_now_is_left_alone(tmp_path: Path):
    """Our own number stands for the other program: if it were taken for the service, this test would end."""
    for name in command.SERVICES:
        (tmp_path / f"{name}.pid").write_text(f"{os.getpid()}\n")
        (tmp_path / f"{name}.lock").touch()
    (tmp_path / "addresses.json").write_text(json.dumps(dict.fromkeys(command.SERVICES, "http://127.0.0.1:1")))
    assert addresses(tmp_path) == {}
    assert command.stop(tmp_path) == []


def test_the_services_of_two_checkouts_live_beside_each_other(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    other = tmp_path_factory.mktemp("other")
    try:
        assert command.start(other) == []
        assert set(addresses(folder).values()).isdisjoint(addresses(other).values())
    finally:
        assert command.remove(other) == []
    assert all_answer(folder)


def test_no_service_runs_as_root_and_their_secrets_are_their_owners_only(folder: Path):
    if not Path("/proc/self/status").exists():
        pytest.skip("needs /proc to look at other processes")
    assert (folder / "addresses.json").stat().st_mode & 0o077 == 0
    for name, address in addresses(folder).items():
        process = Path(f"/proc/{number_of(folder, name)}")
        users = next(line for line in (process / "status").read_text().splitlines() if line.startswith("Uid:"))
        assert "0" not in users.split()[1:]
        secret = address.partition("@")[0].rpartition(":")[2]
        assert secret.encode() not in (process / "cmdline").read_bytes()


def test_a_missing_program_is_a_sentence_that_names_its_package():
    with pytest.raises(Missing, match="apt-get install nothing-server"):
        programs.find("nothing-here", package="nothing-server")
