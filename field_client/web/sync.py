"""The sync page: what waits and why, one button, the last result, and both ends' counts side by side."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response

from field_client import blobs, conflicts, media, messages, outbox, overlay, standings, status, storage
from field_client.web import strip
from field_client.web.desk import desk, store
from field_client.web.shown import kilobytes

blueprint = Blueprint("sync", __name__, url_prefix="/sync")

SHOWN = 20  # visits of a list; the others stand on the page of all visits

REASONS = {
    "draft": "还没有签封，签封后才会上传。",
    "waiting": "已签封，连上网络就上传。",
    "uploading": "文字已到服务器，照片正在排队。",
    "received": "服务器已收到，还在等存证回执。",
    "receipted": "服务器已收齐并签发回执。",
    "returned": "审核人员退回，需要补正。",
    "amending": "补正还没有签封。",
    "approved": "审核已通过。",
    "trouble": "",
}
"""Why a visit stands where it stands, when the office gave no reason of its own."""

BUCKETS = {"user": "我的任务", "reference": "表单和人员名单"}


@blueprint.get("")
def shown() -> str:
    """Show what waits."""
    counted = standings.counts(store(), desk().device)
    settled = [state for state in counted if state not in standings.OPEN]
    return render_template(
        "sync.html",
        reasons=REASONS,
        open_lines=standings.listed(store(), desk().device, standings.OPEN, limit=SHOWN),
        open_count=sum(counted.get(state, 0) for state in standings.OPEN),
        settled=standings.listed(store(), desk().device, settled, limit=SHOWN) if settled else [],
        settled_count=sum(counted[state] for state in settled),
        status=status.brief(store(), desk().device, desk().clock),
        held=conflicts.counts(store(), desk().device),
        refused=_refused(),
        buckets=_both_ends(),
    )


@blueprint.post("")
def now() -> Response:
    """Begin a sync; pressed again while one runs, one more follows."""
    desk().courier.send()
    return redirect(url_for("sync.shown"), 303)


@blueprint.post("/photos/<sha256>/retry")
def retry(sha256: str) -> Response:
    """Have a photo tried again, now."""
    blobs.retry(store(), [sha256])
    desk().courier.send()
    return redirect(url_for("sync.shown"), 303)


@blueprint.post("/photos/<sha256>/defer")
def defer(sha256: str) -> Response:
    """Keep a photo back until the worker has it tried again."""
    blobs.defer(store(), sha256)
    return redirect(url_for("sync.shown"), 303)


@blueprint.get("/photos/<sha256>/export")
def export(sha256: str) -> Response:
    """Give a photo that did not arrive as a file to keep."""
    row = blobs.find(store(), sha256)
    name = f"{row['kind']}-{row['sha256'][:8]}.jpg"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(media.read(store(), row["sha256"]), mimetype=row["media_type"], headers=headers)


@blueprint.get("/storage")
def room() -> str:
    """Show what fills the device, and offer to clear what the office has signed for."""
    return render_template("storage.html", storage=storage.show(store(), desk().device))


@blueprint.post("/storage/free")
def free() -> Response:
    """Delete the originals for which there is a receipt."""
    count, size = storage.free(store(), desk().device, desk().clock)
    flash(f"已清理 {count} 个，腾出 {kilobytes(size)}。小图仍在本机。", "done")
    return redirect(url_for("sync.room"), 303)


@blueprint.get("/progress")
def progress() -> Response:
    """Say how a running sync stands, for a script."""
    standing = desk().courier.standing
    return jsonify(running=standing.running, text=strip.progress(standing))


def _both_ends() -> list[dict[str, Any]]:
    """Put both ends' counts of the last sync side by side, each bucket by the name that the worker knows."""
    names = {one.fields.get("code"): one.fields.get("name") for one in overlay.all_of(store(), "area")}
    return [
        one
        | {
            "name": names.get(one["id"]) or BUCKETS.get(one["id"].partition(":")[0], one["id"]),
            "same": (one["count"], one["checksum"]) == (one["server_count"], one["server_checksum"]),
        }
        for one in store().get("both_ends", [])
    ]


def _refused() -> list[dict[str, Any]]:
    """List what the office refused, with one sentence each."""
    return [{"at": one["at"], "text": _reason(one["result"])} for one in outbox.answered(store(), "refused")]


def _reason(result: dict[str, Any]) -> str:
    return str((result.get("problem") or {}).get("title") or messages.text("outcome.refused"))
