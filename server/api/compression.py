"""Bodies packed by zstd or gzip, both ways, with bounds: a packed bomb is refused before it is unpacked whole."""

import zlib
from collections.abc import Callable, Iterable, Iterator

import zstandard
from flask import Request

from server.domain.errors import BodyTooLarge, EncodingUnsupported, MessageMalformed


def body(request: Request, *, limit_bytes: int) -> bytes:
    """Read and unpack a request's body. Raises BodyTooLarge, EncodingUnsupported or MessageMalformed."""
    if (request.content_length or 0) > limit_bytes:
        raise BodyTooLarge
    packed = request.stream.read(limit_bytes + 1)
    if len(packed) > limit_bytes:
        raise BodyTooLarge
    match request.headers.get("Content-Encoding", "identity").lower():
        case "identity":
            return packed
        case "gzip":
            unpacker = zlib.decompressobj(wbits=31)
            return _bounded(lambda: unpacker.decompress(packed, limit_bytes + 1), limit_bytes)
        case "zstd":
            reader = zstandard.ZstdDecompressor().stream_reader(packed)
            return _bounded(lambda: reader.read(limit_bytes + 1), limit_bytes)
        case _:
            raise EncodingUnsupported


def packed(pieces: Iterable[bytes], accepted: str) -> tuple[Iterator[bytes], str]:
    """Pack an answer as the client accepts, flushing after each piece, so that a cut answer still gives whole pieces."""
    if "zstd" in accepted:
        return _zstd(pieces), "zstd"
    if "gzip" in accepted:
        return _gzip(pieces), "gzip"
    return iter(pieces), "identity"


def _zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    yield packer.flush()


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, wbits=31)
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _bounded(read: Callable[[], bytes], limit_bytes: int) -> bytes:
    try:
        plain = read()
    except (zlib.error, zstandard.ZstdError):
        raise MessageMalformed from None
    if len(plain) > limit_bytes:
        raise BodyTooLarge
    return plain
