"""The sneakernet envelope: what an exchange would carry, in one file that its carrier can neither read nor alter.

A header of 51 bytes that names nobody: magic, format version, a public key made for this bundle alone, and a hint by
which the receiver knows its own bundles. Everything else is one sealed stream: a head (purpose, sender, a few facts,
signature), then parts, each with its facts and its bytes. The signature binds the sender to the bundle's own key, under
which every chunk is sealed; so each chunk is known to be the sender's before it is acted upon, and a bundle of any size
takes one pass and the memory of a few chunks.

No I/O here: bytes are read and written by functions that are given, and so is the bundle's own key.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.canonical import dumps, loads
from sync.errors import Malformed, SyncError, Untrusted
from sync.sealed_stream import Read, Sealer, Write, exactly, opened

WORK, ANSWER = "work", "answer"  # from a device to the office, and back
MAGIC = b"ZSBUNDLE"
VERSION = 1  # Rises when a reader of this release could not read it; every version ever written stays readable.
PIECE_BYTES = 64 * 1024  # At most so much of a part in one piece, before packing.
_KEY_BYTES, _HINT_BYTES, _LENGTH_BYTES = 32, 10, 4
HEADER_BYTES = len(MAGIC) + 1 + _KEY_BYTES + _HINT_BYTES
_PURPOSE_OF_KEY = b"zhangshangban/bundle/1"
_HEAD, _PART, _PLAIN, _PACKED = b"H", b"P", b"D", b"Z"


@dataclass(frozen=True)
class Head:
    """What a bundle is: `sender` is a device's id, or "" for the office; `id` is the hash of the header."""

    purpose: str
    sender: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""


class Part(NamedTuple):
    """One thing in a bundle. When read, its pieces must be taken before the next part; what is not taken is skipped."""

    name: str
    facts: Mapping[str, Any]
    pieces: Iterable[bytes]
    packs: bool = True  # False for what is compressed already, such as photos


def write(
    out: Write,
    parts: Iterable[Part],
    head: Head,
    *,
    signing: Ed25519PrivateKey,
    to: bytes,
    own_key: X25519PrivateKey,
) -> str:
    """Seal parts to the holder of a public X25519 key and sign as the sender; gives the bundle's id.

    `own_key` must be made for this bundle and forgotten after it.
    """
    public = own_key.public_key().public_bytes_raw()
    header = MAGIC + bytes([VERSION]) + public + _hint(public, to)
    out(header)
    sealer = Sealer(_stream_key(own_key.exchange(X25519PublicKey.from_public_bytes(to)), header, to), out)
    plain = {"purpose": head.purpose, "sender": head.sender, "facts": dict(head.facts)}
    signature = signing.sign(_signed(header, to, plain)).hex()
    sealer.add(_piece(_HEAD, dumps({**plain, "signature": signature})))
    for part in parts:
        sealer.add(_piece(_PART, dumps({"name": part.name, "facts": dict(part.facts)})))
        for piece in part.pieces:
            for start in range(0, len(piece), PIECE_BYTES):
                sealer.add(_data(piece[start : start + PIECE_BYTES], part.packs))
    sealer.finish()
    return _id(header)


def read(
    source: Read, *, key: X25519PrivateKey, purpose: str, signer: Callable[[str], bytes | None]
) -> tuple[Head, Iterator[Part]]:
    """Open a bundle that was sealed to `key`; `signer` gives a sender's public signing key, None for one unknown.

    Raises Malformed with `bundle.unknown` (no bundle), `bundle.newer` (a later format) or `bundle.damaged`, and Untrusted
    with `bundle.not_ours` (sealed to another) or `bundle.forged` (not by this sender, or for another purpose). Damage
    further on is raised when the parts come to it; what was given before is good.
    """
    header = exactly(source, HEADER_BYTES)
    if not header.startswith(MAGIC):
        raise Malformed("bundle.unknown")
    if len(header) < HEADER_BYTES:
        raise Malformed("bundle.damaged")
    if header[len(MAGIC)] != VERSION:
        raise Malformed("bundle.newer")
    public, own = header[len(MAGIC) + 1 :][:_KEY_BYTES], key.public_key().public_bytes_raw()
    if header[-_HINT_BYTES:] != _hint(public, own):
        raise Untrusted("bundle.not_ours")
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:  # One of the few points that give the same secret with every key.
        raise Untrusted("bundle.forged") from None
    pieces = _pieces(opened(_stream_key(shared, header, own), source))
    head = _read_head(next(pieces, None), header, own, purpose, signer)
    return head, iter(_Parts(pieces))


