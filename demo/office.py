"""The office of the demonstration: a server process that can really be stopped, and its sample county."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

START_PATIENCE_S = 30


def free_port() -> int:
    """Find a loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Office:
    """A server process over one data folder; stopped and started again it goes on where it was."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {**os.environ, "ZSB_DATA_DIR": str(folder / "server"), "ZSB_ENV": "development"}

    def flask(self, *command: str) -> str:
        """Run one of the office's commands and give what it prints."""
        asked = [sys.executable, "-m", "flask", "--app", "server.app:create_app", *command]
        done = subprocess.run(asked, env=self._environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(command)}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = (self.folder / "server.log").open("ab")
        serving = [
            "--bind",
            f"127.0.0.1:{self.port}",
            "--threads",
            "4",
            "--no-control-socket",
            "server.app:create_app()",
        ]
        asked = [sys.executable, "-m", "gunicorn", *serving]
        self._process = subprocess.Popen(asked, env=self._environment, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
        log.close()
        deadline = time.monotonic() + START_PATIENCE_S
        while not self.is_up():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"服务器没有启动, 请看 {self.folder / 'server.log'}")
            time.sleep(0.1)

    def is_up(self) -> bool:
        """Ask the server whether it is ready."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Stop the process for real: nothing answers on its port afterwards."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the process and its workers at once, as a power cut would: no goodbye."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None
