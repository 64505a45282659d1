"""What the pages of one device share: its folder, its key while it is unlocked, and the courier that syncs.

SQLite's connections belong to one thread each, so every request opens its own (a millisecond). The file's soundness is
checked at each unlocking, beside the pages: reading all of it takes a second where much is stored.
"""

import logging
from threading import Lock, Thread
from typing import cast

from flask import current_app, g

from field_client import faces, lease, recovery, states, tries, unlock
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.settings import Device, Home, load_device
from field_client.store import Store, open_store
from field_client.web.courier import Courier

LOG = logging.getLogger(__name__)


class Desk:
    """The device behind the pages. The key is forgotten after `unlock.IDLE_MS` without a page being used."""

    def __init__(self, home: Home, clock: Clock, store_key: bytes | None) -> None:
        self.home, self.clock = home, clock
        self.device: Device = load_device(home)
        self.was_cut = recovery.begin(home)
        self.is_damaged = False
        self.examining: Thread | None = None
        self.courier = Courier(self.open_store, self.device, clock)
        self._guard = Lock()
        self._key: bytes | None = None
        self._used_ms = 0
        if store_key is None and not self.has_pin:
            store_key = unlock.open_with_pin(home, None)
        if store_key is not None:
            self._let_in(store_key)

    @property
    def has_pin(self) -> bool:
        """Tell whether a PIN protects the device; without one it is never locked."""
        return bool(self.device.protection["pin"])

    def unlock(self, pin: str, password: str = "") -> None:
        """Unlock by PIN or password and check the store. Raises FieldError("pin.wrong", "storage.damaged", …)."""
        self._let_in(unlock.open_by_hand(self.home, self.clock, pin=pin, password=password or None))

    def change_pin(self, current: str, new: str) -> None:
        """Change the PIN. Raises FieldError("pin.wrong", "pin.too_short", "pin.wait", "pin.password_needed")."""
        unlock.change_pin(self.home, self.clock, current=current, new=new)
        self.device = load_device(self.home)

    @property
    def needs_password(self) -> bool:
        """Tell whether the PIN was wrong too often, so that only the password opens."""
        return tries.needs_password(self.home, has_password=bool(self.device.protection.get("by_password")))

    def lock(self) -> None:
        """Forget the key; what a running sync has in hand it brings to its end."""
        with self._guard:
            self._forget()

    def is_unlocked(self, *, used: bool) -> bool:
        """Tell whether the store may be opened; `used` says that a person is at work, not a page that asks by itself."""
        with self._guard:
            now_ms = self.clock.uptime_ms()
            if self.home.wipe_file.exists() or (self.has_pin and now_ms - self._used_ms > unlock.IDLE_MS):
                self._forget()
            if used and self._key is not None:
                self._used_ms = now_ms
            return self._key is not None

    def leave(self) -> None:
        """End the work: what is on its way is brought to a clean end, and the next start has nothing to restore."""
        self.courier.close()
        recovery.end(self.home)

    def open_store(self) -> Store:
        """Open the store for the thread that asks; only while unlocked."""
        with self._guard:
            key = self._key
        assert key is not None, "a locked store is never asked for"
        return open_store(self.home, key, check=False)

    def close(self, error: BaseException | None) -> None:
        """Close the store of a request that has ended."""
        opened: Store | None = g.pop("store", None)
        if opened is not None:
            opened.close()

    def _forget(self) -> None:
        self._key = None
        states.forget()

    def _let_in(self, store_key: bytes) -> None:
        open_store(self.home, store_key, check=False).close()
        with self._guard:
            self._key, self._used_ms = store_key, self.clock.uptime_ms()
        self.examining = Thread(target=self._examine, args=(store_key,), name="examining the file", daemon=True)
        self.examining.start()

    def _examine(self, store_key: bytes) -> None:
        """Read all of the file's structure. Each page that is read proves itself meanwhile: what is broken is never shown."""
        try:
            open_store(self.home, store_key).close()
        except FieldError as refusal:
            self.is_damaged = refusal.code == "storage.damaged"
        except Exception:
            LOG.exception("the file could not be examined")


def desk() -> Desk:
    """Give the desk of the running app."""
    return cast(Desk, current_app.extensions["desk"])


def store() -> Store:
    """Give this request's store; it is closed with the request."""
    if "store" not in g:
        g.store = desk().open_store()
        lease.observe(g.store, desk().device, desk().clock)
        faces.purge(g.store, desk().clock)
    return cast(Store, g.store)