class _Parts:
    """Walks the pieces after the head, part by part."""

    def __init__(self, pieces: Iterator[tuple[bytes, bytes]]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[Part]:
        self._next = next(self._pieces, None)
        while self._next is not None:
            tag, payload = self._next
            plain = _object(payload) if tag == _PART else {}
            if not isinstance(plain.get("name"), str) or not isinstance(plain.get("facts"), dict):
                raise Malformed("bundle.damaged")
            self._next = next(self._pieces, None)
            yield Part(plain["name"], plain["facts"], self._data())
            for _ in self._data():
                pass

    def _data(self) -> Iterator[bytes]:
        while self._next is not None and self._next[0] in (_PLAIN, _PACKED):
            tag, payload = self._next
            yield payload if tag == _PLAIN else _unpacked(payload)
            self._next = next(self._pieces, None)


def _read_head(
    piece: tuple[bytes, bytes] | None, header: bytes, to: bytes, purpose: str, signer: Callable[[str], bytes | None]
) -> Head:
    tag, payload = piece or (b"", b"")
    found = _object(payload) if tag == _HEAD else {}
    plain = {name: found.get(name) for name in ("purpose", "sender", "facts")}
    if not isinstance(plain["sender"], str) or not isinstance(plain["facts"], dict):
        raise Malformed("bundle.damaged")
    key = signer(plain["sender"])
    try:
        if key is None or plain["purpose"] != purpose:
            raise ValueError
        Ed25519PublicKey.from_public_bytes(key).verify(
            bytes.fromhex(str(found.get("signature"))), _signed(header, to, plain)
        )
    except (InvalidSignature, ValueError):
        raise Untrusted("bundle.forged") from None
    return Head(purpose, plain["sender"], plain["facts"], _id(header))


def _pieces(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Cut the stream into its pieces: a tag, a length, and so many bytes."""
    waiting, start = bytearray(), len(_HEAD) + _LENGTH_BYTES
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= start:
            end = start + int.from_bytes(waiting[1:start], "big")
            if end > start + 2 * PIECE_BYTES:
                raise Malformed("bundle.damaged")
            if len(waiting) < end:
                break
            yield bytes(waiting[:1]), bytes(waiting[start:end])
            del waiting[:end]
    if waiting:
        raise Malformed("bundle.damaged")


def _data(plain: bytes, packs: bool) -> bytes:
    packed = zlib.compress(plain) if packs else plain
    return _piece(_PACKED, packed) if len(packed) < len(plain) else _piece(_PLAIN, plain)


def _piece(tag: bytes, payload: bytes) -> bytes:
    return tag + len(payload).to_bytes(_LENGTH_BYTES, "big") + payload


def _unpacked(payload: bytes) -> bytes:
    """Unpack one piece, never more than a piece holds: a bomb is no bundle of ours."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(payload, PIECE_BYTES + 1)  # With room to spare, or it may stop before its own end.
    except zlib.error:
        raise Malformed("bundle.damaged") from None
    if not unpacker.eof or len(plain) > PIECE_BYTES:
        raise Malformed("bundle.damaged")
    return plain


def _object(payload: bytes) -> dict[str, Any]:
    try:
        plain = loads(payload)
    except SyncError:
        plain = None
    return plain if isinstance(plain, dict) else {}


def _stream_key(shared: bytes, header: bytes, to: bytes) -> bytes:
    """Derive the stream's key; header and receiver are bound in, so another header opens nothing."""
    return HKDF(SHA256(), _KEY_BYTES, salt=header + to, info=_PURPOSE_OF_KEY).derive(shared)


def _signed(header: bytes, to: bytes, plain: Mapping[str, Any]) -> bytes:
    return _PURPOSE_OF_KEY + b"\0" + header + to + dumps(plain)


def _hint(public: bytes, to: bytes) -> bytes:
    """Let the receiver know its own bundle without telling anybody else for whom it is: it differs with each bundle."""
    return hashlib.blake2b(public + to, digest_size=_HINT_BYTES, person=b"zsb-bundle").digest()


def _id(header: bytes) -> str:
    return hashlib.sha256(header).hexdigest()[:32]
