"""Evidence: a sealed visit signed by its device and chained to the one before, and the server's signed receipt.

The seal covers the canonical bytes of all that the worker recorded, photos by their hashes. Changing a byte, leaving a
visit out or putting them in another order is visible (电子签名法 art. 5, 8 and 13: any change after signing can be found).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.canonical import dumps
from sync.errors import Untrusted

FIRST = "0" * 64  # What the first seal of a device names as the one before it.
HIGHEST = (1 << 31) - 1  # What a database's integer holds; no device seals so often.
_HASH = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
NOT_SEALED = frozenset(
    {"seal", "review_state", "verdict", "form_verdict", "handling"}
)  # The office adds all but the seal itself.


@dataclass(frozen=True)
class Seal:
    """Who sealed, what (SHA-256 of the content), after which seal, and the signature over these."""

    device_id: str
    number: int
    previous: str
    content_hash: str
    signature: str

    def to_dict(self) -> dict[str, Any]:
        """Give the plain form that is part of the record."""
        return {
            "device_id": self.device_id,
            "number": self.number,
            "previous": self.previous,
            "content_hash": self.content_hash,
            "signature": self.signature,
        }

    @property
    def hash(self) -> str:
        """The name by which the next seal of this device refers to this one."""
        return hashlib.sha256(_signed(self.device_id, self.number, self.previous, self.content_hash)).hexdigest()


def content_hash(fields: Mapping[str, Any]) -> str:
    """Hash what a seal covers: every field that the device wrote, but the seal."""
    covered = {name: value for name, value in fields.items() if name not in NOT_SEALED and value is not None}
    return hashlib.sha256(dumps(covered)).hexdigest()


def seal(fields: Mapping[str, Any], key: Ed25519PrivateKey, *, device_id: str, number: int, previous: str) -> Seal:
    """Seal a record's content with the device's key, as the `number`-th of its chain."""
    hashed = content_hash(fields)
    signature = key.sign(_signed(device_id, number, previous, hashed)).hex()
    return Seal(device_id, number, previous, hashed, signature)


def verify(fields: Mapping[str, Any], public_key: bytes) -> Seal:
    """Check a record's seal against its content and the device's key; say nothing of the chain.

    Raises Untrusted with `seal.missing`, `seal.altered` (content differs) or `seal.forged` (signature does not hold).
    """
    if is_altered(fields):
        raise Untrusted("seal.altered")
    return signed_by(fields, public_key)


def is_altered(fields: Mapping[str, Any]) -> bool:
    """Tell whether a record's content is another than its seal says. Raises Untrusted("seal.missing")."""
    return content_hash(fields) != _read(fields.get("seal")).content_hash


def signed_by(fields: Mapping[str, Any], public_key: bytes) -> Seal:
    """Check the signature of a record's seal alone: its place in the chain holds, even if its content was altered.

    Raises Untrusted with `seal.missing` or `seal.forged`.
    """
    found = _read(fields.get("seal"))
    signed = _signed(found.device_id, found.number, found.previous, found.content_hash)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(found.signature), signed)
    except (InvalidSignature, ValueError):
        raise Untrusted("seal.forged") from None
    return found


def sign_receipt(receipt: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """Sign what the server confirms to hold: visit, revision, its hash, every blob's hash, server time."""
    return key.sign(_receipt(receipt)).hex()


def verify_receipt(receipt: Mapping[str, Any], public_key: bytes) -> None:
    """Check a receipt before an original may be deleted under it. Raises Untrusted("receipt.forged")."""
    signature = receipt.get("signature")
    if not _matches(signature, _SIGNATURE):
        raise Untrusted("receipt.forged")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), _receipt(receipt))
    except (InvalidSignature, ValueError):
        raise Untrusted("receipt.forged") from None


def _read(plain: Any) -> Seal:
    """Read a seal in the one form in which devices write it. Raises Untrusted("seal.missing") for any other."""
    if not isinstance(plain, dict) or set(plain) != set(Seal.__annotations__):
        raise Untrusted("seal.missing")
    found = Seal(**plain)
    is_number = isinstance(found.number, int) and not isinstance(found.number, bool) and 0 < found.number <= HIGHEST
    are_hashes = _matches(found.previous, _HASH) and _matches(found.content_hash, _HASH)
    if not (is_number and are_hashes and isinstance(found.device_id, str) and _matches(found.signature, _SIGNATURE)):
        raise Untrusted("seal.missing")
    return found


def _matches(value: Any, pattern: re.Pattern[str]) -> TypeGuard[str]:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _signed(device_id: str, number: int, previous: str, hashed: str) -> bytes:
    return dumps({"device_id": device_id, "number": number, "previous": previous, "content_hash": hashed})


def _receipt(receipt: Mapping[str, Any]) -> bytes:
    return dumps({name: receipt.get(name) for name in ("visit_id", "revision", "visit_hash", "blobs", "issued_at")})
