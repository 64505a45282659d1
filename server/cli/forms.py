"""flask forms: a county's survey forms, from the workbook to the devices (docs/how-to/write-a-form.md)."""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

import forms as engine
from forms import versions as version_numbers
from forms.importing import import_workbook
from forms.plan import plan
from forms.shipped import NAMES
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

    FILE 是 XLSForm 工作簿 (.xlsx), 也可以写随程序发布的表单名: home_visit、recheck、care_visit、self_care、lead、assessment。
    """


@form_commands.command()
@click.argument("file")
@as_json
def lint(file: str, as_json: bool) -> None:
    """检查一份工作簿, 逐处说明哪张表、哪行、哪列、什么问题、怎样改; 有问题时退出码是 1。

    例: flask forms lint 入户调查.xlsx
    """
    _say_form(_read(file, as_json), as_json, "没有问题, 可以发布 (flask forms publish)")


@form_commands.command()
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="只说会发生什么, 什么也不改")
@as_json
@with_appcontext
def publish(file: str, dry_run: bool, as_json: bool) -> None:
    """发布一版表单: 设备下次同步时收到, 新的走访用新版, 已开始的草稿留在原来的版本。

    同样的内容再发布一次没有影响; 内容改了就要换版本号。例: flask forms publish 入户调查.xlsx
    """
    form = _read(file, as_json)
    now = parts().clock()
    before = published.published(reading(), parts().vault, form_id=form.form_id)
    with rehearsal() as rehearse:
        is_new = rehearse(lambda ledger: service.publish(ledger, form, now=now, actor=OPERATOR))
    if is_new and not dry_run:
        transact(lambda ledger: service.publish(ledger, form, now=now, actor=OPERATOR))
    newest = max([form.version, *(one.version for one in before)], key=version_numbers.order)
    notes = [] if newest == form.version else [f"注意: 设备用的是版本号最大的 {newest} 版, 这一版不会用于新的走访"]
    done = ("会发布" if dry_run else "已发布") if is_new else "这一版早已发布, 内容相同, 没有改动"
    _say_form(form, as_json, *[done, *notes], published=is_new and not dry_run, is_newest=newest == form.version)


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


def _read(file: str, as_json: bool) -> engine.Definition:
    """Read a workbook or a shipped form; one that has to be mended ends the command with the list of what is wrong."""
    if file in NAMES:
        return engine.shipped(file)
    try:
        return import_workbook(Path(file).read_bytes())
    except OSError:
        raise InputInvalid(f"读不到文件 {file}; 随程序发布的表单有: {'、'.join(NAMES)}") from None
    except engine.FormRefused as refused:
        problems = [{name: getattr(one, name) for name in _COLUMNS} for one in refused.problems]
        say({"problems": problems}, as_json, _problem_lines)
        raise SystemExit(1) from None


_COLUMNS = ("code", "sheet", "row", "column", "message", "mend")


def _problem_lines(found: dict[str, Any]) -> list[str]:
    problems = found["problems"]
    cells = [
        (one["sheet"] or "文件", str(one["row"] or ""), one["column"], one["message"], one["mend"]) for one in problems
    ]
    return [*columns([HEADINGS, *cells]), f"共 {len(problems)} 处要改; 改好后再运行一次 flask forms lint"]


def _say_form(form: engine.Definition, as_json: bool, *lines: str, **more: Any) -> None:
    questions = sum(isinstance(node.item, engine.Question) for node in plan(form).nodes.values())
    facts = {"form_id": form.form_id, "version": form.version, "title": form.title, "hash": form.hash}
    head = f"{form.title} ({published.record_id(form.form_id, form.version)}), {questions} 行, 指纹 {form.hash[:12]}"
    say({**facts, "questions": questions, "problems": [], **more}, as_json, lambda _: [head, *lines])
