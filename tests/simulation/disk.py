"""A disk without room, as the kernel knows it: no file of this process may grow beyond a size."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

ROOMS = (0, 4_000, 20_000, 60_000, 120_000)  # Within a store's usual sizes, so that it ends in the middle of a deed.


@contextmanager
def room_for(size_bytes: int | None) -> Iterator[None]:
    """Let files grow to a size and no further; None is a disk with room, within a full one too."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most if size_bytes is None else size_bytes, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
