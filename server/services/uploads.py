"""Uploads: bytes arrive in pieces, every byte before a cut is kept, and the whole is verified before it has a name.

The rules are tus 1.0's (core, creation, checksum, termination, expiration). Creation is idempotent by owner and SHA-256,
so a lost answer leaves no orphan. The staged file's length is the offset: nothing else has to survive a crash.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import (
    BodyTooLarge,
    NotAllowed,
    StorageFull,
    UploadBusy,
    UploadChecksumWrong,
    UploadGone,
    UploadMetadataInvalid,
    UploadOffsetWrong,
)
from server.domain.permissions import Actor, may_anywhere
from server.models.blob import Blob, Upload
from server.services.ids import make_id
from server.services.store import hold

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"%PDF-", "application/pdf"))


@dataclass(frozen=True)
class Standing:
    """An upload and how many of its bytes are here; `is_stored` once they are verified and have their name."""

    upload: Upload
    offset: int
    is_stored: bool = False

    @property
    def is_complete(self) -> bool:
        """Tell whether every byte is here."""
        return self.is_stored or self.offset == self.upload.size


def create(
    session: Session,
    folder: Path,
    actor: Actor,
    *,
    sha256: str,
    size: int,
    kind: str,
    limit_bytes: int,
    keep_hours: int,
    now: datetime,
) -> Standing:
    """Begin an upload, or find the one that the same owner began for the same bytes.

    Raises NotAllowed, UploadMetadataInvalid (no SHA-256, no length) or BodyTooLarge.
    """
    if not may_anywhere(actor, "record.sync"):
        raise NotAllowed
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef") or size <= 0:
        raise UploadMetadataInvalid("需要文件的 SHA-256 和大小")
    if size > limit_bytes:
        raise BodyTooLarge
    owner = _owner(actor)
    upload = session.scalars(select(Upload).where(Upload.owner == owner, Upload.sha256 == sha256)).one_or_none()
    if upload is None:
        upload = Upload(id=make_id(now), owner=owner, sha256=sha256, size=size, kind=kind[:32], created_at=now)
        session.add(upload)
    elif upload.size != size:  # One of the two lengths is wrong; the hash will tell. What came for the other is void.
        upload.size = size
        staged(folder, upload.id).unlink(missing_ok=True)
    upload.expires_at = now + timedelta(hours=keep_hours)
    session.flush()
    return standing(session, folder, upload)


def find(session: Session, folder: Path, actor: Actor, upload_id: str) -> Standing:
    """Find an upload of the actor's own. Raises UploadGone."""
    upload = session.get(Upload, upload_id)
    if upload is None or upload.owner != _owner(actor):
        raise UploadGone
    return standing(session, folder, upload)


def standing(session: Session, folder: Path, upload: Upload) -> Standing:
    """Say how far an upload is: whole once the blob is stored, else as long as the staged file."""
    if session.get(Blob, upload.sha256) is not None:
        return Standing(upload, upload.size, is_stored=True)
    path = staged(folder, upload.id)
    return Standing(upload, path.stat().st_size if path.exists() else 0)


def append(
    folder: Path, upload: Upload, offset: int, pieces: Iterable[bytes], *, checksum: tuple[str, bytes] | None = None
) -> int:
    """Append bytes at the offset; gives the new offset. A cut connection keeps what came before the cut.

    Raises UploadOffsetWrong, UploadBusy, BodyTooLarge, StorageFull (bytes so far are kept), or UploadChecksumWrong for a
    piece whose announced hash does not fit (that piece is dropped).
    """
    with _locked(staged(folder, upload.id)) as file:
        if os.fstat(file).st_size != offset:
            raise UploadOffsetWrong
        hasher = hashlib.new(checksum[0]) if checksum else None
        end = offset
        try:
            for piece in pieces:
                if end + len(piece) > upload.size:
                    raise BodyTooLarge
                _write_all(file, piece)
                end += len(piece)
                if hasher:
                    hasher.update(piece)
        except OSError as error:
            if error.errno in FULL:
                raise StorageFull from None
            raise
        finally:
            os.fsync(file)
        if checksum and hasher and hasher.digest() != checksum[1]:
            os.ftruncate(file, offset)
            raise UploadChecksumWrong
        return end


def verify(folder: Path, upload: Upload) -> None:
    """Recompute the SHA-256 of a whole staged file.

    Raises UploadChecksumWrong and starts the upload again when the bytes are not those that were announced.
    """
    path = staged(folder, upload.id)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != upload.sha256:
        path.unlink()
        raise UploadChecksumWrong("文件内容与登记的不符, 将从头重传")


@contextmanager
def settling(folder: Path, upload: Upload) -> Iterator[Path]:
    """Hold a staged file alone while it is verified and stored. Raises UploadBusy while another connection does."""
    path = staged(folder, upload.id)
    with _locked(path) as file:
        if not path.exists() or os.fstat(file).st_size != upload.size:  # Another connection was quicker by a hair.
            path.unlink(missing_ok=True)
            raise UploadBusy
        yield path


def media_type(start: bytes) -> str:
    """Tell a blob's media type by its first bytes; what a client called it does not count."""
    return next((media for magic, media in MAGIC if start.startswith(magic)), "application/octet-stream")


def remember(session: Session, actor: Actor, upload: Upload, media_type: str, *, now: datetime) -> None:
    """Note that a blob is stored; again is harmless."""
    hold(session, [upload.sha256])
    if session.get(Blob, upload.sha256) is None:
        session.add(
            Blob(
                sha256=upload.sha256,
                size=upload.size,
                media_type=media_type,
                stored_at=now,
                device_id=actor.device_id,
                staff_id=actor.staff_id,
            )
        )
        session.flush()


def discard(session: Session, folder: Path, upload: Upload) -> None:
    """End an upload at its owner's wish (tus termination); a blob that is stored already stays."""
    staged(folder, upload.id).unlink(missing_ok=True)
    session.delete(upload)


def staged(folder: Path, upload_id: str) -> Path:
    """Name the file in which an upload's bytes gather."""
    return folder / f"{upload_id}.part"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open a staged file for appending, alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
    except BlockingIOError:
        raise UploadBusy from None
    finally:
        os.close(file)


def _write_all(file: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]


def _owner(actor: Actor) -> str:
    return actor.device_id or actor.staff_id
