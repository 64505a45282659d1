"""The servers that are measured, ours and the peers', as processes of their own that end with the benchmark."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

FOLDER = Path("var/bench")
PATIENCE_S = 60


def free_port() -> int:
    """Find a loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: Sequence[str], port: int, *, path: str, log: Path, env: Mapping[str, str]) -> Iterator[int]:
    """Run a server until the block ends; gives its process id once it answers below 500 on a path."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **env}, cwd=log.parent, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await(process, port, path, log)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", path)
            if line.getresponse().status < 500:
                return
        time.sleep(0.2)
    raise RuntimeError(f"a server did not start, see {log}")


def children(pid: int) -> list[int]:
    """Name a process's children: gunicorn's workers."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def peak_mib(pid: int) -> float:
    """Give the most memory that a process has held, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
