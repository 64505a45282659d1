"""PostgreSQL: a cluster of this checkout's own, with a password, on loopback only."""

import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from backing.account import Account
from backing.fault import Fault
from backing.process import Process, start_on_a_free_port
from backing.programs import find_postgresql as find_program

STOP = signal.SIGINT  # "fast": connections are cut, nothing committed is lost
USER = "zhangshangban"
# Durable as in production, so that a benchmark is honest; a test's own databases choose for themselves.
OPTIONS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}


def start(process: Process, account: Account) -> str:
    """Start it and give its address. Raises Missing or Fault."""
    programs = find_program()
    folder = account.folder("postgresql")
    password = _password(folder, programs, account)
    (folder / "cluster" / "postmaster.pid").unlink(missing_ok=True)  # Nobody holds our lock, so it is a dead one's.

    def begin(port: int) -> None:
        chosen = [f"--{name}={value}" for name, value in {**OPTIONS, "port": str(port)}.items()]
        process.start([str(programs / "postgres"), "-D", str(folder / "cluster"), *chosen], account)

    port = start_on_a_free_port(process, begin, lambda port: answers(address(port, password)))
    return address(port, password)


def address(port: int, password: str) -> str:
    """Write the address as SQLAlchemy reads it."""
    return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{port}/postgres"


def answers(address: str) -> bool:
    """Ask the server for an answer."""
    try:
        with psycopg.connect(address.replace("+psycopg", ""), connect_timeout=5) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _password(folder: Path, programs: Path, account: Account) -> str:
    """Give the cluster's password; the first time, make the cluster."""
    path = folder / "password"
    if not (folder / "cluster" / "PG_VERSION").exists() or not path.exists():
        shutil.rmtree(folder / "cluster", ignore_errors=True)  # Half a cluster, of a start that was cut short.
        path.touch(mode=0o644)
        path.write_text(secrets.token_hex(16))
        made = ["-D", str(folder / "cluster"), "-U", USER, "--encoding=UTF8", "--locale=C", "--no-sync"]
        secret = ["--auth=scram-sha-256", f"--pwfile={path}"]
        command = [str(programs / "initdb"), *made, *secret]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **account.running())  # noqa: S603
        if done.returncode:
            raise Fault(f"PostgreSQL 的数据目录建不了: {done.stderr.strip()[-600:]}")
    return path.read_text()
