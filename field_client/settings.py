"""Where things lie in the home folder, and the device's public facts (`device.json`).

Nothing secret is in `device.json`: the store key in it is wrapped (`keys`), the private keys are inside the store.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from field_client.errors import FieldError
from field_client.files import write_whole

RUNTIME_VARIABLE = "XDG_RUNTIME_DIR"
PIN_VARIABLE = "ZSB_FIELD_PIN"


@dataclass(frozen=True)
class Disk:
    """A disk's room, in bytes."""

    total: int
    used: int
    free: int


@dataclass(frozen=True)
class Home:
    """One user's folder on a device; another user has another folder with another store."""

    path: Path

    @property
    def device_file(self) -> Path:
        """The public facts."""
        return self.path / "device.json"

    @property
    def secret_file(self) -> Path:
        """The device's secret, without which no PIN opens the store."""
        return self.path / "device.secret"

    @property
    def store_file(self) -> Path:
        """The encrypted database."""
        return self.path / "store.db"

    def disk(self) -> Disk:
        """Say how much room there is where this folder lies."""
        usage = shutil.disk_usage(self.path)
        return Disk(usage.total, usage.used, usage.free)

    @property
    def tries_file(self) -> Path:
        """How many wrong PINs came in a row."""
        return self.path / "tries.json"

    @property
    def snapshots(self) -> Path:
        """The folder of encrypted copies of what only this device has."""
        return self.path / "snapshots"

    @property
    def running_file(self) -> Path:
        """An empty file that is there while the pages are served, and after they were cut off."""
        return self.path / "running"

    @property
    def wipe_file(self) -> Path:
        """What stands here once the office has had this folder wiped."""
        return self.path / "wipe.json"

    @property
    def media(self) -> Path:
        """The folder of encrypted photos and signatures."""
        return self.path / "media"


@dataclass(frozen=True)
class Device:
    """What enrolment fixed: which device this is, whose, of which office, and how its store key is wrapped."""

    device_id: str
    name: str
    server: str
    staff_id: str
    username: str
    display_name: str
    roles: list[dict[str, Any]]
    receipt_key: str
    lease_days: int
    enrolled_at: str
    protection: dict[str, Any]


def default_home() -> Path:
    """Give the user's own data folder."""
    return user_data_path("zhangshangban", appauthor=False)


def load_device(home: Home) -> Device:
    """Read the public facts. Raises FieldError("device.not_enrolled") where there are none, "device.wiped" after a wipe."""
    if home.wipe_file.exists():
        raise FieldError("device.wiped")
    try:
        return Device(**json.loads(home.device_file.read_bytes()))
    except FileNotFoundError:
        raise FieldError("device.not_enrolled") from None
    except (OSError, ValueError, TypeError) as error:
        raise FieldError("device.files_damaged") from error


def save_device(home: Home, device: Device) -> None:
    """Write the public facts; from this moment the device counts as enrolled."""
    text = json.dumps(asdict(device), ensure_ascii=False, indent=2, sort_keys=True)
    write_whole(home.device_file, text.encode())
