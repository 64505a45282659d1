"""Who stands behind a face policy: Ed25519 signatures over every byte of its file.

A policy that ships with the program is signed by a key listed in `data/face-policy-signers.toml`; one that was calibrated
locally by the office's own key, which its devices know from enrolment. A threshold that nobody signed is never used.
"""

import os
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_SUFFIX = ".sig"
_DOMAIN = b"zsb-face-policy-1\n"  # so that a signature over anything else is none over a policy
_SIGNERS = "face-policy-signers.toml"


class PolicyBroken(Exception):
    """A policy file misses a value, has one too many, contradicts itself, or nobody signed it; the message names it."""


def sign(policy: bytes, key: Ed25519PrivateKey) -> str:
    """Sign the bytes of a policy file; the signature as hexadecimal text."""
    return key.sign(_DOMAIN + policy).hex()


def verify(policy: bytes, signature: str, trusted: Iterable[str]) -> None:
    """Check that one of the trusted public keys (hexadecimal) signed these bytes. Raises PolicyBroken."""
    if not any(_signed_by(public, policy, signature) for public in trusted):
        raise PolicyBroken("no trusted key signed this face policy")


@cache
def release_signers() -> tuple[str, ...]:
    """Return the public keys that sign the policies of releases."""
    text = resources.files("identity.data").joinpath(_SIGNERS).read_text(encoding="utf-8")
    return tuple(str(signer["public_key"]) for signer in tomllib.loads(text)["signers"])


def write_new_key(path: Path) -> str:
    """Make a signing key in a new file that only its owner reads; gives the public half. Raises FileExistsError."""
    key = Ed25519PrivateKey.generate()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.private_bytes_raw().hex() + "\n")
    return key.public_key().public_bytes_raw().hex()


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read what `write_new_key` wrote. Raises ValueError for anything else, OSError."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))


def _signed_by(public: str, policy: bytes, signature: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), _DOMAIN + policy)
    except (InvalidSignature, ValueError):
        return False
    return True
