"""Wiping this folder after everything unsent is with the office: keys first, so that all else is unreadable at once.

`wipe.json` is the point of no return: from the moment it exists the folder counts as wiped, and whatever command runs
next goes on where a crash left it. It holds nothing but a key that can sign one sentence: that the wipe is done.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_client import unlock
from field_client.errors import NoConnection
from field_client.files import flush_folder, write_whole
from field_client.settings import Device, Home
from field_client.transport import Transport
from sync.farewell import Order, sign_wiped


def begin(home: Home, device: Device, order: Order, key: Ed25519PrivateKey, *, at: str) -> None:
    """Pass the point of no return."""
    state = {
        "device_id": device.device_id,
        "server": device.server,
        "asked_at": order.asked_at,
        "began_at": at,
        "key": key.private_bytes_raw().hex(),
    }
    write_whole(home.wipe_file, json.dumps(state).encode())


def wipe(home: Home, environment: Mapping[str, str], *, destroy: Callable[[Path], None] | None = None) -> None:
    """Destroy everything in the folder but `wipe.json` and other users' folders; again is harmless."""
    assert home.wipe_file.exists(), "nothing is wiped before the office has everything"
    unlock.lock(home, environment)
    for path in _doomed(home):
        (destroy or _destroy)(path)


def tell(home: Home, transport: Transport) -> None:
    """Tell the office, signed, that it is done, and forget the key. Raises NoConnection, ServerRefused."""
    state = json.loads(home.wipe_file.read_bytes())
    if "key" not in state:
        return
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(state.pop("key")))
    transport.say_wiped(state["device_id"], sign_wiped(state["device_id"], state["asked_at"], key))
    write_whole(home.wipe_file, json.dumps(state).encode())


def resume(home: Home, environment: Mapping[str, str], *, tells: bool = False) -> None:
    """Go on with a wipe that was cut short, where there is one; `tells` also tries to tell the office."""
    if not home.wipe_file.exists():
        return
    wipe(home, environment)
    state = json.loads(home.wipe_file.read_bytes())
    if tells and "key" in state:
        try:
            with Transport(state["server"]) as transport:
                tell(home, transport)
        except NoConnection:
            return  # It can be told another time; the data is gone.


def clear(home: Home) -> None:
    """Make a wiped folder fit for a new enrolment; the office is told first. Raises NoConnection when it cannot be."""
    if home.wipe_file.exists():
        state = json.loads(home.wipe_file.read_bytes())
        with Transport(state["server"]) as transport:
            tell(home, transport)
        home.wipe_file.unlink()


def _doomed(home: Home) -> Iterator[Path]:
    """Name what goes, in order: the secret and the wrapped key, the store and its snapshots, the photos, the rest."""
    yield home.secret_file
    yield home.device_file
    yield from sorted(home.path.glob(f"{home.store_file.name}*"))
    yield from sorted(home.snapshots.glob("*"))
    yield from sorted(home.media.glob("*"))
    rest = (path for path in home.path.iterdir() if path.is_file() and path != home.wipe_file)
    yield from sorted(rest)


def _destroy(path: Path) -> None:
    """Overwrite a small file, then take any away and make that last; a missing one is none."""
    try:
        size = path.stat().st_size
        if size <= 1 << 16:
            with path.open("r+b") as file:
                file.write(os.urandom(size))
                file.flush()
                os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    flush_folder(path.parent)
