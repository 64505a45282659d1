"""Staged files: where an upload's bytes gather until all are here. The file's length is the offset, and the only truth.

A file is locked for moments only, and whoever asked last may write: a connection that hangs keeps nobody waiting. Each
asker leaves a claim; a writer looks before every write whether the claim is still its own.
"""

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from server.domain.errors import BodyTooLarge, StorageFull, UploadBusy, UploadChecksumWrong, UploadOffsetWrong

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # A full disk, a full quota, a file as large as may be.


def staged(folder: Path, upload_id: str) -> Path:
    """Name the file in which an upload's bytes gather."""
    return folder / f"{upload_id}.part"


def length(path: Path) -> int:
    """Tell how many bytes are here."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def claim(path: Path) -> str:
    """Take the writing over: whoever wrote until now finds out before its next write. Gives the word to write under."""
    word = secrets.token_hex(8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path, create=True):
        _claimed(path).write_text(word)
    return word


def give_way(path: Path) -> int:
    """Stop whoever is still writing, and tell how many bytes are here for good."""
    if path.exists():
        with suppress(UploadBusy, OSError):  # On a full disk the claim is empty, which stops the other as well.
            claim(path)
    return length(path)


def append(
    path: Path,
    offset: int,
    pieces: Iterable[bytes],
    *,
    size: int,
    now: datetime,
    announced: int | None = None,
    checksum: tuple[str, bytes] | None = None,
) -> int:
    """Append bytes at the offset; gives the new offset. What came before a cut is kept.

    `size` is the whole upload's, `announced` this piece's: a piece that ends before it was cut, and its hash tells nothing
    (the whole file's will). Raises UploadOffsetWrong, UploadBusy when somebody else took over, BodyTooLarge, StorageFull
    (bytes so far are kept), or UploadChecksumWrong for a whole piece whose hash does not fit (that piece is dropped).
    """
    hasher, end = hashlib.new(checksum[0]) if checksum else None, offset
    with _room():
        word = claim(path)
        if length(path) != offset:
            raise UploadOffsetWrong
        for piece in pieces:
            if end + len(piece) > size:
                raise BodyTooLarge
            with _mine(path, word, end) as file:
                _write_all(file, piece)
            end += len(piece)
            if hasher:
                hasher.update(piece)
    is_cut = announced is not None and end - offset < announced
    with _mine(path, word, end) as file:
        if checksum and hasher and not is_cut and hasher.digest() != checksum[1]:
            os.ftruncate(file, offset)
            raise UploadChecksumWrong
        os.fsync(file)
        os.utime(file, (now.timestamp(), now.timestamp()))
    return end


def verify(path: Path, sha256: str) -> None:
    """Recompute the SHA-256 of a whole staged file.

    Raises UploadChecksumWrong and starts the upload again when the bytes are not those that were announced.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        discard(path)
        raise UploadChecksumWrong("文件内容与登记的不符, 将从头重传")


@contextmanager
def settling(path: Path, size: int) -> Iterator[None]:
    """Hold a whole staged file alone while it is verified and stored. Raises UploadBusy while another connection does."""
    with _alone(path) as file:
        if os.fstat(file).st_size != size:  # Another connection was quicker by a hair.
            discard(path)
            raise UploadBusy
        yield
    _claimed(path).unlink(missing_ok=True)


def discard(path: Path) -> None:
    """Delete a staged file and its claim; deleting twice is the same as once."""
    path.unlink(missing_ok=True)
    _claimed(path).unlink(missing_ok=True)


def touched_at(path: Path) -> float | None:
    """Tell when the last byte came, in seconds since 1970; None without a file."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None


def mark(path: Path, now: datetime) -> None:
    """Leave a file that tells when something was done last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (now.timestamp(), now.timestamp()))


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull from None
        raise


@contextmanager
def _mine(path: Path, word: str, end: int) -> Iterator[int]:
    """Open a staged file for a write under a claim. Raises UploadBusy when somebody else has taken over since."""
    with _alone(path) as file:
        if _word(path) != word or os.fstat(file).st_size != end:
            raise UploadBusy
        yield file


@contextmanager
def _alone(path: Path, *, create: bool = False) -> Iterator[int]:
    """Open a staged file, alone. Raises UploadBusy when there is none: its bytes were whole and are a blob by now."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | (os.O_CREAT if create else 0), 0o600)
    except FileNotFoundError:
        raise UploadBusy from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _is_at(path, file):  # While we waited it became a blob, which is never written again.
            raise UploadBusy
        yield file
    finally:
        os.close(file)


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _claimed(path: Path) -> Path:
    return path.with_suffix(".claim")


def _word(path: Path) -> str:
    try:
        return _claimed(path).read_text()
    except FileNotFoundError:
        return ""


def _write_all(file: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]
