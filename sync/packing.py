"""Packing bodies with zstd and a dictionary that both ends hold: small messages shrink by what all messages share.

A coding is a token of HTTP's Accept-Encoding and Content-Encoding: `zstd`, `gzip`, `identity`, or `zstd-` with the first 16
digits of a dictionary's SHA-256. The dictionaries lie beside this module, named by their hash; one that was ever shipped
stays, so that older devices are understood. Everything is unpacked within bounds of bytes and of memory.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources

import zstandard

from sync.errors import Malformed, SyncError

DICTIONARIES = ("04a859e192978b32588c14711ffec4f42cd3d1efe25923de86347c5ac28743c9",)  # SHA-256 of each, newest first.
IDENTITY, GZIP, ZSTD = "identity", "gzip", "zstd"
WINDOW_BYTES = 8 << 20  # A frame that asks for more memory than this is refused before any is taken.
PIECE_BYTES = 64 * 1024
FLUSH_BYTES = 1024  # Each flush costs some bytes, so the small frames go together.
LEVEL = 9  # Bodies are small: a better level costs a phone less than a millisecond more.
_PREFIX = "zstd-"


class TooLarge(SyncError):
    """A body that is larger than the reader takes, packed or unpacked."""


class UnknownCoding(SyncError):
    """A coding, or a dictionary, that this end does not have: send it again by another one."""


def coding_of(sha256: str) -> str:
    """Name the coding that uses a dictionary."""
    return _PREFIX + sha256[:16]


OURS = tuple(map(coding_of, DICTIONARIES))
CODINGS = (*OURS, ZSTD, GZIP, IDENTITY)  # What this end reads and writes, best first.


def choose(accepted: str) -> str:
    """Choose the best coding of an Accept-Encoding header: our newest dictionary that it names, zstd, gzip, identity.

    >>> choose("gzip, zstd;q=0.5, zstd-0000000000000000")
    'zstd'
    """
    named = {one.partition(";")[0].strip().lower() for one in accepted.split(",")}
    return next((one for one in CODINGS if one in named), IDENTITY)


def pack(plain: bytes, coding: str) -> bytes:
    """Pack a whole body. Raises UnknownCoding."""
    return b"".join(pack_pieces([plain], coding))


def pack_pieces(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Pack a stream; whatever was given out so far can be unpacked, so that a cut answer gives what came before."""
    if coding == IDENTITY:
        yield from pieces
        return
    compress, flush, finish = _packer(coding)
    held = b""
    for piece in pieces:
        if len(held) >= FLUSH_BYTES:
            yield compress(held) + flush()
            held = b""
        held += piece
    yield compress(held) + finish()


def unpack(packed: bytes, coding: str, *, limit_bytes: int) -> bytes:
    """Unpack a whole body. Raises TooLarge beyond the limit, UnknownCoding, Malformed."""
    return b"".join(unpack_pieces([packed], coding, limit_bytes=limit_bytes))


def unpack_pieces(pieces: Iterable[bytes], coding: str, *, limit_bytes: int) -> Iterator[bytes]:
    """Unpack a stream as it comes, a bounded piece at a time; one that is cut simply ends.

    Raises TooLarge, UnknownCoding or Malformed, after what was good before.
    """
    left = limit_bytes
    for piece in _unpacker(coding)(iter(pieces)):
        left -= len(piece)
        if left < 0:
            raise TooLarge("packing.too_large")
        yield piece


def _packer(coding: str) -> tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]:
    if coding == GZIP:
        stream = zlib.compressobj(6, wbits=31)
        return stream.compress, lambda: stream.flush(zlib.Z_SYNC_FLUSH), stream.flush
    packer = zstandard.ZstdCompressor(level=LEVEL, dict_data=_dictionary(coding)).compressobj()
    return packer.compress, lambda: packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), packer.flush


def _unpacker(coding: str) -> Callable[[Iterator[bytes]], Iterator[bytes]]:
    match coding:
        case "identity" | "":
            return lambda pieces: pieces
        case "gzip":
            return _gunzip
        case _:
            dictionary = _dictionary(coding)
            return lambda pieces: _unzstd(pieces, dictionary)


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                yield unpacker.decompress(rest, PIECE_BYTES)
                rest = unpacker.unconsumed_tail
            if unpacker.unused_data:
                raise Malformed("packing.trailing")
    except zlib.error:
        raise Malformed("packing.gzip") from None


def _unzstd(pieces: Iterator[bytes], dictionary: zstandard.ZstdCompressionDict | None) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=WINDOW_BYTES)
    reader = unpacker.stream_reader(_Source(pieces))  # type: ignore[arg-type]  # reads nothing but `read`
    try:
        while plain := reader.read1(PIECE_BYTES):
            yield plain
    except zstandard.ZstdError:
        raise Malformed("packing.zstd") from None


class _Source:
    """A stream of pieces as what zstandard reads from: it never waits for more than the piece at hand."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int) -> bytes:
        """Give up to `size` bytes; none at the end."""
        while not self._rest:
            try:
                self._rest = next(self._pieces)
            except StopIteration:
                return b""
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def _dictionary(coding: str) -> zstandard.ZstdCompressionDict | None:
    if coding == ZSTD:
        return None
    if coding not in OURS:
        raise UnknownCoding("packing.coding")
    return _loaded(DICTIONARIES[OURS.index(coding)])


@cache
def _loaded(sha256: str) -> zstandard.ZstdCompressionDict:
    data = resources.files("sync").joinpath("dictionaries", f"{sha256}.zdict").read_bytes()
    assert hashlib.sha256(data).hexdigest() == sha256, "a dictionary is what its name says"
    return zstandard.ZstdCompressionDict(data)
