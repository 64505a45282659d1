"""Commands before a trip and in trouble: the check before leaving, and the file for whoever helps."""

import json
from pathlib import Path

import click

from field_client import preflight, support
from field_client.commands.frame import FILE, App, Output, command
from field_client.files import write_whole


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""

    @command(main, "preflight", help="出发前检查：期限、名册、调查表、存储、时钟、没有交回的工作。不需要网络。")
    def check(app: App) -> Output:
        """Check before a trip; exit code 1 when something should be done first."""
        found = preflight.check(app.store, app.device, app.clock)
        ok = all(one["ok"] for one in found)
        lines = [f"{'可以' if one['ok'] else '注意'}  {one['message']}" for one in found]
        return Output({"ok": ok, "findings": found}, lines, int(not ok))

    @command(main, "support-bundle", help="写一个求助文件：只有数量、代码和状态，没有任何人的信息，可以放心发出。")
    @click.argument("file", type=FILE)
    def bundle(app: App, file: Path) -> Output:
        """Write the file for whoever helps."""
        report = support.report(app.store, app.device, app.clock)
        write_whole(file, json.dumps(report, ensure_ascii=False, indent=2).encode())
        return Output({"file": str(file)}, [f"已写好：{file}。里面没有个人信息。"])
