"""Photos of a visit: taken with the camera or brought from the album, and shown as they will travel."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field_client import blobs, media, messages, overlay, visits
from field_client.web import work
from field_client.web.desk import desk, store

blueprint = Blueprint("photos", __name__)


@blueprint.get("/visits/<visit_id>/photos")
def listed(visit_id: str) -> str:
    """Show the photos, and the buttons that add one."""
    loaded = work.load(visit_id)
    sealed = overlay.one(store(), "visit", loaded.id) if loaded.draft.is_amendment else None
    return render_template("visits/photos.html", work=loaded, sealed=sealed.fields["evidence"] if sealed else [])


@blueprint.post("/visits/<visit_id>/photos")
def add(visit_id: str) -> AnyResponse:
    """Add one or several photos; each that is whole is kept, whatever becomes of the others."""
    kind, caption = request.form.get("kind", ""), request.form.get("caption", "").strip()
    for field in ("camera", "album"):
        for file in request.files.getlist(field):
            source = file.read()
            if not source and not file.filename:
                continue  # A field that was left empty.
            imported = field == "album"
            _, blurred = visits.photo(
                store(), desk().clock, visit_id, source, kind=kind, imported=imported, caption=caption
            )
            flash(messages.BLUR_HINT if blurred else "照片已保存。", "warning" if blurred else "done")
    return redirect(url_for("photos.listed", visit_id=visit_id), 303)


@blueprint.get("/media/<sha256>")
def whole(sha256: str) -> Response:
    """Give a photo, signature or file of this device; a small picture where the original was freed under a receipt.

    What is no picture is handed over as a file and never shown: it may be anything.
    """
    if not blobs.is_known(store(), sha256):
        abort(404)
    blob = blobs.one(store(), sha256)
    if blob["freed_at"]:
        return preview(sha256)
    given = Response(media.read(store(), sha256), mimetype=blob["media_type"])
    if not blob["media_type"].startswith("image/"):
        given.headers["Content-Disposition"] = "attachment"
    return given


@blueprint.get("/media/<sha256>/preview")
def preview(sha256: str) -> Response:
    """Give its small picture."""
    small = store().value("SELECT data FROM previews WHERE sha256 = ?", sha256)
    if small is None:
        abort(404)
    return Response(bytes(small), mimetype="image/jpeg")
