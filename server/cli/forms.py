"""flask forms: a county's survey forms, from the workbook to the devices (docs/how-to/write-a-form.md)."""

from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

import forms as engine
from forms import versions as version_numbers
from forms.comparing import compare
from forms.exporting import export_workbook
from forms.importing import Imported, read_form
from forms.shipped import NAMES
from server.cli.form_media import finder, folder_of, media_option, write_all
from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, columns, say
from server.domain.errors import InputInvalid
from server.queries import forms as published
from server.services import forms as service
from server.transaction import parts, reading, rehearsal, transact
from sync.canonical import instant

HEADINGS = ("工作表", "行", "列", "问题", "怎样改")


@click.group("forms", cls=OfficeGroup)
def form_commands() -> None:
    """调查表单: 检查工作簿、发布、比较、导出。

    FILE 是 XLSForm 工作簿 (.xlsx), 也可以写随程序发布的表单名:
    home_visit、recheck、care_visit、advance_aid、self_care、lead、assessment。
    """


@form_commands.command()
@click.argument("file")
@media_option
@as_json
def lint(file: str, media: Path | None, as_json: bool) -> None:
    """检查一份工作簿, 逐处说明哪张表、哪行、哪列、什么问题、怎样改; 有问题时退出码是 1。

    表里写了图片、录音的, 文件也一并检查。例: flask forms lint 入户调查.xlsx
    """
    read = _read(file, as_json, folder_of(Path(file), media))
    _say_form(
        read, as_json, "可以发布 (flask forms publish)" if read.warnings else "没有问题, 可以发布 (flask forms publish)"
    )


@form_commands.command()
@click.argument("file")
@media_option
@click.option("--dry-run", is_flag=True, help="只说会发生什么, 什么也不改")
@as_json
@with_appcontext
def publish(file: str, media: Path | None, dry_run: bool, as_json: bool) -> None:
    """发布一版表单: 设备下次同步时收到, 新的走访用新版, 已开始的草稿留在原来的版本。

    同样的内容再发布一次没有影响; 内容改了就要换版本号。表里写的图片、录音随表单一起发布, 只带表里写到的。
    例: flask forms publish 入户调查.xlsx --media 图片
    """
    read = _read(file, as_json, folder_of(Path(file), media))
    form, now = read.definition, parts().clock()
    before = published.published(reading(), parts().vault, form_id=form.form_id)
    with rehearsal() as rehearse:
        is_new = rehearse(lambda ledger: service.publish(ledger, form, now=now, actor=OPERATOR))
    if is_new and not dry_run:
        for content in read.files.values():
            transact(partial(service.publish_file, content=content, now=now))
        transact(lambda ledger: service.publish(ledger, form, now=now, actor=OPERATOR))
    newest = max([form.version, *(one.version for one in before)], key=version_numbers.order)
    notes = [] if newest == form.version else [f"注意: 设备用的是版本号最大的 {newest} 版, 这一版不会用于新的走访"]
    done = ("会发布" if dry_run else "已发布") if is_new else "这一版早已发布, 内容相同, 没有改动"
    _say_form(read, as_json, *[done, *notes], published=is_new and not dry_run, is_newest=newest == form.version)


@form_commands.command()
@click.argument("form_id", required=False)
@as_json
@with_appcontext
def versions(form_id: str | None, as_json: bool) -> None:
    """列出发布过的版本, 每张表新的在前; 写表单编号就只列这一张。"""
    rows = [
        {**vars(one), "published_at": instant(one.published_at)}
        for one in published.published(reading(), parts().vault, form_id=form_id)
    ]
    say(rows, as_json, _version_lines)


