"""Small districts with many pages and chunks: the product's sizes, made small for a story."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import field_client.outbox
import field_client.transport
import field_client.uploads
import server.services.answering
import sync.session


@contextmanager
def small_sizes() -> Iterator[None]:
    """Let small districts have many pages and chunks, and bodies whose length does not depend on random keys."""
    places: list[tuple[Any, str, Any]] = [
        (server.services.answering, "PAGE_ROWS", 3),
        (field_client.outbox, "CHUNK", 4),
        (sync.session, "CHUNK", 4),
        (field_client.uploads, "SMALLEST", 64),
        (field_client.uploads, "Progress", partial(field_client.uploads.Progress, piece_bytes=128)),
        (field_client.uploads, "LARGEST", 160),
        (field_client.transport, "PACK_FROM_BYTES", 1 << 40),
    ]
    before = [getattr(module, name) for module, name, _ in places]
    for module, name, value in places:
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name, _), value in zip(places, before, strict=True):
            setattr(module, name, value)
