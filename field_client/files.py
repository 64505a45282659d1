"""Writing files so that a crash or a full disk leaves the old file or the new one, never half of one."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from field_client.errors import FieldError

NO_SPACE = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})


def write_whole(path: Path, data: bytes) -> None:
    """Write a private file (0600) at once: beside it first, flushed to the disk, then renamed over it.

    Raises FieldError("storage.full") with nothing left behind when the disk is full.
    """
    with writing(path) as file:
        file.write(data)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write, of any size; it gets its name only when all of it is on the disk. As `write_whole` else."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        flush_folder(path.parent)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise FieldError("storage.full") from error
        raise


def flush_folder(folder: Path) -> None:
    """Make a rename or a deletion last: the folder's own entry reaches the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # A stick's file system may not know how; what was written is on it all the same.
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_given(path: Path) -> bytes:
    """Read a file that the user named. Raises FieldError("file.unreadable")."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FieldError("file.unreadable") from error
