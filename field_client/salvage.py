"""What of this device would be lost with it: changes that the office does not have for good, drafts, and unsent photos.

Cut into pieces of bounded size, each named by what is in it. Sending them is left to `farewell`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from field_client import media, outbox
from field_client.errors import FieldError
from field_client.store import Store
from sync.canonical import dumps
from sync.farewell import DRAFTS, NOTES, PHOTO, PIECE_BYTES, WORK, piece_name

_UNSENT_PHOTOS = (  # A preview is made anew from its photo.
    "SELECT sha256, kind, visit_id FROM blobs WHERE state IN ('kept', 'waiting') AND preview_of = '' ORDER BY rowid"
)


@dataclass(frozen=True)
class Piece:
    """One piece: its facts, its bytes, and whether packing makes it smaller."""

    facts: Mapping[str, Any]
    content: bytes
    packs: bool = True

    @property
    def name(self) -> str:
        """Name it by what is in it."""
        return piece_name(self.facts, self.content)


def pieces(store: Store) -> Iterator[Piece]:
    """Give everything unsent, the smallest and most precious first: changes, drafts, photos, and what was not readable."""
    for group in _groups(_changes(store)):
        yield Piece({"kind": WORK}, dumps(group))
    for group in _groups(_drafts(store)):
        yield Piece({"kind": DRAFTS}, dumps(group))
    lost = []
    for row in store.rows(_UNSENT_PHOTOS):
        try:
            data = media.read(store, row["sha256"])
        except FieldError as error:
            lost.append({"sha256": row["sha256"], "reason": error.code})
            continue
        for offset in range(0, len(data), PIECE_BYTES):
            facts = {"kind": PHOTO, "sha256": row["sha256"], "offset": offset, "photo_kind": row["kind"]}
            yield Piece(facts | {"visit_id": row["visit_id"]}, data[offset : offset + PIECE_BYTES], packs=False)
    if lost:
        yield Piece({"kind": NOTES}, dumps({"lost_photos": lost}))


def _changes(store: Store) -> Iterator[dict[str, Any]]:
    for installation, mutation in outbox.unsettled(store):
        yield {"installation": installation, "mutation": mutation.to_dict()}


def _drafts(store: Store) -> Iterator[dict[str, Any]]:
    for row in store.rows("SELECT * FROM drafts ORDER BY id"):
        yield {**row, "document": json.loads(row["document"])}


def _groups(items: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Gather items up to a piece's size; one that is larger alone is a piece of its own."""
    group: list[dict[str, Any]] = []
    size = 0
    for item in items:
        length = len(dumps(item))
        if group and size + length > PIECE_BYTES:
            yield group
            group, size = [], 0
        group.append(item)
        size += length
    if group:
        yield group
