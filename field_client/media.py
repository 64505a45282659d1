"""Photos and signatures at rest: one encrypted file each, named by the SHA-256 of its bytes.

AES-256-GCM under a key that lies in the encrypted store; the name is bound in, so that files cannot be exchanged.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from field_client.errors import FieldError
from field_client.files import flush_folder, write_whole
from field_client.store import Store

_MARK = b"ZSBM1"
_NONCE_BYTES = 12


def keep(store: Store, sha256: str, data: bytes) -> None:
    """Write a file encrypted; the same bytes again are the same file. Raises FieldError("storage.full")."""
    path = store.home.media / sha256
    if path.exists():
        return
    nonce = os.urandom(_NONCE_BYTES)
    write_whole(path, _MARK + nonce + _cipher(store).encrypt(nonce, data, sha256.encode()))


def read(store: Store, sha256: str) -> bytes:
    """Give a file's bytes. Raises FieldError("media.missing", "media.damaged")."""
    try:
        sealed = (store.home.media / sha256).read_bytes()
    except OSError as error:
        raise FieldError("media.missing") from error
    start = len(_MARK) + _NONCE_BYTES
    try:
        return _cipher(store).decrypt(sealed[len(_MARK) : start], sealed[start:], sha256.encode())
    except (InvalidTag, ValueError) as error:
        raise FieldError("media.damaged") from error


def discard(store: Store, sha256: str) -> None:
    """Delete a file; deleting it twice is the same as once.

    Its beginning is overwritten first: without the nonce there the key opens nothing of what a disk may keep.
    """
    path = store.home.media / sha256
    try:
        with path.open("r+b") as file:
            file.write(os.urandom(len(_MARK) + _NONCE_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    flush_folder(store.home.media)


def orphans(store: Store) -> list[str]:
    """Name the files that no row knows: a crash came between a file and its row."""
    known = {row["sha256"] for row in store.rows("SELECT sha256 FROM blobs")}
    return sorted(path.name for path in store.home.media.iterdir() if path.name not in known)


def _cipher(store: Store) -> AESGCM:
    return AESGCM(bytes.fromhex(store.get("media_key")))
