"""How a lost device takes its leave: the office's signed order, what the device hands over, and its word that it wiped.

What was unsent travels in pieces, each a bundle of its own (`sync.bundle`) sealed to the office. A piece is named by the
hash of what is in it, so that it is sent once however often the device begins again.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.canonical import dumps
from sync.errors import NotCanonical, Untrusted

SALVAGE = "salvage"  # The purpose of its bundles.
CHALLENGE_PREFIX = b"zsb-device-farewell\0"  # What the device signs is good for nothing else.
PIECE_BYTES = 2 << 20  # At most so much content in one piece.
WORK, DRAFTS, PHOTO, NOTES = "work", "drafts", "photo", "notes"
KINDS = frozenset({WORK, DRAFTS, PHOTO, NOTES})


@dataclass(frozen=True)
class Order:
    """The office's order that a device hands over what is unsent, to this sealing key, and wipes the rest."""

    device_id: str
    asked_at: str
    sealing_key: str
    signature: str

    def to_dict(self) -> dict[str, str]:
        """Give the plain form that travels."""
        return {"asked_at": self.asked_at, "sealing_key": self.sealing_key, "signature": self.signature}


def order(device_id: str, asked_at: str, sealing_key: str, key: Ed25519PrivateKey) -> Order:
    """Sign an order."""
    return Order(device_id, asked_at, sealing_key, key.sign(_ordered(device_id, asked_at, sealing_key)).hex())


def read_order(plain: Mapping[str, Any], device_id: str, public_key: bytes) -> Order:
    """Read an order to this device. Raises Untrusted("farewell.forged") unless the office signed it."""
    found = Order(device_id, *(str(plain.get(name, "")) for name in ("asked_at", "sealing_key", "signature")))
    _check(public_key, found.signature, lambda: _ordered(device_id, found.asked_at, found.sealing_key))
    return found


def piece_name(facts: Mapping[str, Any], content: bytes) -> str:
    """Name a piece by what is in it."""
    return hashlib.sha256(dumps(dict(facts)) + b"\0" + content).hexdigest()


def confirm(device_id: str, names: Collection[str], farewell_key: str, key: Ed25519PrivateKey) -> str:
    """Sign, as the office, that it holds every one of these pieces, and this key for the device's last word."""
    return key.sign(_held(device_id, names, farewell_key)).hex()


def check_confirmed(
    device_id: str, names: Collection[str], farewell_key: str, signature: str, public_key: bytes
) -> None:
    """Check the office's word, without which nothing is wiped. Raises Untrusted("farewell.forged")."""
    _check(public_key, signature, lambda: _held(device_id, names, farewell_key))


def sign_wiped(device_id: str, asked_at: str, key: Ed25519PrivateKey) -> str:
    """Sign that the wipe that was asked for then is done; the key was vouched for before the device's own was destroyed."""
    return key.sign(_wiped(device_id, asked_at)).hex()


def verify_wiped(device_id: str, asked_at: str, signature: str, public_key: bytes) -> None:
    """Check the device's word. Raises Untrusted("farewell.forged")."""
    _check(public_key, signature, lambda: _wiped(device_id, asked_at))


def _check(public_key: bytes, signature: str, signed: Callable[[], bytes]) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), signed())
    except (InvalidSignature, ValueError, NotCanonical):
        raise Untrusted("farewell.forged") from None


def _ordered(device_id: str, asked_at: str, sealing_key: str) -> bytes:
    return dumps({"purpose": "wipe", "device_id": device_id, "asked_at": asked_at, "sealing_key": sealing_key})


def _held(device_id: str, names: Collection[str], farewell_key: str) -> bytes:
    return dumps({
        "purpose": "held",
        "device_id": device_id,
        "names": sorted(names),
        "farewell_key": farewell_key,
    })  # fmt: skip


def _wiped(device_id: str, asked_at: str) -> bytes:
    return dumps({"purpose": "wiped", "device_id": device_id, "asked_at": asked_at})
