"""Uploads: bytes arrive in pieces, every byte before a cut is kept, and the whole is verified before it has a name.

The rules are tus 1.0's (core, creation, checksum, termination, expiration). Creation is idempotent by owner and SHA-256,
so a lost answer leaves no orphan. The staged file's length is the offset: nothing else has to survive a crash.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.domain.errors import BodyTooLarge, NotAllowed, UploadGone, UploadMetadataInvalid
from server.domain.permissions import Actor, may_anywhere
from server.models.blob import Blob, Upload
from server.services import staging
from server.services.ids import make_id
from server.services.staging import staged
from server.services.store import hold, shelf

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
        staging.discard(staged(folder, upload.id))
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
    return Standing(upload, staging.length(staged(folder, upload.id)))


def append(
    folder: Path,
    upload: Upload,
    offset: int,
    pieces: Iterable[bytes],
    *,
    now: datetime,
    announced: int | None = None,
    checksum: tuple[str, bytes] | None = None,
) -> int:
    """Append bytes to an upload of this size, as `staging.append` does; gives the new offset."""
    path = staged(folder, upload.id)
    return staging.append(path, offset, pieces, size=upload.size, now=now, announced=announced, checksum=checksum)


@contextmanager
def settling(folder: Path, upload: Upload) -> Iterator[Path]:
    """Hold a whole staged file alone while it is verified and stored. Raises UploadBusy while it is not whole."""
    path = staged(folder, upload.id)
    with staging.settling(path, upload.size):
        yield path


def verify(folder: Path, upload: Upload) -> None:
    """Recompute the SHA-256 of a whole staged file. Raises UploadChecksumWrong and starts the upload again."""
    staging.verify(staged(folder, upload.id), upload.sha256)


def media_type(start: bytes) -> str:
    """Tell a blob's media type by its first bytes; what a client called it does not count."""
    return next((media for magic, media in MAGIC if start.startswith(magic)), "application/octet-stream")


def remember(session: Session, actor: Actor, upload: Upload, media_type: str, *, now: datetime) -> None:
    """Note that a blob is stored; again is harmless."""
    hold(session, [shelf(upload.sha256)])
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
    staging.discard(staged(folder, upload.id))
    session.delete(upload)


def ended(session: Session, folder: Path, *, now: datetime, keep_hours: int) -> list[Upload]:
    """List the uploads that nobody went on with, and those whose blob is stored long since.

    An upload is kept for as long after its last byte as after its beginning.
    """
    old = session.scalars(select(Upload).where(Upload.expires_at < now).order_by(Upload.expires_at))
    return [upload for upload in old if _touched_at(folder, upload) + timedelta(hours=keep_hours) < now]


def forget(session: Session, upload_ids: Sequence[str], *, now: datetime) -> None:
    """Forget uploads by their ids, unless somebody began them again; the blobs that they brought stay."""
    for upload_id in upload_ids:
        session.execute(delete(Upload).where(Upload.id == upload_id, Upload.expires_at < now))


def strays(session: Session, folder: Path, *, now: datetime, keep_hours: int) -> list[Path]:
    """List the staged files that no upload knows, old enough that none is just beginning."""
    before = (now - timedelta(hours=keep_hours)).timestamp()
    old = [path for path in sorted(folder.glob("*.part")) if (staging.touched_at(path) or before) < before]
    return [path for path in old if session.get(Upload, path.stem) is None]


def _touched_at(folder: Path, upload: Upload) -> datetime:
    touched = staging.touched_at(staged(folder, upload.id))
    return upload.created_at if touched is None else datetime.fromtimestamp(touched, tz=UTC)


def _owner(actor: Actor) -> str:
    return actor.device_id or actor.staff_id
