"""One service as a process of its own: started once, ready before we return, ended only if it is ours.

The process inherits a locked file and holds the lock as long as it lives. So a number that a crash left behind, and
that belongs to somebody else by now, is never mistaken for it, and two checkouts never touch each other's.
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backing.account import Account
from backing.addresses import is_held
from backing.fault import Fault

PATIENCE_S = 60
NOTHING: Mapping[str, str] = {}
TRIES = 3  # Another program may take a free port before the service does.


@dataclass(frozen=True)
class Process:
    """A service's process, known by its lock."""

    name: str
    folder: Path

    @property
    def is_running(self) -> bool:
        """Tell whether it lives."""
        return is_held(self._lock)

    def start(
        self, command: Sequence[str], account: Account, *, text: str = "", environment: Mapping[str, str] = NOTHING
    ) -> None:
        """Start it in the background as an account, giving it a text to read. Raises Fault when it cannot be started."""
        asked = account.running()
        asked["env"] = {**asked["env"], **environment}
        with self._lock.open("ab") as lock, self._log.open("wb") as log:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                begun = subprocess.Popen(  # noqa: S603
                    command,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=[lock.fileno()],
                    **asked,
                )
            except OSError as error:
                raise Fault(f"{self.name} 无法启动: {error.strerror or error}") from None
            assert begun.stdin is not None
            with suppress(BrokenPipeError), begun.stdin as reading:
                reading.write(text.encode())
            self._number.write_text(f"{begun.pid}\n")
            begun.returncode = 0  # It is not ours to wait for: it outlives us.

    def wait(self, answers: Callable[[], bool]) -> bool:
        """Wait until it answers; False when it ended before. Raises Fault when it does neither within a minute."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if not self.is_running:
                return False
            if answers():
                return True
            time.sleep(0.05)
        raise Fault(f"{self.name} 一分钟内没有就绪, 请看 {self._log}")

    def stop(self, kind: signal.Signals) -> bool:
        """End it and wait for its end. Gives whether there was something to end."""
        if not self.is_running:
            return False
        number = int(self._number.read_text())
        for one in (kind, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(number, one) if one == signal.SIGKILL else os.kill(number, one)
            deadline = time.monotonic() + PATIENCE_S / 2
            while time.monotonic() < deadline:
                if not self.is_running:
                    return True
                time.sleep(0.05)
        raise Fault(f"{self.name} (进程 {number}) 无法结束")

    def last_words(self) -> str:
        """Give the end of its log."""
        return self._log.read_text("utf-8", "replace")[-600:].strip()

    @property
    def _lock(self) -> Path:
        return self.folder / f"{self.name}.lock"

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def _number(self) -> Path:
        return self.folder / f"{self.name}.pid"


def start_on_a_free_port(process: Process, start: Callable[[int], None], answers: Callable[[int], bool]) -> int:
    """Start a service on a port that nobody uses, and give the port once it answers. Raises Fault with its last words."""
    for _ in range(TRIES):
        port = free_port()
        start(port)
        if process.wait(lambda port=port: answers(port)):  # type: ignore[misc]
            return port
    raise Fault(f"{process.name} 启动后又退出: {process.last_words()}")


def free_port() -> int:
    """Find a loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
