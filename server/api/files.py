"""/files/: tus 1.0 (core, creation, checksum, termination, expiration), so that any tus client can upload."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from email.utils import format_datetime

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import ClientDisconnected

from server.api.context import current_actor, now
from server.domain.errors import BodyTooLarge, UploadMetadataInvalid, UploadOffsetWrong
from server.services import staging, uploads
from server.settling import settled
from server.sweeping import sweep_now_and_then
from server.transaction import parts, reading, transact

blueprint = Blueprint("files", __name__, url_prefix="/files")
VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,termination,expiration"
ALGORITHMS = {"sha256": 32, "sha1": 20}
READ_BYTES = 16 * 1024  # A connection that hangs keeps so much to itself at most; the rest is in the file.


@blueprint.after_request
def speak_tus(response: Response) -> Response:
    """Name the protocol's version in every answer."""
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.before_request
def check_version() -> Response | None:
    """Refuse other versions of the protocol, as it asks."""
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        return Response(status=412, headers={"Tus-Version": VERSION})
    return None


@blueprint.route("/", methods=["OPTIONS"])
def abilities() -> Response:
    """Say what this server can do."""
    return Response(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(parts().settings.upload_limit_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


@blueprint.post("/")
def create() -> Response:
    """Begin an upload, or find the one begun before: the answer tells how far it is."""
    actor = current_actor()
    length = request.headers.get("Upload-Length", "")
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    sweep_now_and_then()
    if not _is_number(length):
        raise UploadMetadataInvalid("需要文件大小")
    standing = transact(
        lambda ledger: uploads.create(
            ledger.session,
            parts().uploads,
            actor,
            sha256=metadata.get("sha256", ""),
            size=int(length),
            kind=metadata.get("kind", ""),
            limit_bytes=parts().settings.upload_limit_bytes,
            keep_hours=parts().settings.upload_keep_hours,
            now=now(),
        )
    )
    standing = settled(actor, _alone(standing))
    response = _told(standing, 201)
    response.headers["Location"] = url_for("files.piece", upload_id=standing.upload.id, _external=True)
    return response


@blueprint.route("/<upload_id>", methods=["HEAD"])
def position(upload_id: str) -> Response:
    """Tell from where an upload goes on."""
    actor = current_actor()
    standing = settled(actor, _alone(uploads.find(reading(), parts().uploads, actor, upload_id)))
    response = _told(standing, 200)
    response.headers["Upload-Length"] = str(standing.upload.size)
    return response


@blueprint.patch("/<upload_id>")
def piece(upload_id: str) -> Response:
    """Take the bytes that follow; a whole upload is verified, stored, and receipted."""
    actor = current_actor()
    if request.mimetype != "application/offset+octet-stream":
        return Response(status=415)
    offset = request.headers.get("Upload-Offset", "")
    if not _is_number(offset):
        raise UploadMetadataInvalid("需要 Upload-Offset")
    session = reading()
    standing = uploads.find(session, parts().uploads, actor, upload_id)
    session.expunge(standing.upload)
    session.rollback()  # The bytes may take minutes; no transaction, and no connection, is kept for them.
    if standing.is_complete and int(offset) == standing.offset:
        return _told(standing, 204)
    if standing.is_stored:  # A piece that was long on its way begins nothing anew.
        raise UploadOffsetWrong
    if request.content_length and int(offset) + request.content_length > standing.upload.size:
        raise BodyTooLarge
    end = uploads.append(
        parts().uploads,
        standing.upload,
        int(offset),
        _arriving(),
        now=now(),
        announced=request.content_length,
        checksum=_checksum(request.headers.get("Upload-Checksum")),
    )
    return _told(settled(actor, uploads.Standing(standing.upload, end)), 204)


@blueprint.delete("/<upload_id>")
def terminate(upload_id: str) -> Response:
    """Give an upload up."""
    actor = current_actor()
    upload = uploads.find(reading(), parts().uploads, actor, upload_id).upload
    transact(lambda ledger: uploads.discard(ledger.session, parts().uploads, ledger.session.merge(upload)))
    return Response(status=204)


def _alone(standing: uploads.Standing) -> uploads.Standing:
    """Let a connection that still writes give way to the one that asks; then the offset that is told stands."""
    if standing.is_complete:
        return standing
    return replace(standing, offset=staging.give_way(staging.staged(parts().uploads, standing.upload.id)))


def _arriving() -> Iterator[bytes]:
    """Give the body's bytes as they come; a cut line ends them, and what came before it is kept."""
    try:
        while data := request.stream.read(READ_BYTES):
            yield data
    except (ClientDisconnected, OSError):
        return


def _is_number(header: str) -> bool:
    return header.isascii() and header.isdigit() and len(header) <= 18


def _told(standing: uploads.Standing, status: int) -> Response:
    headers = {"Upload-Offset": str(standing.offset)}
    if not standing.is_complete:
        headers["Upload-Expires"] = format_datetime(standing.upload.expires_at, usegmt=True)
    return Response(status=status, headers=headers)


def _metadata(header: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in filter(None, header.split(",")):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            raise UploadMetadataInvalid from None
    return found


def _checksum(header: str | None) -> tuple[str, bytes] | None:
    if not header:
        return None
    name, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        raise UploadMetadataInvalid from None
    if ALGORITHMS.get(name) != len(digest):
        raise UploadMetadataInvalid("不支持的校验算法")
    return name, digest
