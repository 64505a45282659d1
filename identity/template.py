"""What may be kept of a face, with its owner's separate consent: the mean of up to three vectors, sealed.

Off unless a region allows it (`face.retention_hours`) and the person agrees. Sealed under a key of its own by AES-256-GCM,
bound to whose it is and what for; to forget a face is to destroy its key. Keeping and destroying are left to the caller.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from identity.engine import Vector

MOST_VECTORS = 3
KEY_BYTES, NONCE_BYTES = 32, 12


class TemplateBroken(Exception):
    """A sealed template does not open: another key, another owner, or altered bytes."""


@dataclass(frozen=True, eq=False)
class Template:
    """The mean of some vectors of one person, of one engine; never in a record, a log or an error."""

    vectors: tuple[Vector, ...] = field(repr=False)  # oldest first
    model_version: str

    @property
    def vector(self) -> Vector:
        """The mean: of several photographs, fewer right persons are missed at the same rate of false matches."""
        mean: Vector = np.mean(np.stack(self.vectors), axis=0)
        return mean

    def with_vector(self, vector: Vector) -> "Template":
        """Add a photograph that a person confirmed; the newest three count."""
        return Template((*self.vectors, vector)[-MOST_VECTORS:], self.model_version)


def new_key() -> bytes:
    """Make the key of one template; whoever destroys it has destroyed the template."""
    return os.urandom(KEY_BYTES)


def seal(template: Template, key: bytes, bound_to: str) -> bytes:
    """Encrypt a template for one owner and purpose. Half-precision numbers move a distance by 0.0002 at most."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, _packed(template.vectors), _bound(template.model_version, bound_to))


def unseal(sealed: bytes, key: bytes, bound_to: str, *, model_version: str) -> Template:
    """Open what `seal` gave for the same owner, purpose and engine. Raises TemplateBroken."""
    try:
        opened = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(model_version, bound_to))
    except (InvalidTag, ValueError) as error:
        raise TemplateBroken from error
    numbers = np.frombuffer(opened, dtype="<f2").astype(np.float64).reshape(-1, 128)
    return Template(tuple(numbers), model_version)


def _packed(vectors: Sequence[Vector]) -> bytes:
    return np.stack(vectors).astype("<f2").tobytes()


def _bound(model_version: str, bound_to: str) -> bytes:
    return f"zsb-face-template-1|{model_version}|{bound_to}".encode()
