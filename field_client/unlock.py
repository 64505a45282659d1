"""An unlocked session: who typed the PIN need not type it again for a quarter of an hour of idleness.

Meanwhile the store key lies in a private file in memory (a tmpfs that ends with the boot), never on a disk. Where the
system has no such place nothing is kept and every command asks.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from field_client import keys, tries
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.files import write_whole
from field_client.settings import RUNTIME_VARIABLE, Home, load_device, save_device

IDLE_MS = 15 * 60 * 1000  # product.md, "Lock"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a tmpfs is meant, and the file in it is private and checked


def open_with_pin(home: Home, pin: str | None) -> bytes:
    """Give the store key for a PIN (None where the device has no PIN). Raises FieldError("pin.wrong", "pin.needed")."""
    protection = load_device(home).protection
    if protection["pin"] and not pin:
        raise FieldError("pin.needed")
    return keys.unwrap(protection, keys.read_secret(home.secret_file), pin)


def open_by_hand(home: Home, clock: Clock, *, pin: str | None = None, password: str | None = None) -> bytes:
    """Give the store key for what somebody typed, PIN or password, and count what was wrong.

    Raises FieldError("pin.wrong", "pin.needed", "pin.wait", "pin.password_needed", "password.wrong").
    """
    protection = load_device(home).protection
    if not protection["pin"] or not (pin or password):
        return open_with_pin(home, None)
    by_password = protection.get("by_password")
    tries.check(home, clock, by_pin=password is None, has_password=bool(by_password))
    wrapped = protection if password is None else by_password
    if wrapped is None:
        raise FieldError("password.not_kept")
    try:
        store_key = keys.unwrap(wrapped, keys.read_secret(home.secret_file), pin if password is None else password)
    except FieldError as refusal:
        if refusal.code == "pin.wrong":
            tries.wrong(home, clock)
            if password is not None:
                raise FieldError("password.wrong") from None
        raise
    tries.right(home)
    return store_key


def change_pin(home: Home, clock: Clock, *, current: str, new: str) -> None:
    """Wrap the store key under another PIN; the store itself and the password's lock stay as they are.

    Raises FieldError as `open_by_hand` does, and "pin.too_short".
    """
    store_key = open_by_hand(home, clock, pin=current)
    device = load_device(home)
    by_password = {name: value for name, value in device.protection.items() if name == "by_password"}
    protection = keys.wrap(store_key, keys.read_secret(home.secret_file), new)
    save_device(home, replace(device, protection=protection | by_password))


def remembered(home: Home, clock: Clock, environment: Mapping[str, str]) -> bytes | None:
    """Give the store key of a session that is still unlocked, and keep it unlocked; None when it is locked."""
    path = session_file(home, environment)
    if path is None:
        return None
    try:
        status = path.lstat()
        private = status.st_uid == os.getuid() and not status.st_mode & 0o077
        session = json.loads(path.read_bytes()) if private and not path.is_symlink() else {}
        idle_ms = clock.uptime_ms() - session["used_ms"]
        if session["boot"] != clock.boot or not 0 <= idle_ms <= IDLE_MS:
            raise ValueError
        store_key = bytes.fromhex(session["key"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)
        return None
    remember(home, store_key, clock, environment)
    return store_key


def remember(home: Home, store_key: bytes, clock: Clock, environment: Mapping[str, str]) -> None:
    """Keep a session unlocked until it has been idle for IDLE_MS; do nothing where there is no memory file system."""
    path = session_file(home, environment)
    if path is not None:
        session = {"key": store_key.hex(), "boot": clock.boot, "used_ms": clock.uptime_ms()}
        write_whole(path, json.dumps(session).encode())


def lock(home: Home, environment: Mapping[str, str]) -> None:
    """Forget the unlocked session, wherever it was kept; doing it twice is the same as once."""
    for folder in _folders(environment):
        (folder / _session_name(home)).unlink(missing_ok=True)


def session_file(home: Home, environment: Mapping[str, str]) -> Path | None:
    """Name the session's file: it tells the home folder only by a hash."""
    return next((folder / _session_name(home) for folder in _folders(environment)), None)


def _folders(environment: Mapping[str, str]) -> list[Path]:
    """List the places in memory that this user may write to, the best first."""
    own = [Path(environment[RUNTIME_VARIABLE])] if environment.get(RUNTIME_VARIABLE) else []
    return [folder for folder in [*own, _SHARED_MEMORY] if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)]


def _session_name(home: Home) -> str:
    return f"zsb-field-{os.getuid()}-{hashlib.sha256(str(home.path.resolve()).encode()).hexdigest()[:20]}"
