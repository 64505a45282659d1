"""POST /sync/v1/exchange: unpack, apply, answer as a stream of frames."""

from collections.abc import Iterable, Iterator

from flask import Response, request, stream_with_context
from flask_smorest import Blueprint

from server.api import compression
from server.api.context import current_actor, now
from server.domain.errors import DeviceRequired, MessageMalformed
from server.load import Turn, open_lanes
from server.services import answering, sync
from server.transaction import parts, questions, reading, snapshot, transact
from sync.errors import SyncError
from sync.frames import encode
from sync.protocol import Request

blueprint = Blueprint("sync", __name__, url_prefix="/sync/v1", description="外勤设备同步")


@blueprint.post("/exchange")
@blueprint.doc(
    requestBody={"content": {"application/json": {"schema": {"type": "object"}}}},
    responses={"200": {"description": "frames, one JSON line each", "content": {"application/x-ndjson": {}}}},
)
def exchange() -> Response:
    """Take a device's changes and give it what changed for it, in one round trip (docs/sync-protocol.md)."""
    turn = parts().load.enter()
    try:
        response = _answered(open_lanes(turn.at_once, parts().settings), turn)
    except BaseException:
        turn.end()
        raise
    response.call_on_close(turn.end)
    return response


def _answered(lanes: tuple[str, ...], turn: Turn) -> Response:
    actor = current_actor()
    if actor.device_id is None:
        raise DeviceRequired
    body = compression.body(request, limit_bytes=parts().settings.request_limit_bytes)
    try:
        asked = Request.decode(body)
    except SyncError as error:
        raise MessageMalformed(error.code) from None
    settings, vault = parts().settings, parts().vault
    days = settings.durable_days
    with questions() as session:
        stands = answering.standing(session, actor, asked, now=now(), durable_days=days)
        frames = None
        if stands and lanes == answering.LANES:
            frames = answering.nothing_new(session, vault, actor, asked, stands, now=now(), settings=settings)
    if frames:
        turn.end()
        return _packed(map(encode, frames))
    acks = (
        stands.acks
        if stands
        else transact(lambda ledger: sync.apply(ledger, actor, asked, now=now(), durable_days=days))
    )
    reading().rollback()  # The answer is read in a state of its own; a slow line must not hold two connections.

    def lines() -> Iterator[bytes]:
        with snapshot() as session:
            for frame in answering.answer(
                session, vault, actor, asked, acks, now=now(), settings=settings, lanes=lanes
            ):
                yield encode(frame)
        turn.end()  # The last frame is made; a client that reads slowly costs no work.

    return _packed(lines())


def _packed(lines: Iterable[bytes]) -> Response:
    pieces, encoding = compression.packed(lines, request.headers.get("Accept-Encoding", ""))
    response = Response(stream_with_context(pieces), mimetype="application/x-ndjson")
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Encoding"
    return response
