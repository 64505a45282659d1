"""A PostgreSQL of the benchmark's own, on loopback in var/bench, as shipped but for the port: fsync is on."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.sync.processes import free_port

BINARIES = ("/usr/lib/postgresql/*/bin",)


class NoPostgres(RuntimeError):
    """This machine has no PostgreSQL to measure with."""


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Run a fresh cluster; gives the address without a database's name. Root runs it as a user without rights."""
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder:
        data, port = Path(folder) / "data", free_port()
        as_user = {"user": "nobody", "group": "nogroup", "extra_groups": ()} if os.geteuid() == 0 else {}
        if as_user:
            who = pwd.getpwnam("nobody")
            os.chown(folder, who.pw_uid, who.pw_gid)
        begin = [binaries / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(begin, check=True, capture_output=True, cwd=folder, **as_user)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        control = [binaries / "pg_ctl", "-D", data, "-w", "-l", Path(folder) / "log"]
        subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd=folder, **as_user)
        try:
            yield f"bench@127.0.0.1:{port}"
        finally:
            subprocess.run(
                [*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd=folder, **as_user
            )


def create(address: str, name: str) -> None:
    """Make an empty database."""
    with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as line:
        line.execute(f'CREATE DATABASE "{name}"')


def _binaries() -> Path:
    if found := shutil.which("initdb"):
        return Path(found).parent
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not newest:
        raise NoPostgres
    return newest[-1].parent
