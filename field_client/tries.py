"""Wrong PINs in a row: after three the PIN is not taken any more until the password was, and each further try waits longer.

The count lies beside the store, for it counts while the store is closed. It slows a finder's fingers down; against whoever
copies the files stand the device's secret and the length of the PIN.
"""

import json
from typing import Any

from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.files import write_whole
from field_client.settings import Home

FREE = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 15 * 60


def check(home: Home, clock: Clock, *, by_pin: bool, has_password: bool) -> None:
    """Refuse a try that comes too early, or a PIN where only the password helps.

    Raises FieldError("pin.wait", "pin.password_needed").
    """
    state = _read(home)
    wrong = state["wrong"]
    if wrong < FREE:
        return
    if by_pin and has_password:
        raise FieldError("pin.password_needed")
    free_of_wait = FREE if has_password else FREE - 1  # The password's first try is free.
    left_s = _wait_s(wrong - free_of_wait) - _since_s(state, clock)
    if left_s > 0:
        raise FieldError("pin.wait", seconds=left_s)


def wrong(home: Home, clock: Clock) -> None:
    """Count a wrong try, from which the next wait is measured."""
    state = {"wrong": _read(home)["wrong"] + 1, "boot": clock.boot, "uptime_ms": clock.uptime_ms()}
    write_whole(home.tries_file, json.dumps(state).encode())


def right(home: Home) -> None:
    """Forget the wrong ones."""
    home.tries_file.unlink(missing_ok=True)


def needs_password(home: Home, *, has_password: bool) -> bool:
    """Tell whether only the password opens now."""
    return has_password and bool(_read(home)["wrong"] >= FREE)


def _wait_s(late: int) -> int:
    return 0 if late <= 0 else int(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(late - 1, 10)))


def _since_s(state: dict[str, Any], clock: Clock) -> int:
    """Count the seconds since the last wrong try; after a restart only those since then are known."""
    began_ms = state["uptime_ms"] if state["boot"] == clock.boot else 0
    return (clock.uptime_ms() - began_ms) // 1000


def _read(home: Home) -> dict[str, Any]:
    try:
        found = json.loads(home.tries_file.read_bytes())
        return {"wrong": int(found["wrong"]), "boot": str(found["boot"]), "uptime_ms": int(found["uptime_ms"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"wrong": 0, "boot": "", "uptime_ms": 0}
