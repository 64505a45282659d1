"""Fingerprints of texts, and names for things: the same wherever they are computed."""

from __future__ import annotations

import base64
import hashlib
import uuid

from forms.functions.function import Function, Functions, Surroundings
from forms.values import Value, as_text

ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
_NAMESPACE = uuid.UUID("6f1d0b1e-57a5-5c0e-9d5e-2f5f0f7c1a10")


def _digest(text: Value, algorithm: Value, encoding: Value = "base64") -> Value:
    """Return the digest of the text in UTF-8. MD5 and SHA-1 name things; nothing here relies on them as secrets."""
    name = as_text(algorithm).upper()
    if name not in ALGORITHMS:
        return ""
    found = hashlib.new(name.replace("-", ""), as_text(text).encode(), usedforsecurity=False)
    if as_text(encoding).lower() == "hex":
        return found.hexdigest()
    return base64.b64encode(found.digest()).decode() if as_text(encoding).lower() == "base64" else ""


def _uuid(surroundings: Surroundings) -> Value:
    """Return a name that no other visit has.

    It is drawn from no dice: device and office must agree, and a change of an answer must not change it. It follows
    from the id of the visit, which the device drew, and from the path; without such an id it is what was stored.
    """
    if not surroundings.identity:
        return surroundings.stored
    return str(uuid.uuid5(_NAMESPACE, surroundings.identity))


DIGESTS: Functions = {
    "digest": Function(2, 3, _digest),
    "uuid": Function(0, 0, _uuid, needs_surroundings=True),
}