def _version_lines(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["还没有发布过表单。先检查 (flask forms lint), 再发布 (flask forms publish)"]
    cells = [(one["form_id"], one["version"], one["title"], one["published_at"], one["hash"][:12]) for one in rows]
    return columns([("表单", "版本", "名称", "发布时间", "指纹"), *cells])


@form_commands.command()
@click.argument("old")
@click.argument("new")
@as_json
@with_appcontext
def diff(old: str, new: str, as_json: bool) -> None:
    """比较两个版本: 题目、条件、选项、设置的变化; ★ 表示已答的内容可能不再合适。

    OLD 和 NEW 是工作簿、随程序发布的表单名, 或已发布的 表单@版本。例: flask forms diff home_visit@1 入户调查.xlsx
    """
    found = compare(_one(old, as_json), _one(new, as_json))
    lines = [("★ " if one.affects_answers else "  ") + str(one) for one in found]
    say([{**asdict(one), "sentence": str(one)} for one in found], as_json, lambda _: lines or ["没有变化"])


@form_commands.command()
@click.argument("form_id")
@click.argument("version")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@media_option
@click.option("--force", is_flag=True, help="覆盖已有的文件")
@with_appcontext
def export(form_id: str, version: str, file: Path, media: Path | None, force: bool) -> None:
    """把发布过的一版导出成工作簿, 供修改后作为新版本发布; 图片、录音写进旁边的文件夹。

    例: flask forms export home_visit 2026070101 入户调查.xlsx
    """
    session, vault = reading(), parts().vault
    definition = published.definition(session, vault, form_id, version)
    content = export_workbook(definition)
    files = {name: published.file(session, vault, sha256).content for name, sha256 in definition.files}
    if file.exists() and not force:
        raise InputInvalid(f"文件 {file} 已经存在, 没有覆盖; 换一个文件名, 或加 --force")
    try:
        if files:
            write_all(media or folder_of(file, None), files, force=force)
        file.write_bytes(content)
    except OSError as error:
        raise InputInvalid(f"写不了文件 {file}: {error.strerror}") from None
    click.echo(f"已写入 {file}" + (f" 和 {len(files)} 个图片、录音" if files else ""))


def _one(name: str, as_json: bool) -> engine.Definition:
    """Read a version that is published, or else a workbook or a shipped form."""
    form_id, at, version = name.partition("@")
    if at and not Path(name).exists():
        return published.definition(reading(), parts().vault, form_id, version)
    beside = folder_of(Path(name), None)
    return _read(name, as_json, beside if beside.is_dir() else None).definition


def _read(file: str, as_json: bool, folder: Path | None) -> Imported:
    """Read a workbook with the files of a folder, or a shipped form.

    One that has to be mended ends the command with the list of what is wrong.
    """
    if file in NAMES:
        return Imported(engine.shipped(file), ())
    try:
        return read_form(Path(file).read_bytes(), finder(folder) if folder else None)
    except OSError:
        raise InputInvalid(f"读不到文件 {file}; 随程序发布的表单有: {'、'.join(NAMES)}") from None
    except engine.FormRefused as refused:
        last = f"共 {len(refused.problems)} 处要改; 改好后再运行一次 flask forms lint"
        found = _told(refused.problems)
        say({"problems": found}, as_json, lambda _: [*_table(found), last])
        raise SystemExit(1) from None


_COLUMNS = ("code", "sheet", "row", "column", "message", "mend")


def _told(problems: Iterable[engine.FormProblem]) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in _COLUMNS} for one in problems]


def _table(problems: list[dict[str, Any]]) -> list[str]:
    cells = [
        (one["sheet"] or "文件", str(one["row"] or ""), one["column"], one["message"], one["mend"]) for one in problems
    ]
    return columns([HEADINGS, *cells]) if cells else []


def _say_form(read: Imported, as_json: bool, *lines: str, **more: Any) -> None:
    form, warnings = read.definition, _told(read.warnings)
    questions = sum(isinstance(row, engine.Question) for row in form.rows)
    facts = {"form_id": form.form_id, "version": form.version, "title": form.title, "hash": form.hash}
    told = f", 图片和录音 {len(form.files)} 个" if form.files else ""
    head = (
        f"{form.title} ({published.record_id(form.form_id, form.version)}), {questions} 行{told}, 指纹 {form.hash[:12]}"
    )
    warned = [f"有 {len(warnings)} 处请留意, 不妨碍发布:", *_table(warnings)] if warnings else []
    said = {**facts, "questions": questions, "files": len(form.files), "problems": [], "warnings": warnings, **more}
    say(said, as_json, lambda _: [head, *warned, *lines])
