"""Papers of a case: pictures named by their SHA-256, which must be here before a deed rests on them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import PaperNotHere
from server.models.blob import Blob


def require_blobs(session: Session, names: Iterable[str | None]) -> None:
    """Make sure that each named picture is here; empty names are none. Raises PaperNotHere."""
    wanted = {name for name in names if name}
    if wanted - set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(wanted)))):
        raise PaperNotHere
