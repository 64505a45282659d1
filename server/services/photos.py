"""Looking at a photo or signature of a visit: only with the right to see the visit, and never unlogged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.adapters.blobs import BlobStore
from server.adapters.vault import Vault
from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.blob import Blob
from server.queries import visits
from server.services import audit

# A photo is shown, never run: a file that pretends to be an image stays bytes, and no proxy keeps it.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=600",
}

IMAGES = ("image/jpeg", "image/png")


@dataclass(frozen=True)
class Photo:
    """A blob: what it is, its bytes in pieces, and where the store has one, a short-lived address of them."""

    store: BlobStore
    sha256: str
    media_type: str

    @property
    def pieces(self) -> Iterator[bytes]:
        """Open the bytes."""
        return self.store.open(self.sha256)

    @property
    def link(self) -> str | None:
        """Make an address; the right was checked and the look noted when this was opened."""
        return self.store.link(self.sha256, self.media_type)


def open_photo(
    session: Session, blobs: BlobStore, actor: Actor, visit_id: str, sha256: str, *, now: datetime
) -> Photo | None:
    """Open a blob of a visit, or answer None while its bytes have not come. Raises NotFound for what is not shown."""
    visits.get(session, visit_id, visible_to=actor)
    if not visits.has_blob(session, visit_id, sha256):
        raise NotFound("这次走访没有这张照片")
    blob = session.get(Blob, sha256)
    if blob is None:
        return None
    audit.record(session, actor, "photo.read", "visit", visit_id, now=now, purpose="review")
    return Photo(blobs, sha256, blob.media_type)


def open_preview(
    session: Session, vault: Vault, blobs: BlobStore, actor: Actor, visit_id: str, sha256: str, *, now: datetime
) -> Photo:
    """Open the small picture of a photo that has not come. Raises NotFound for what is not shown, or has come.

    The seal of the visit names it beside the photo, so nobody but the device that sealed can have put it there.
    """
    found = visits.dossier(session, vault, visit_id, visible_to=actor).previews.get(sha256)
    blob = session.get(Blob, found) if found else None
    if blob is None or blob.media_type not in IMAGES:
        raise NotFound("这张照片没有预览图")
    audit.record(session, actor, "photo.preview", "visit", visit_id, now=now, purpose="review")
    return Photo(blobs, blob.sha256, blob.media_type)
