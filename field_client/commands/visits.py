"""Commands of a visit, from its start to its seal, and of an amendment after a return."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from field_client import (
    amendments,
    attachments,
    form_view,
    messages,
    repeats,
    sealing,
    standings,
    upgrading,
    visit_view,
    visits,
)
from field_client.commands.frame import FILE, App, Output, command, nothing, pairs
from field_client.errors import FieldError
from field_client.files import read_given
from identity.ladder import Method
from sync.records import terms

WITHDRAWN = "withdrawn"

if TYPE_CHECKING:
    from field_client.face_consents import Guardian
    from field_client.identification import Step
    from identity.burst import Burst


FILE_MARK = "@"  # before a file's name, as in curl


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""
    group = main.group("visits", help="入户走访：开始、作答、拍照、定位、核验身份、签字、检查、签封；退回后补正。")(
        nothing
    )
    _add_recording(group)
    _add_form(group)
    _add_identity(group)
    _add_end(group)
    _add_views(group)


def _add_recording(group: click.Group) -> None:
    @command(group, "start", help="开始走访一户，输出走访编号。有这户的任务会自动关联。写家庭编号或户编号都可以。")
    @click.argument("household")
    @click.option("--form", "form_id", help="用哪张表（只有一张时不用选）。")
    @click.option("--kind", help=f"走访类别：{'、'.join(f'{k}({v})' for k, v in terms.VISIT_KINDS.items())}")
    @click.option("--mode", default=visits.DEFAULT_MODE, help="方式：on_site（入户）、phone（电话）、video（视频）。")
    def start(app: App, household: str, form_id: str | None, kind: str | None, mode: str) -> Output:
        """Start a visit and print its id."""
        draft = visits.start(app.store, app.clock, app.device, household, form_id=form_id, kind=kind, mode=mode)
        return Output({"id": draft.id, "form": draft.document["form"], "kind": draft.document["kind"]}, [draft.id])

    @command(
        group,
        "answer",
        help="作答，例如：visits answer 走访编号 income/wages=1200 dwelling/tenure=自有\n\n"
        "选项可写名称或文字，多选和排序用空格隔开；照片、签名、录音、文件写 题目=@文件；留空（题目=）表示收回答案。"
        "有一题不对就都不保存。--remarks 写走访备注或补正说明。",
    )
    @click.argument("visit")
    @click.argument("answers", nargs=-1, metavar="KEY=VALUE…")
    @click.option("--remarks", help="走访备注；补正时是补正说明。")
    def answer(app: App, visit: str, answers: tuple[str, ...], remarks: str | None) -> Output:
        """Keep answers."""
        typed = pairs(answers)
        files = {path: Path(text[1:]) for path, text in typed.items() if text.startswith(FILE_MARK)}
        contents = {path: read_given(file) for path, file in files.items()}
        texts = {path: text for path, text in typed.items() if path not in files}
        draft = visits.answer(app.store, app.clock, visit, texts)
        for path, content in contents.items():
            attachments.attach(app.store, app.clock, visit, path, content, name=files[path].name, imported=True)
        if remarks is not None:
            draft = visits.remark(app.store, app.clock, visit, remarks)
        return Output({"id": draft.id, "saved": sorted(typed)}, [f"已保存 {len(typed)} 题。"])

    @command(group, "photo", help="加一张照片：自动转正、缩小、去掉拍摄信息，加密保存。")
    @click.argument("visit")
    @click.argument("file", type=FILE)
    @click.option("--kind", required=True, help=f"种类：{'、'.join(f'{k}({v})' for k, v in terms.PHOTO_KINDS.items())}")
    @click.option("--imported", is_flag=True, help="相册导入，不是当场拍的。")
    @click.option("--caption", default="", help="说明文字。")
    def photo(app: App, visit: str, file: Path, kind: str, imported: bool, caption: str) -> Output:
        """Add a photo."""
        entry, is_blurred = visits.photo(
            app.store, app.clock, visit, read_given(file), kind=kind, imported=imported, caption=caption
        )
        line = f"已保存：{terms.PHOTO_KINDS[kind]}，{entry['width']}×{entry['height']}，{entry['size'] // 1024} KB"
        return Output(entry | {"blurred": is_blurred}, [line], notice=messages.BLUR_HINT if is_blurred else "")

    @command(group, "place", help="记录位置：一次走访只记一个点。室内信号弱时可到屋外补记。")
    @click.argument("visit")
    @click.option("--lat", required=True, help="纬度（度）。")
    @click.option("--lon", required=True, help="经度（度）。")
    @click.option("--accuracy", required=True, type=int, help="精度（米）。")
    @click.option("--source", default="device", help="来源，例如 gps、network。")
    @click.option("--mock", is_flag=True, help="系统提示为模拟位置。")
    @click.option("--satellite-at", default="", help="定位给出的卫星时间（世界时），例如 2026-07-01T08:00:00.000Z。")
    def place(
        app: App, visit: str, lat: str, lon: str, accuracy: int, source: str, mock: bool, satellite_at: str
    ) -> Output:
        """Keep the place."""
        point = visits.Place(lat, lon, accuracy, source, mock, satellite_at)
        draft = visits.place(app.store, app.clock, visit, point)
        return Output(draft.document["place"], ["位置已保存。"])

    @command(
        group,
        "sign",
        help="签字：--role investigator（调查人员，至少两名）或 household（家庭成员）。\n\n"
        "家庭成员不签的，用 --refused 写明原因。同一人再签会替换前一次。",
    )
    @click.argument("visit")
    @click.option("--role", required=True, help="investigator 或 household。")
    @click.option("--signer", default="", help="签字人的编号或姓名。")
    @click.option("--image", type=FILE, help="签字图片。")
    @click.option("--refused", default="", help="家庭成员不签字的原因。")
    def sign(app: App, visit: str, role: str, signer: str, image: Path | None, refused: str) -> Output:
        """Keep a signature."""
        data = read_given(image) if image else None
        signature = visits.sign(
            app.store, app.clock, visit, role=role, signer=signer, image=data, refused_reason=refused
        )
        return Output(signature, ["签字已保存。" if signature["blob"] else "已记录不签字的原因。"])


def _add_form(group: click.Group) -> None:
    @command(group, "form", help="列出表里现在要答的题：题目、答案、还缺什么，以及以前的回答（keep 可以沿用）。")
    @click.argument("visit")
    def form(app: App, visit: str) -> Output:
        """List what the form asks now."""
        asked = form_view.asked(app.store, app.clock, visit)
        return Output(asked, [_question_line(one) for one in asked])

    @command(group, "keep", help="无变化：沿用名册或上次走访的回答。写题目只沿用这些，写 --section 沿用一节。")
    @click.argument("visit")
    @click.argument("paths", nargs=-1, metavar="题目…")
    @click.option("--section", help="一节的名称，例如 household。")
    def keep(app: App, visit: str, paths: tuple[str, ...], section: str | None) -> Output:
        """Confirm what is known."""
        kept = form_view.keep(app.store, app.clock, visit, paths, section=section)
        return Output({"kept": kept}, [f"已沿用 {len(kept)} 题。"])

    @command(
        group, "repeat", help="增减重复的部分，例如：visits repeat 走访编号 members --add，或 --remove 2，--undo。"
    )
    @click.argument("visit")
    @click.argument("path")
    @click.option("--add", is_flag=True, help="添加一项。")
    @click.option("--remove", type=int, metavar="第几项", help="删除一项，后面的前移。")
    @click.option("--undo", is_flag=True, help="恢复刚才删除的一项。")
    def repeat(app: App, visit: str, path: str, add: bool, remove: int | None, undo: bool) -> Output:
        """Change how many there are of something."""
        if add + undo + (remove is not None) != 1:
            raise click.UsageError("请写 --add、--remove 或 --undo 其中一个。")
        if add:
            number = repeats.add(app.store, app.clock, visit, path)
            return Output({"path": f"{path}[{number}]"}, [f"{path}[{number}]"])
        if undo:
            repeats.undo(app.store, app.clock, visit)
        else:
            repeats.remove(app.store, app.clock, visit, path, remove or 0)
        return Output({"path": path}, ["已恢复。" if undo else "已删除；--undo 可以恢复。"])

    @command(group, "upgrade", help="把草稿换到表单的新版本：先列出变化和带不过去的回答（--dry-run 只看不换）。")
    @click.argument("visit")
    @click.option("--dry-run", is_flag=True, help="只看会怎样，什么也不改。")
    def upgrade(app: App, visit: str, dry_run: bool) -> Output:
        """Move a draft to the newest version of its form."""
        found = upgrading.preview(app.store, app.clock, visit)
        if not dry_run:
            upgrading.move(app.store, app.clock, visit, seen_version=found.definition.version)
        lines = [str(one) for one in found.differences]
        lines += [f"带不过去：{one.label}：{one.shown}（{one.reason}）" for one in found.left]
        done = "会换到" if dry_run else "已换到"
        return Output(
            found.as_dict(),
            [*lines, f"{done} {found.definition.version} 版，带过去 {len(found.migration.carried)} 题。"],
        )


def _question_line(one: dict[str, Any]) -> str:
    said = one["display"] or (f"（{one['known']}，可沿用）" if one["known"] else "（没有填写）")
    wrong = f"  ← {one['message']}" if one["message"] else ""
    return f"{one['path']}  {one['label']}：{said}{wrong}"


def _add_identity(group: click.Group) -> None:
    @command(
        group,
        "identity",
        help="核验身份。人脸：先念告知书征得同意（--consent 同意书照片），再给参考照片和现场照片，"
        "比对后当面确认（--confirm）。\n\n"
        "照片只在本机比对，不保存、不上传（另外同意留存或上传复核的除外）。"
        "不愿意、比不出都不影响走访：改用 id_card、guardian 或 witness。",
    )
    @click.argument("visit")
    @click.argument("person")
    @click.argument("more_live", nargs=-1, type=FILE, metavar="")
    @click.option("--method", required=True, type=click.Choice([method.value for method in Method]), help="方式。")
    @click.option("--reference", type=FILE, help="参考照片（证件照）。")
    @click.option("--live", multiple=True, type=FILE, help="现场照片，可以给几张。")
    @click.option(
        "--burst",
        multiple=True,
        type=FILE,
        help="转头时连拍的画面，按先后给出（至少 8 张）；先用 faces challenge 取得转头顺序。",
    )
    @click.option("--turns", type=click.Choice(["left,right", "right,left"]), help="连拍时提示的转头顺序。")
    @click.option("--interval-ms", type=int, default=400, show_default=True, help="连拍两张之间的毫秒数。")
    @click.option("--reason", default="", help="没有用人脸的原因代码，例如 blind、bedridden、light。")
    @click.option("--consent", help="同意书照片文件；不同意写 declined，撤回同意写 withdrawn。")
    @click.option(
        "--keep-consent", type=FILE, help="另外单独同意留存参考数据的同意书照片或 JSON；设备先要开启 faces keep。"
    )
    @click.option(
        "--recheck-consent", type=FILE, help="另外单独同意上传复核的同意书照片或 JSON；设备先要开启 faces recheck。"
    )
    @click.option("--guardian", default="", help="替孩子同意的监护人，写成“姓名:关系”。")
    @click.option("--name", "names", multiple=True, help="监护人或见证人，写成“姓名:关系”；两名见证人写两次。")
    @click.option("--confirm", is_flag=True, help="工作人员已当面比对，确认是本人。")
    @click.option("--unresolved", is_flag=True, help="还不能确认，交审核人员核实（不影响签封）。")
    def identity(app: App, visit: str, person: str, method: str, reason: str, **given: Any) -> Output:
        """Take one attempt of the identity step."""
        step = _attempt(app, visit, person, method, reason, **given)
        verdict = step.verdict.as_dict() if step.verdict else None
        following = {
            "action": step.following.action.value,
            "method": step.following.method.value if step.following.method else None,
            "alternatives": [method.value for method in step.following.alternatives],
            "message": step.following.message,
        }
        data = step.entry | {"verdict": verdict, "next": following}
        lines = [verdict["message"]] if verdict else []
        lines += [verdict["advice"]] if verdict and verdict["advice"] else []
        lacking = " ".join(messages.text(code) for code in step.entry.get("lacking", []))
        return Output(data, [*lines, step.following.message], notice=lacking)


def _attempt(
    app: App,
    visit: str,
    person: str,
    method: str,
    reason: str,
    *,
    reference: Path | None,
    live: tuple[Path, ...],
    more_live: tuple[Path, ...],
    burst: tuple[Path, ...],
    turns: str | None,
    interval_ms: int,
    consent: str | None,
    keep_consent: Path | None,
    recheck_consent: Path | None,
    guardian: str,
    names: tuple[str, ...],
    confirm: bool,
    unresolved: bool,
) -> "Step":
    from field_client import identification  # The face engine's libraries are loaded by this command alone.

    if method != Method.FACE:
        return identification.by_people(
            app.store,
            app.clock,
            visit,
            person,
            method=method,
            confirmed=not unresolved,
            reason=reason,
            people=[_named(name) for name in names],
        )
    if consent == WITHDRAWN:
        if not identification.withdraw(app.store, app.clock, person, visit):
            raise FieldError("identity.nothing_to_withdraw")
        return identification.declined(app.store, app.clock, visit, person)
    if consent == identification.DECLINED:
        return identification.declined(app.store, app.clock, visit, person)
    return identification.by_face(
        app.store,
        app.clock,
        visit,
        person,
        reference=read_given(reference) if reference else None,
        live=[read_given(path) for path in (*live, *more_live)],
        consent=read_given(Path(consent)) if consent else None,
        confirmed=confirm,
        reason=reason,
        burst=_burst([read_given(path) for path in burst], turns, interval_ms) if burst else None,
        guardian=_named(guardian) if guardian else None,
        keep=read_given(keep_consent) if keep_consent else None,
        recheck=read_given(recheck_consent) if recheck_consent else None,
    )


def _named(text: str) -> "Guardian":
    """Read “name:relation”, with the colon of either keyboard."""
    from field_client.face_consents import Guardian

    name, _, relation = text.replace("：", ":").partition(":")
    return Guardian(name.strip(), relation.strip())


def _burst(frames: list[bytes], turns: str | None, interval_ms: int) -> "Burst":
    from identity.burst import Burst, Frame
    from identity.liveness import Challenge, Turn

    first, second = (turns or "left,right").split(",")
    challenge = Challenge((Turn(first), Turn(second)), nonce="")
    return Burst(tuple(Frame(photo, number * interval_ms) for number, photo in enumerate(frames)), challenge)


def _add_end(group: click.Group) -> None:
    @command(group, "check", help="检查还缺什么：法定形式（两名调查人员、签字、身份核验）和没答、答错的题。")
    @click.argument("visit")
    def check(app: App, visit: str) -> Output:
        """Say what is missing."""
        found = sealing.check(app.store, app.clock, visit)
        lines = [one["message"] for one in found["missing"]]
        lines += [f"{one['label']}（{one['path']}）：{one['message']}" for one in found["questions"]]
        return Output(found, lines or ["可以签封。"])

    @command(group, "seal", help="签封：由本机密钥签名并编号，之后不能改，只能补正。缺什么会说明，草稿不变。")
    @click.argument("visit")
    def seal(app: App, visit: str) -> Output:
        """Seal a visit or an amendment."""
        sealed = sealing.seal(app.store, app.clock, app.device, visit)
        return Output(sealed, [f"已签封（第 {sealed['revision']} 版）。有网络时请同步。"])

    @command(group, "amend", help="补正一次已签封的走访：列出退回时的批注，然后照常作答、拍照、签字，再签封。")
    @click.argument("visit")
    def amend(app: App, visit: str) -> Output:
        """Open an amendment."""
        draft = amendments.open_draft(app.store, app.clock, app.device, visit)
        pinned = amendments.comments(app.store, draft.visit_id)
        data = {"id": draft.id, "visit_id": draft.visit_id, "revision": draft.document["revision"], "comments": pinned}
        return Output(
            data, [f"补正第 {draft.document['revision']} 版，批注 {len(pinned)} 条：", *map(_comment_line, pinned)]
        )


def _add_views(group: click.Group) -> None:
    @command(group, "list", help="列出草稿和本机签封的走访，新的在前。")
    @click.option("--returned", is_flag=True, help="只列被退回、等待补正的。")
    def list_visits(app: App, returned: bool) -> Output:
        """List the visits."""
        all_visits = standings.listed(app.store, app.device)
        found = [one for one in all_visits if one["is_returned"] or not returned]
        return Output(found, [_line(one) for one in found] or ["没有走访。"])

    @command(group, "show", help="查看一次走访：内容、照片进度、退回批注。")
    @click.argument("visit")
    def show(app: App, visit: str) -> Output:
        """Show a visit."""
        found = visit_view.show(app.store, app.device, visit)
        document = found["document"]
        lines = [_line(found), f"  答案 {len(document['answers'])} 题，照片和签名 {found['blobs_total']} 个"]
        return Output(found, [*lines, *map(_comment_line, found.get("comments", []))])


def _line(one: dict[str, Any]) -> str:
    kind = terms.VISIT_KINDS.get(one["kind"], one["kind"])
    reason = f"（{one['reason']}）" if one["reason"] else ""
    return f"{one['id']}  {one['state_text']}{reason}  {kind}  {one['head']}  {one['started_at'][:10]}"


def _comment_line(one: dict[str, Any]) -> str:
    target = one.get("target") or {}
    return f"  批注 {target.get('ref') or ''}：{one.get('text') or ''}"
