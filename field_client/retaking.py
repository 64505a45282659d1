"""Taking a photo out of a draft, to take it again or because it should not be there. After the seal nothing is taken out.

Its bytes go with it, the small picture too, unless something else rests on them: nobody should keep what was not wanted.
"""

from typing import Any

from field_client import drafts, media
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.store import Store
from sync.visit_shape import blob_hashes


def find(draft: Draft, photo_id: str) -> dict[str, Any]:
    """Find a photo of a draft. Raises FieldError("photo.unknown")."""
    found = next((one for one in draft.document["evidence"] if one["id"] == photo_id), None)
    if found is None:
        raise FieldError("photo.unknown")
    return dict(found)


def remove(store: Store, clock: Clock, visit: str, photo_id: str) -> dict[str, Any]:
    """Take a photo out; gives its entry. Its marked copies stay, as photos of their own.

    Raises FieldError("photo.unknown"), "photo.answers" for one that answers a question: there another one is chosen.
    """
    gone: list[str] = []

    def edit(draft: Draft) -> None:
        photo = find(draft, photo_id)
        if photo["blob"] in draft.document["answers"].values():
            raise FieldError("photo.answers")
        draft.document["evidence"] = [one for one in draft.document["evidence"] if one["id"] != photo_id]
        entry.update(photo)

    entry: dict[str, Any] = {}
    with store.transaction():
        drafts.change(store, clock, visit, edit)
        gone = _forget(store, entry["blob"])
    for sha256 in gone:
        media.discard(store, sha256)
    return entry


def _forget(store: Store, sha256: str) -> list[str]:
    """Forget a blob on which nothing rests any more, with its preview; gives the names of their files."""
    if any(sha256 in blob_hashes(draft.document) for draft in drafts.all_drafts(store)):
        return []
    rows = store.rows(
        "SELECT sha256 FROM blobs WHERE (sha256 = ? OR preview_of = ?) AND state = 'kept'", sha256, sha256
    )
    for row in rows:
        store.db.execute("DELETE FROM blobs WHERE sha256 = ?", (row["sha256"],))
    return [row["sha256"] for row in rows]
