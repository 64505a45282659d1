"""Our server as it is deployed: gunicorn over PostgreSQL, with two workers of four threads, as the peers' have."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sync import postgres
from benchmarks.sync.processes import FOLDER, children, free_port, running
from server.sample.county import VILLAGES
from server.sample.staff import CASEWORKERS
from server.services.sample_county import PASSWORD

WORKERS, THREADS = 2, 4


@dataclass(frozen=True)
class Office:
    """A running office: its port, the database's address, gunicorn's process, and who works in which villages."""

    port: int
    database: str
    pid: int
    username: str
    villages: tuple[str, ...]
    password: str = PASSWORD

    @property
    def workers(self) -> list[int]:
        """Name the processes that serve."""
        return children(self.pid)


@contextlib.contextmanager
def office(address: str, name: str) -> Iterator[Office]:
    """Migrate a new database, load the sample county without households, and serve it."""
    postgres.create(address, name)
    folder = (FOLDER / "office" / name).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    database = f"postgresql+psycopg://{address}/{name}"
    settings = {"ZSB_DATABASE_URL": database, "ZSB_DATA_DIR": str(folder), "ZSB_SECRET_KEY": "b" * 40}
    settings["PYTHONPATH"] = str(Path.cwd())
    for command in (("db", "upgrade"), ("demo", "seed", "--households", "0")):
        asked = [sys.executable, "-m", "flask", "--app", "server.app:create_app", *command]
        subprocess.run(asked, env={**os.environ, **settings}, check=True, capture_output=True)
    port = free_port()
    serving = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    serving += ["--threads", str(THREADS), "--no-control-socket", "server.app:create_app()"]
    township, staff = next(iter(CASEWORKERS.items()))
    villages = tuple(village.code for village in VILLAGES if village.parent_code == township)
    with running(serving, port, path="/readyz", log=folder / "server.log", env=settings) as pid:
        yield Office(port, database, pid, staff[0].username, villages)
