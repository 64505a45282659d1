"""Where the bytes of photos, signatures and papers rest: a local folder, or any S3-compatible store. Same promises.

A blob is named by the SHA-256 of its bytes and never changes, so putting it twice is harmless. The caller has verified
the hash; `put` either stores all of it or nothing.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from server.settings import Settings

PIECE_BYTES = 256 * 1024


class BlobStore(Protocol):
    """What the office needs of a blob store."""

    def put(self, sha256: str, source: Path) -> None:
        """Store a verified file under its hash; the source may be consumed."""

    def open(self, sha256: str) -> Iterator[bytes]:
        """Give the bytes in pieces. Raises FileNotFoundError when the blob is not here."""

    def has(self, sha256: str) -> bool:
        """Tell whether the blob is here."""


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

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256


class S3Blobs:
    """Blobs in an S3-compatible bucket; large ones go up in parts by boto3's transfer manager."""

    def __init__(self, bucket: str, *, endpoint: str, region: str) -> None:
        self.bucket = bucket
        self._client = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=region,
            # Newer checksum headers are refused by many compatible stores; the SHA-256 is verified by us anyway.
            config=Config(request_checksum_calculation="when_required", response_checksum_validation="when_required"),
        )

    def put(self, sha256: str, source: Path) -> None:
        """Send a verified file; an object appears whole or not at all."""
        self._client.upload_file(str(source), self.bucket, sha256)
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


def open_store(settings: Settings) -> BlobStore:
    """Open the store that the settings name: file:///folder or s3://bucket."""
    address = urlsplit(settings.blobs)
    if address.scheme == "s3":
        return S3Blobs(address.netloc, endpoint=settings.s3_endpoint, region=settings.s3_region)
    return FolderBlobs(Path(unquote(address.path)))


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
