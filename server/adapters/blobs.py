"""Where the bytes of photos, signatures and papers rest: a local folder, or any S3-compatible store. Same promises.

A blob is named by the SHA-256 of its bytes and never changes, so putting it twice is harmless. The caller has verified
the hash; `put` either stores all of it or nothing.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from server.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SHA256_LENGTH = 64

PIECE_BYTES = 256 * 1024
# Larger files go up in parts; a part that fails is sent again alone, and what is left of a failed file is aborted.
PARTS = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20, max_concurrency=4)
LINK_SECONDS = 60  # As long as a page takes to load; a link that leaks later opens nothing.


class BlobStore(Protocol):
    """What the office needs of a blob store."""

    def put(self, sha256: str, source: Path) -> None:
        """Store a verified file under its hash; the source may be consumed."""

    def open(self, sha256: str) -> Iterator[bytes]:
        """Give the bytes in pieces. Raises FileNotFoundError when the blob is not here."""

    def has(self, sha256: str) -> bool:
        """Tell whether the blob is here."""

    def names(self) -> Iterator[str]:
        """Name all blobs that are here."""

    def link(self, sha256: str, media_type: str, *, seconds: int = LINK_SECONDS) -> str | None:
        """Give an address under which whoever has it gets the bytes for a while; None where the store has none.

        The caller has checked the right and noted the look. Nothing but the hash is in it.
        """


class FolderBlobs:
    """Blobs in a local folder, two levels deep, written beside and renamed, so that no half file ever has a name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, sha256: str, source: Path) -> None:
        """Move a verified file to its place; the name appears only when the bytes are on the disk."""
        target = self._path(sha256)
        if target.exists():
            source.unlink(missing_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.replace(target)
        except OSError:  # Another file system: copy beside the target, then rename.
            beside = target.with_name(source.name)  # Each upload has its own, so two of the same bytes never meet.
            shutil.copyfile(source, beside)
            _flush(beside)
            beside.replace(target)
            source.unlink(missing_ok=True)
        _flush(target.parent)

    def open(self, sha256: str) -> Iterator[bytes]:
        """Give the bytes in pieces."""
        return _pieces(self._path(sha256).open("rb"))

    def has(self, sha256: str) -> bool:
        """Tell whether the file is here."""
        return self._path(sha256).exists()

    def names(self) -> Iterator[str]:
        """Walk the folders; files under other names were left by a crash in the middle of a copy."""
        return (path.name for path in self.folder.glob("??/??/*") if len(path.name) == SHA256_LENGTH)

    def link(self, sha256: str, media_type: str, *, seconds: int = LINK_SECONDS) -> str | None:
        """Have no addresses of its own: the server gives the bytes."""
        return None

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256


class S3Blobs:
    """Blobs in an S3-compatible bucket; large ones go up in parts by boto3's transfer manager."""

    def __init__(self, bucket: str, *, endpoint: str, region: str, public_endpoint: str = "") -> None:
        self.bucket = bucket
        self._client = _client(endpoint, region)
        # The host is part of what is signed, so links are made for the address at which browsers reach the store.
        self._public = _client(public_endpoint, region) if public_endpoint else None

    def put(self, sha256: str, source: Path) -> None:
        """Send a verified file; an object appears whole or not at all."""
        self._client.upload_file(str(source), self.bucket, sha256, Config=PARTS)
        source.unlink(missing_ok=True)

    def open(self, sha256: str) -> Iterator[bytes]:
        """Give the bytes in pieces."""
        try:
            body = self._client.get_object(Bucket=self.bucket, Key=sha256)["Body"]
        except self._client.exceptions.NoSuchKey:
            raise FileNotFoundError(sha256) from None
        return body.iter_chunks(PIECE_BYTES)

    def has(self, sha256: str) -> bool:
        """Ask for the object's head."""
        try:
            self._client.head_object(Bucket=self.bucket, Key=sha256)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True

    def names(self) -> Iterator[str]:
        """List the bucket, page by page."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            yield from (one["Key"] for one in page.get("Contents", ()))

    def link(self, sha256: str, media_type: str, *, seconds: int = LINK_SECONDS) -> str | None:
        """Sign an address that shows an image and saves anything else."""
        if self._public is None:
            return None
        shown = "inline" if media_type.startswith("image/") else "attachment"
        asked = {"Bucket": self.bucket, "Key": sha256, "ResponseContentType": media_type}
        asked |= {"ResponseContentDisposition": shown, "ResponseCacheControl": "private, no-store"}
        return self._public.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)


def open_store(settings: Settings) -> BlobStore:
    """Open the store that the settings name: file:///folder or s3://bucket."""
    address = urlsplit(settings.blobs)
    if address.scheme == "s3":
        return S3Blobs(
            address.netloc,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            public_endpoint=settings.s3_public_endpoint,
        )
    return FolderBlobs(Path(unquote(address.path)))


def _client(endpoint: str, region: str) -> "S3Client":
    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        config=Config(
            signature_version="s3v4",
            # Newer checksum headers are refused by many compatible stores; the SHA-256 is verified by us anyway.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file as stream:
        while piece := stream.read(PIECE_BYTES):
            yield piece


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
