"""Photos of a visit: taken with the camera or brought from the album, and shown as they will travel."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field_client import blobs, media, messages, overlay, retaking, visits
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


@blueprint.post("/visits/<visit_id>/photos/<photo_id>/retake")
def retake(visit_id: str, photo_id: str) -> AnyResponse:
    """Put a new photo in the place of one; the old one goes only when the new one is whole."""
    old = retaking.find(work.load(visit_id).draft, photo_id)
    file = request.files.get("camera")
    if file is None or not file.filename:
        flash("还没有拍照。", "error")
        return redirect(url_for("photos.listed", visit_id=visit_id), 303)
    given = {"kind": old["kind"], "caption": str(old.get("caption") or "")}
    new, blurred = visits.photo(store(), desk().clock, visit_id, file.read(), **given)
    if new["id"] != photo_id:  # The very same picture again changes nothing.
        retaking.remove(store(), desk().clock, visit_id, photo_id)
    flash(messages.BLUR_HINT if blurred else "已换成新拍的。", "warning" if blurred else "done")
    return redirect(url_for("photos.listed", visit_id=visit_id), 303)


@blueprint.post("/visits/<visit_id>/photos/<photo_id>/removal")
def remove(visit_id: str, photo_id: str) -> AnyResponse:
    """Take a photo out of the draft."""
    retaking.remove(store(), desk().clock, visit_id, photo_id)
    flash("已删除这张照片。", "done")
    return redirect(url_for("photos.listed", visit_id=visit_id), 303)


@blueprint.get("/visits/<visit_id>/photos/<photo_id>/marks")
def draw(visit_id: str, photo_id: str) -> str:
    """Show a photo to draw arrows and circles on."""
    loaded = work.load(visit_id)
    return render_template("visits/marks.html", work=loaded, photo=retaking.find(loaded.draft, photo_id))


@blueprint.post("/visits/<visit_id>/photos/<photo_id>/marks")
def mark(visit_id: str, photo_id: str) -> AnyResponse:
    """Keep the marked copy beside the original."""
    old = retaking.find(work.load(visit_id).draft, photo_id)
    file, caption = request.files.get("image"), request.form.get("caption", "").strip()
    drawn = file.read() if file else b""
    visits.photo(store(), desk().clock, visit_id, drawn, kind=old["kind"], caption=caption or "标注", marks=old["blob"])
    flash("标注已保存，原照片还在。", "done")
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
