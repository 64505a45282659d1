"""Finding the programs: on the path, in the folders of the distributions, in the virtual environment; or by apt as root."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from backing.fault import Missing

POSTGRESQL_HOMES = ("/usr/lib/postgresql", "/usr/local", "/usr", "/opt")


def find(program: str, *, package: str) -> Path:
    """Find a program. Raises Missing with the package that brings it."""
    beside = Path(sys.executable).with_name(program)
    if beside.exists():
        return beside
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/bin:/opt/homebrew/bin")
    if found is None:
        raise Missing(program, package)
    return Path(found)


def find_postgresql() -> Path:
    """Find the folder of PostgreSQL's newest programs, which Debian keeps off the path. Raises Missing."""
    found = _postgresql_folders()
    if not found:
        raise Missing("PostgreSQL", "postgresql")
    return found[-1]


def install(package: str) -> None:
    """Install a Debian package, as root and where there is apt, without letting it start anything."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"安装 {package} (apt) ...", flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run(["apt-get", *command], env=environment, capture_output=True, check=False)  # noqa: S603, S607


def _postgresql_folders() -> list[Path]:
    """Give the folders with both programs that are needed, oldest version first."""
    on_path = shutil.which("initdb")
    found = {Path(on_path).resolve().parent} if on_path else set()
    for home in map(Path, POSTGRESQL_HOMES):
        found |= {path.parent for path in (*home.glob("*/bin/initdb"), *home.glob("pgsql*/bin/initdb"))}
        found |= {path.parent for path in home.glob("homebrew/opt/postgresql*/bin/initdb")}
    return sorted((one for one in found if (one / "postgres").exists()), key=_version)


def _version(folder: Path) -> tuple[int, ...]:
    """Order folders by the version in their path: 9.6, 15, 17."""
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))
