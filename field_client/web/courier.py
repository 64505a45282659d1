"""The sync in the background: one at a time, with a store and a connection of its own, never in a page's way."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock, Thread
from typing import Any

from field_client import snapshots, syncing
from field_client.clock import Clock
from field_client.errors import FieldError, NoConnection
from field_client.settings import Device
from field_client.store import Store

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """How the sync stands. `reached` is None before the first one; `message` is why the last one did not get through."""

    running: bool = False
    lane: str = ""
    done: int = 0
    total: int = 0
    reached: bool | None = None
    message: str = ""
    finished_at: str = ""
    summary: dict[str, Any] | None = None
    again_s: float = 0  # in how many seconds after its end the office wants the next one, 0 where it did not say


class Courier:
    """Carries the post; asking for it while it is on its way sends it once more."""

    def __init__(self, open_store: Callable[[], Store], device: Device, clock: Clock) -> None:
        self._open_store, self._device, self._clock = open_store, device, clock
        self._guard = Lock()
        self._standing = Standing()
        self._thread: Thread | None = None
        self._closed = False
        self._asked_again = False

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        with self._guard:
            return self._standing

    def send(self) -> None:
        """Begin a sync unless the courier is closed. The store must be unlocked.

        Asked for while one is running, one more follows it, however often it was asked: what was sealed at the end of a sync
        may have come too late for it.
        """
        with self._guard:
            if self._closed:
                return
            if self._standing.running:
                self._asked_again = True
                return
            self._standing = replace(self._standing, running=True, lane="", done=0, total=0)
            self._thread = Thread(target=self._carry, name="courier", daemon=True)
            self._thread.start()  # Under the guard, so that whoever sees the thread can wait for it.

    def wait(self) -> None:
        """Wait for the running sync, if there is one."""
        with self._guard:
            thread = self._thread
        if thread:
            thread.join()

    def close(self) -> None:
        """Begin no sync any more, and bring the running one to a clean end."""
        with self._guard:
            self._closed = True
        self.wait()

    def _carry(self) -> None:
        is_asked = True
        while is_asked:
            ended = self._ended()
            with self._guard:
                is_asked, self._asked_again = self._asked_again and not self._closed, False
                self._standing = replace(ended, running=is_asked, finished_at=self._clock.now())

    def _ended(self) -> Standing:
        """Run one sync; gives how it ended, whatever happened."""
        ended = Standing(reached=False, message=_BROKEN)
        try:
            ended = self._synced()
        except FieldError as refusal:
            ended = Standing(reached=not isinstance(refusal, NoConnection), message=refusal.message)
        except Exception:
            LOG.exception("the sync ended by a fault of ours")
        return ended

    def _synced(self) -> Standing:
        store = self._open_store()
        try:
            snapshots.take(store, self._clock)  # Before the line is tried: what was just sealed is kept twice.
            with syncing.connect(store, self._device) as transport:
                summary = syncing.sync(store, transport, self._clock, report=self._hear)
        finally:
            store.close()
        failure = summary.failure
        return Standing(
            reached=failure is None,
            message=failure.message if failure else "",
            summary=summary.to_dict(),
            again_s=summary.again_s,
        )

    def _hear(self, lane: str, done: int, total: int) -> None:
        with self._guard:
            self._standing = replace(self._standing, lane=lane, done=done, total=total, reached=True)


_BROKEN = "同步没有完成，内容都在本机。请再按一次；还不行请联系管理员。"
