"""The device's keys: how a PIN and the device's secret open the store, and the key pairs that lie inside it.

The store key is random and never changes with the PIN. It is wrapped by AES-256-GCM under a key drawn from Argon2id
(RFC 9106) over the PIN and from the device's secret file, so that a copied store alone, or a guessed PIN alone, opens
nothing. Without a PIN the secret file alone protects it. The clear store key is never written to a disk.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field_client.errors import FieldError
from field_client.files import write_whole

KEY_BYTES = 32
PIN_AT_LEAST = 4
ROUNDS, MEMORY_KIB = 3, 64 * 1024  # RFC 9106's second recommendation, for devices with little memory; about 0.1 s
_BOUND = b"zsb-field-store-key-1"  # What the wrapping is for, so that it fits nothing else.


@dataclass(frozen=True)
class DeviceKeys:
    """What this device signs with, and what bundles to it are sealed to."""

    signing: Ed25519PrivateKey
    sealing: X25519PrivateKey

    def public(self) -> tuple[str, str]:
        """Give both public keys as hexadecimal text: signing, sealing."""
        signing = self.signing.public_key().public_bytes_raw().hex()
        return signing, self.sealing.public_key().public_bytes_raw().hex()

    def private(self) -> dict[str, str]:
        """Give the private keys as they lie inside the encrypted store."""
        return {"signing": self.signing.private_bytes_raw().hex(), "sealing": self.sealing.private_bytes_raw().hex()}


def new_keys() -> DeviceKeys:
    """Make a device's key pairs."""
    return DeviceKeys(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())


def read_keys(private: Mapping[str, str]) -> DeviceKeys:
    """Read what `private` gave."""
    return DeviceKeys(
        Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private["signing"])),
        X25519PrivateKey.from_private_bytes(bytes.fromhex(private["sealing"])),
    )


def make_secret(path: Path) -> bytes:
    """Make the device's secret and keep it in a file that only this user may read."""
    secret = os.urandom(KEY_BYTES)
    write_whole(path, secret)
    return secret


def read_secret(path: Path) -> bytes:
    """Read the device's secret. Raises FieldError("device.files_damaged") when it is gone or not whole."""
    try:
        secret = path.read_bytes()
    except OSError as error:
        raise FieldError("device.files_damaged") from error
    if len(secret) != KEY_BYTES:
        raise FieldError("device.files_damaged")
    return secret


def wrap(store_key: bytes, secret: bytes, pin: str | None) -> dict[str, Any]:
    """Wrap the store key. Raises FieldError("pin.too_short")."""
    if pin is not None and len(pin) < PIN_AT_LEAST:
        raise FieldError("pin.too_short")
    salt, nonce = os.urandom(16), os.urandom(12)
    protection = {"pin": pin is not None, "salt": salt.hex(), "rounds": ROUNDS, "memory_kib": MEMORY_KIB}
    wrapped = AESGCM(_wrapping_key(protection, secret, pin)).encrypt(nonce, store_key, _BOUND)
    return protection | {"wrapped": (nonce + wrapped).hex()}


def unwrap(protection: Mapping[str, Any], secret: bytes, pin: str | None) -> bytes:
    """Give the store key back. Raises FieldError("pin.wrong"), or "device.files_damaged" where no PIN is in play."""
    wrapped = bytes.fromhex(protection["wrapped"])
    try:
        return AESGCM(_wrapping_key(protection, secret, pin)).decrypt(wrapped[:12], wrapped[12:], _BOUND)
    except InvalidTag:
        raise FieldError("pin.wrong" if protection["pin"] else "device.files_damaged") from None


def _wrapping_key(protection: Mapping[str, Any], secret: bytes, pin: str | None) -> bytes:
    salt = bytes.fromhex(protection["salt"])
    stretched = b""
    if protection["pin"]:
        stretched = hash_secret_raw(
            (pin or "").encode(),
            salt,
            time_cost=protection["rounds"],
            memory_cost=protection["memory_kib"],
            parallelism=1,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    return HKDF(SHA256(), KEY_BYTES, salt, _BOUND).derive(secret + stretched)
