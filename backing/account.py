"""Who runs the services, and where they may write: never root, and only in a folder of this checkout's own."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backing.fault import Fault

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An account to run programs as, and the folder in which they keep their data."""

    name: str | None  # None: whoever called, who is not root
    home: Path

    def running(self) -> dict[str, Any]:
        """Give what subprocess needs to run a program as this account; nothing of the caller's environment goes along."""
        environment = {"PATH": os.defpath, "HOME": str(self.home), "LC_ALL": "C"}
        if self.name is None:
            return {"env": environment, "cwd": self.home}
        entry = pwd.getpwnam(self.name)
        return {
            "env": environment,
            "cwd": self.home,
            "user": entry.pw_uid,
            "group": entry.pw_gid,
            "extra_groups": [],
        }

    def folder(self, name: str) -> Path:
        """Make a folder that only this account reads."""
        folder = self.home / name
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.name is not None:
            shutil.chown(folder, self.name)
        return folder

    def program(self, program: Path) -> Path:
        """Give a program that this account can start: a copy where the way to the program is closed to it."""
        if self.may_run(program):
            return program
        copy = self.home / program.name
        if not copy.exists() or copy.stat().st_size != program.stat().st_size:
            shutil.copyfile(program, copy)
            copy.chmod(0o755)
        return copy

    def may_run(self, path: Path) -> bool:
        """Tell whether this account may enter a folder or start a program."""
        asked = {**self.running(), "cwd": "/"}
        return subprocess.run(["test", "-x", str(path)], check=False, **asked).returncode == 0  # noqa: S603, S607


def choose(folder: Path) -> Account:
    """Choose the account; as root, one without rights. Raises Fault when there is none."""
    home = folder / "data"
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Account(None, home)
    names = {entry.pw_name for entry in pwd.getpwall()}
    found = next((name for name in UNPRIVILEGED if name in names), None)
    if found is None:
        raise Fault(f"这里是 root, 又没有普通用户可用 ({', '.join(UNPRIVILEGED)}): 服务不以 root 运行")
    account = Account(found, home)
    return account if account.may_run(home) else Account(found, _beside(folder))


def _beside(folder: Path) -> Path:
    """Make a folder of this checkout's outside of it, for a checkout in a place that only root may enter."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    home = Path(tempfile.gettempdir()) / f"zhangshangban-services-{name}"
    home.mkdir(mode=0o711, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise Fault(f"{home} 属于别的用户, 请先移走")
    return home
