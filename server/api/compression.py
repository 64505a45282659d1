"""Bodies packed both ways, as the two ends agree by HTTP's own headers; the packing itself is `sync.packing`."""

from collections.abc import Iterable, Iterator

from flask import Request

from server.domain.errors import BodyTooLarge, EncodingUnsupported, MessageMalformed
from sync import packing
from sync.errors import Malformed


def body(request: Request, *, limit_bytes: int) -> bytes:
    """Read and unpack a request's body, all of it. Raises BodyTooLarge, EncodingUnsupported or MessageMalformed."""
    if (request.content_length or 0) > limit_bytes:
        raise BodyTooLarge
    packed = request.stream.read(limit_bytes + 1)
    if len(packed) > limit_bytes:
        raise BodyTooLarge
    if len(packed) < (request.content_length or 0):  # The line was cut: not everything that came shows that it is half.
        raise MessageMalformed
    coding = request.headers.get("Content-Encoding", packing.IDENTITY).strip().lower()
    try:
        return packing.unpack(packed, coding, limit_bytes=limit_bytes)
    except packing.TooLarge:
        raise BodyTooLarge from None
    except packing.UnknownCoding:
        raise EncodingUnsupported(f"可用: {', '.join(packing.CODINGS)}") from None
    except Malformed:
        raise MessageMalformed from None


def packed(pieces: Iterable[bytes], accepted: str) -> tuple[Iterator[bytes], str]:
    """Pack an answer as well as the client reads it, so that a cut answer still gives what came before; names the coding."""
    coding = packing.choose(accepted)
    return packing.pack_pieces(pieces, coding), coding
