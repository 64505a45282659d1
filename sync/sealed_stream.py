"""A stream of bytes sealed in chunks, so that a large one is written and read with the memory of a few chunks.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over ChaCha20-Poly1305, which is quick on phones
without AES instructions: each chunk's nonce counts it and marks the last, so a chunk that is altered, left out, doubled
or moved is noticed, and so is an end that came too early. A key seals one stream only; where it comes from is `bundle`'s.
"""

import itertools
from collections.abc import Callable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.errors import Malformed

CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
Read = Callable[[int], bytes]
Write = Callable[[bytes], object]


class Sealer:
    """Seals what it is given, chunk by chunk; without `finish` the stream counts as cut."""

    def __init__(self, key: bytes, write: Write) -> None:
        self._cipher, self._write = ChaCha20Poly1305(key), write
        self._waiting = bytearray()
        self._number = 0

    def add(self, plain: bytes) -> None:
        """Take bytes; whole chunks go out at once, but never the one that may be the last."""
        self._waiting += plain
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        self._write(self._cipher.encrypt(_nonce(self._number, is_last), plain, None))
        self._number += 1


def opened(key: bytes, read: Read) -> Iterator[bytes]:
    """Give the chunks in order; each is known to be whole and in its place before it is given.

    Raises Malformed("bundle.damaged") at the first that is not, or where the stream ends without its last chunk.
    """
    cipher = ChaCha20Poly1305(key)
    ahead = exactly(read, CHUNK_BYTES + TAG_BYTES)
    for number in itertools.count():
        sealed, ahead = ahead, exactly(read, CHUNK_BYTES + TAG_BYTES)
        plain = _opened(cipher, _nonce(number, is_last=not ahead), sealed)
        if plain is not None:
            yield plain
            if not ahead:
                return
            continue
        whole_before_cut = None if ahead else _opened(cipher, _nonce(number, is_last=False), sealed)
        if whole_before_cut is not None:
            yield whole_before_cut
        raise Malformed("bundle.damaged")


def exactly(read: Read, size: int) -> bytes:
    """Read so many bytes, or as many as there are: a pipe or a socket may give them in smaller pieces."""
    pieces = bytearray()
    while len(pieces) < size and (piece := read(size - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _opened(cipher: ChaCha20Poly1305, nonce: bytes, sealed: bytes) -> bytes | None:
    try:
        return cipher.decrypt(nonce, sealed, None)
    except InvalidTag:
        return None


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
