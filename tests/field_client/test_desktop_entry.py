"""The desktop entry: put into a user's own menu, valid, and taken away again."""

import configparser
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENTRY = Path("data/applications/zhangshangban.desktop")
START = Path("config/autostart/zhangshangban.desktop")


def install(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    places = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    asked = ["sh", str(ROOT / "packaging/desktop/install.sh"), *options]
    return subprocess.run(asked, env=os.environ | places, capture_output=True, text=True)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    if not (ROOT / ".venv/bin/field-client").exists():
        pytest.skip("needs the program installed by `make setup`")
    assert install(tmp_path, "--autostart").returncode == 0
    return tmp_path


def test_what_the_entry_starts_is_there_and_knows_its_options(installed: Path) -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(installed / ENTRY, encoding="utf-8")
    program, *options = shlex.split(entry["Desktop Entry"]["Exec"])
    assert options == ["serve", "--open"]
    told = subprocess.run([program, "serve", "--help"], capture_output=True, text=True)
    assert told.returncode == 0 and "--open" in told.stdout
    assert Path(entry["Desktop Entry"]["Icon"]).exists()


def test_the_entry_is_valid(installed: Path) -> None:
    if not shutil.which("desktop-file-validate"):
        pytest.skip("needs desktop-file-validate (Debian: desktop-file-utils)")
    told = subprocess.run(["desktop-file-validate", str(installed / ENTRY)], capture_output=True, text=True)
    assert (told.returncode, told.stdout) == (0, "")


def test_it_is_taken_away_again(installed: Path) -> None:
    assert (installed / START).exists()
    assert install(installed, "--remove").returncode == 0
    assert not (installed / ENTRY).exists() and not (installed / START).exists()


def test_a_wrong_option_is_told(tmp_path: Path) -> None:
    assert install(tmp_path, "--everything").returncode == 2
