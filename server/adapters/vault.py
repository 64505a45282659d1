"""Key material: everything that the server seals, signs or looks up by keyed hash, derived from one secret.

One secret to keep and to back up; HKDF (RFC 5869) gives each purpose a key of its own. Sealing is AES-256-GCM with the
record's identity as associated data, so that a sealed value cannot be moved to another record.
"""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NONCE_BYTES = 12


class Vault:
    """The keys of one deployment."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._aead = AESGCM(self._derive("seal"))
        self._lookup = self._derive("lookup")
        self.token_key = self._derive("tokens")
        self.page_key = self._derive("pages")
        self.receipt_key = Ed25519PrivateKey.from_private_bytes(self._derive("receipts"))
        self.sealing_key = X25519PrivateKey.from_private_bytes(self._derive("bundles"))

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """Encrypt bytes, bound to a name without which they cannot be opened."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt what `seal` gave for the same name. Raises cryptography's InvalidTag when anything differs."""
        return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())

    def lookup_hash(self, text: str) -> str:
        """Give the keyed hash by which an id number is found without being stored in the clear."""
        return hmac.new(self._lookup, text.encode(), hashlib.sha256).hexdigest()[:32]

    @property
    def receipt_public_key(self) -> str:
        """The public half of the key that signs receipts, in hex; devices keep it from enrolment on."""
        return self.receipt_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def sealing_public_key(self) -> str:
        """The public half of the key that bundles to the office are sealed to, in hex."""
        return self.sealing_key.public_key().public_bytes_raw().hex()

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"zhangshangban/" + purpose.encode()).derive(self._secret)
