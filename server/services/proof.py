"""Whether what the server says it holds is what it holds: sums recomputed from every record, blobs looked for one by one."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.adapters.blobs import BlobStore
from server.adapters.vault import Vault
from server.models.blob import Blob
from server.models.ledger import Bucket
from server.queries import records
from sync.digest import checksum


def wrong_buckets(session: Session, vault: Vault, buckets: Iterable[Bucket]) -> Iterator[str]:
    """Name the buckets whose count or sum differs from their records."""
    for bucket in buckets:
        found = checksum(bytes.fromhex(bucket.checksum_key), records.whole(session, vault, bucket.id))
        if found != (bucket.live, bucket.checksum):
            yield bucket.id


def stray_blobs(session: Session, blobs: BlobStore) -> Iterator[str]:
    """Name what lies in the store and was never noted: a crash came between, and nobody asked again."""
    for sha256 in blobs.names():
        if session.get(Blob, sha256) is None:
            yield sha256


def lost_blobs(session: Session, blobs: BlobStore) -> Iterator[str]:
    """Name the blobs that were stored and are not there."""
    for sha256 in session.scalars(select(Blob.sha256).order_by(Blob.sha256)):
        if not blobs.has(sha256):
            yield sha256
