"""Installs tus-js-client into var/, once for each lock file. `python -m tests.tus_js.installed` does it ahead of the tests."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Missing(Exception):
    """Node or the packages are not to be had here; says which."""


def folder() -> Path:
    """Give the folder in which Node finds tus-js-client. Raises Missing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("needs Node and npm")
    lock = (HERE / "package-lock.json").read_bytes()
    target = ROOT / "var" / "tus-js" / hashlib.sha256(lock).hexdigest()[:12]
    target.mkdir(parents=True, exist_ok=True)
    with (target / "lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # Several test workers come at once; one installs.
        if not (target / "whole").exists():
            _install(npm, target)
        shutil.copy(HERE / "client.mjs", target)
    return target


def _install(npm: str, target: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, target)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    found = subprocess.run(command, cwd=target, capture_output=True, text=True, timeout=300)
    if found.returncode:
        raise Missing(f"npm could not install tus-js-client: {found.stderr.strip()[-200:]}")
    (target / "whole").touch()


if __name__ == "__main__":
    print(folder())
