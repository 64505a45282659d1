"""Making a device of the office's out of a folder: keys, encrypted store, registration.

`device.json` is written last: until then the folder counts as not enrolled, and enrolling again starts over.
"""

import os
import platform
from typing import Any

from field_client import keys, lease, wiping
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.settings import Device, Home, save_device
from field_client.store import open_store
from field_client.transport import Transport


def enrol(
    home: Home,
    transport: Transport,
    clock: Clock,
    *,
    server: str,
    username: str,
    password: str,
    name: str,
    pin: str | None,
) -> tuple[Device, bytes]:
    """Register this folder as a device of the user; gives its public facts and its store key.

    Raises FieldError("device.already_enrolled"), ServerRefused for a wrong password, NoConnection without an office.
    """
    wiping.clear(home)
    if home.device_file.exists():
        raise FieldError("device.already_enrolled")
    home.media.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.path.chmod(0o700)
    store_key, pairs = os.urandom(keys.KEY_BYTES), keys.new_keys()
    secret = keys.make_secret(home.secret_file)
    protection = keys.wrap(store_key, secret, pin)
    if pin:
        protection["by_password"] = keys.wrap(store_key, secret, password)  # When the PIN was wrong too often.
    signing, sealing = pairs.public()
    transport.sign_in(username, password)
    facts = {"name": name, "signing_key": signing, "sealing_key": sealing, "platform": platform.system() or "unknown"}
    registered = transport.register_device(facts)
    transport.sign_out()
    device = _device(registered, name=name, server=server, protection=protection, enrolled_at=clock.now())
    _make_store(home, store_key, pairs, clock, device, registered)
    save_device(home, device)
    return device, store_key


def _make_store(
    home: Home, store_key: bytes, pairs: keys.DeviceKeys, clock: Clock, device: Device, registered: dict[str, Any]
) -> None:
    """Make the encrypted store. What an unfinished enrolment left is useless: its key was never kept."""
    for leftover in home.path.glob(f"{home.store_file.name}*"):
        leftover.unlink()
    store = open_store(home, store_key)
    with store.transaction():
        store.put("keys", pairs.private())
        store.put("media_key", os.urandom(keys.KEY_BYTES).hex())
        store.put("installation", int(registered["installation"]))
        store.put("office_key", str(registered.get("sealing_key", "")))  # An office of an earlier release has none.
        lease.keep(store, device, registered.get("lease"), clock)
    store.close()


def _device(
    registered: dict[str, Any], *, name: str, server: str, protection: dict[str, object], enrolled_at: str
) -> Device:
    staff = registered.get("staff")
    if not isinstance(staff, dict):
        raise FieldError("server.unreadable")
    try:
        return Device(
            device_id=str(registered["device_id"]),
            name=name,
            server=server,
            staff_id=str(staff["id"]),
            username=str(staff["username"]),
            display_name=str(staff["display_name"]),
            roles=list(staff["roles"]),
            receipt_key=str(registered["receipt_key"]),
            lease_days=int(str(registered["lease_days"])),
            enrolled_at=enrolled_at,
            protection=protection,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FieldError("server.unreadable") from error
