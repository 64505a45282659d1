"""Commands for a stick: export what waits, import the office's answer."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from field_client import bundles, messages
from field_client.commands.frame import FILE, App, Output, command, nothing


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""
    group = main.group("bundle", help="没有网络时：导出到 U 盘请人带到办公室，再导入带回的回执。")(nothing)

    @command(
        group,
        "export",
        help="把等待上传的内容（走访、修改、照片）导出为一个文件，只有办公室打得开。\n\n"
        "本机内容不变；可以多次导出，重复的部分无害。带到办公室后由管理员运行 flask bundles import。",
    )
    @click.argument("file", type=FILE)
    @click.option("--records-only", is_flag=True, help="只导出文字，不带照片。")
    def export(app: App, file: Path, records_only: bool) -> Output:
        """Export a bundle; exit code 1 where a photo could not be read."""
        with _progress("正在导出：照片 {}/{} 张") as report:
            done = bundles.export(app.store, app.device, app.clock, file, records_only=records_only, report=report)
        lines = [f"已导出：修改 {done.records} 条，照片 {done.photos} 张，共 {done.size_bytes} 字节。"]
        lines += [f"没有带上一张照片：{messages.text(one['reason'])}" for one in done.left_out]
        return Output({**dataclasses.asdict(done), "file": str(file)}, lines, int(bool(done.left_out)))

    @command(group, "import", help="导入办公室写的回执数据包：结果、新数据、存证回执。重复导入无害。")
    @click.argument("file", type=FILE)
    def import_answer(app: App, file: Path) -> Output:
        """Import the office's answer; exit code 1 where it is damaged."""
        with _progress("正在导入：结果 {} 条，新数据 {} 条") as report:
            taken = bundles.take_in(app.store, app.device, app.clock, file, report=report)
        notice = messages.text("bundle.damaged") if taken.is_damaged else ""
        return Output(dataclasses.asdict(taken), _lines(taken), int(taken.is_damaged), notice)


def _lines(taken: bundles.Taken) -> list[str]:
    if taken.is_late:
        return ["这个回执比本机已知的旧，不需要导入；什么都没有改动。"]
    lines = [
        f"结果 {taken.results} 条，取回 {taken.pulled} 条，办公室已收到照片 {taken.photos_stored} 张。",
    ]
    if taken.held:
        lines.append(f"{taken.held} 条等待审核人员决定：field-client conflicts list")
    if taken.refused:
        lines.append(f"{taken.refused} 条服务器没有接受，仍在本机：field-client refused list")
    return lines


@contextmanager
def _progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far it is; elsewhere say nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None
        return
    with console.status("正在准备…") as spinner:
        yield lambda done, total: spinner.update(words.format(done, total))
