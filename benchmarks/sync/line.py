"""Sixty photos over a line of 256 kbit/s that is cut again and again: how many bytes travel twice.

The line runs faster than its name says, and the device's clock with it, so that the benchmark ends: what is counted is
bytes, and pieces are sized by the clock that the device sees.
"""

import contextlib
import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from benchmarks.report import Row
from benchmarks.sync.field import new_device
from benchmarks.sync.scene import Scene, at_most, say
from field_client import blobs, media, syncing
from field_client.clock import Clock, system_clock
from field_client.photos import Prepared
from field_client.store import Store

BYTES_PER_S, FASTER = 32_000, 40
PHOTO_BYTES, CUT_EVERY = 250_000, 600_000
PIECE = 2_048
PATIENCE = 200  # syncs that may end with a dead line


@dataclass
class Narrow:
    """A shaped loopback line; `up` counts the bytes that entered it from the device, `heads` those of HTTP's own lines."""

    office_port: int
    random: Random
    up: int = 0
    heads: int = 0
    cuts: int = 0
    left: int = CUT_EVERY
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> int:
        """Begin to serve; gives the port."""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * PIECE)  # What waits in a buffer was not sent.
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self.socket.getsockname()[1])

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                device, _ = self.socket.accept()
                threading.Thread(target=self._carry, args=(device,), daemon=True).start()

    def _carry(self, device: socket.socket) -> None:
        office = socket.create_connection(("127.0.0.1", self.office_port))
        threading.Thread(target=_answers, args=(office, device), daemon=True).start()
        with contextlib.suppress(OSError):
            while data := device.recv(PIECE):
                time.sleep(len(data) / BYTES_PER_S / FASTER)
                with self.lock:
                    self.up += len(data)
                    self.heads += _head_bytes(data)
                    self.left -= len(data)
                    cut = self.left <= 0
                    if cut:
                        self.cuts, self.left = self.cuts + 1, self.random.randint(CUT_EVERY // 2, CUT_EVERY * 3 // 2)
                if cut:
                    break  # What was under way when the line broke never arrives.
                office.sendall(data)
        for end in (device, office):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def photos(scene: Scene) -> Iterator[Row]:
    """Send the photos over the line until all are there."""
    say("photos over a bad line")
    count = scene.plan.photos
    with scene.fresh_office("photos") as office:
        line = Narrow(office.port, Random(1))
        port = line.open()
        with new_device(office, port, _fast_clock()) as (store, device):
            for _ in range(count):
                _take(store, os.urandom(PHOTO_BYTES), office.villages[0])
            line.up = line.heads = 0
            for _ in range(PATIENCE):
                with syncing.connect(store, device) as transport:
                    summary = syncing.sync(store, transport, _fast_clock(), sleep=lambda _: None)
                if not summary.blobs_waiting:
                    break
            assert not summary.blobs_waiting
    again = line.up - line.heads - count * PHOTO_BYTES
    share = 100 * again / (count * PHOTO_BYTES)
    what = f"{count} photos, {line.cuts} cuts: sent again"
    yield at_most(what, "%", share, None, None, 2, "< 2 %")


def _take(store: Store, data: bytes, bucket: str) -> None:
    """Keep a photo as a sealed visit's, ready to travel; what it shows does not matter to the line."""
    photo = Prepared(data, hashlib.sha256(data).hexdigest(), 1, 1, b"", False)
    media.keep(store, photo.sha256, photo.data)
    with store.transaction():
        blobs.enter(store, photo, "house", bucket=bucket, visit_id="")
        blobs.release(store, [photo.sha256])


def _fast_clock() -> Clock:
    real = system_clock()
    return Clock(real.wall, lambda: real.uptime_ms() * FASTER, real.boot)


def _head_bytes(data: bytes) -> int:
    """Count what belongs to a request's head, and to the small requests of records beside the photos."""
    end = data.find(b"\r\n\r\n")
    starts = data[:6] in (b"PATCH ", b"POST /", b"HEAD /", b"DELETE")
    if not starts:
        return 0
    return len(data) if not data.startswith(b"PATCH") or end < 0 else end + 4


def _answers(office: socket.socket, device: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := office.recv(PIECE):
            device.sendall(data)
    with contextlib.suppress(OSError):
        device.shutdown(socket.SHUT_RDWR)
