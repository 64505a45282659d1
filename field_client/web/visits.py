"""A visit's own page: the steps to its seal while it is in work, and afterwards what became of it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import amendments, drafts, receipts, sealing, standings, upgrading, visit_view
from field_client.errors import FieldError
from field_client.web import home, work
from field_client.web.desk import desk, store
from field_client.web.paging import PER_PAGE, paging
from field_client.web.work import Work
from sync.visit_shape import IDENTITY_FINISHED

blueprint = Blueprint("visits", __name__, url_prefix="/visits")


@dataclass(frozen=True)
class Step:
    """One step of a visit. `state` is done, open, error or optional; `detail` says it in words."""

    title: str
    url: str
    icon: str
    state: str
    detail: str
    comments: int = 0


@blueprint.get("")
def listed() -> str:
    """List the visits of this device, by where they stand."""
    view = request.args.get("view", "all")
    if view not in home.VIEWS:
        abort(404)
    counts = home.counts()
    paged = paging(counts[view])
    lines = standings.listed(store(), desk().device, home.VIEWS[view], limit=PER_PAGE, offset=paged.offset)
    return render_template("visits/list.html", view=view, lines=lines, counts=counts, paging=paged)


@blueprint.get("/<visit_id>")
def one(visit_id: str) -> str:
    """Show the steps of a draft or of an amendment, or a sealed visit with its fate."""
    if drafts.find(store(), visit_id):
        loaded = work.load(visit_id)
        newer = upgrading.newer_version(store(), loaded.draft)
        return render_template(
            "visits/steps.html", work=loaded, sections=_sections(loaded), steps=_steps(loaded), newer=newer
        )
    shown = visit_view.show(store(), desk().device, visit_id)
    own = shown["document"].get("seal", {}).get("device_id") == desk().device.device_id
    return render_template(
        "visits/sealed.html", visit=shown, own=own, receipt=_receipt(visit_id), sections=work.recorded(shown["id"])
    )


@blueprint.get("/<visit_id>/version")
def version(visit_id: str) -> str:
    """Show what moving a draft to the newest version of its form would do."""
    upgrade = upgrading.preview(store(), desk().clock, visit_id)
    return render_template("visits/version.html", work=work.load(visit_id), upgrade=upgrade)


@blueprint.post("/<visit_id>/version")
def move(visit_id: str) -> Response:
    """Move a draft to the version that was shown."""
    upgrading.move(store(), desk().clock, visit_id, seen_version=request.form.get("version", ""))
    flash("已换到新版本，请看看新增和没有带过来的题目。", "done")
    return redirect(url_for("visits.one", visit_id=visit_id), 303)


@blueprint.post("/<visit_id>/amendment")
def amend(visit_id: str) -> Response:
    """Open an amendment, or go on with the open one."""
    amendments.open_draft(store(), desk().clock, desk().device, visit_id)
    return redirect(url_for("visits.one", visit_id=visit_id), 303)


def _receipt(visit_id: str) -> dict[str, Any]:
    """Give the verified receipt, or the sentence why there is none."""
    try:
        return receipts.show(store(), desk().device, visit_id)
    except FieldError as refusal:
        return {"message": refusal.message, "forged": refusal.code == "receipt.forged"}


def _sections(loaded: Work) -> list[Step]:
    return [_section(loaded, number) for number in range(len(loaded.sections))]


def _section(loaded: Work, number: int) -> Step:
    section = loaded.sections[number]
    pinned = sum(len(loaded.pinned("answer", question.path)) for question in section.questions)
    if section.count is not None:
        state, detail = "optional", f"{section.count} 人"
    elif section.invalid_count:
        state, detail = "error", f"有错误 {section.invalid_count}"
    elif section.missing_count:
        state, detail = "open", f"还差 {section.missing_count} 题"
    else:
        state, detail = "done", f"已答 {section.answered_count} 题"
    url = url_for("answers.section", visit_id=loaded.id, key=work.section_key(section))
    return Step(section.label, url, str(number + 1), state, detail, pinned)


def _steps(loaded: Work) -> list[Step]:
    steps = [_photos(loaded), _signatures(loaded)]
    if not loaded.draft.is_amendment:
        steps[1:1] = [_identity(loaded), _place(loaded)]
    return steps


def _photos(loaded: Work) -> Step:
    count = len(loaded.document["evidence"])
    pinned = sum((comment.get("target") or {}).get("kind") == "photo" for comment in loaded.comments)
    url = url_for("photos.listed", visit_id=loaded.id)
    empty = "需要时补拍" if loaded.draft.is_amendment else "还没有照片"
    return Step("照片", url, "camera", "done" if count else "optional", f"{count} 张" if count else empty, pinned)


def _identity(loaded: Work) -> Step:
    finished = any(check["outcome"] in IDENTITY_FINISHED for check in loaded.document["identity"])
    url = url_for("identification.listed", visit_id=loaded.id)
    return Step("身份核验", url, "face", "done" if finished else "open", "已完成" if finished else "还没有完成")


def _place(loaded: Work) -> Step:
    place = loaded.document["place"]
    url = url_for("place.shown", visit_id=loaded.id)
    detail = f"已记录，误差约 {place['accuracy_m']} 米" if place else "还没有记录，不影响签封"
    return Step("位置", url, "pin", "done" if place else "optional", detail)


def _signatures(loaded: Work) -> Step:
    signatures = loaded.document["signatures"]
    url = url_for("signatures.listed", visit_id=loaded.id)
    if loaded.draft.is_amendment:
        detail = f"已签 {len(signatures)} 人" if signatures else "需要时补签"
        return Step("签字", url, "pen", "done" if signatures else "optional", detail)
    found = sealing.check(store(), desk().clock, loaded.id)["missing"]
    lacking = any("signature" in one["code"] or "investigator" in one["code"] for one in found)
    detail = "还没签完" if lacking else f"已签 {len(signatures)} 人"
    return Step("签字", url, "pen", "open" if lacking else "done", detail)
