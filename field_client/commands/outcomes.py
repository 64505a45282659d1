"""Commands about what came of our changes: receipts, what was refused, what waits for a decision."""

import json
from pathlib import Path
from typing import Any

import click

from field_client import conflicts as held_changes
from field_client import messages, outbox, receipts
from field_client.commands.frame import FILE, App, Output, command, nothing
from field_client.files import write_whole


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""
    receipt_group = main.group("receipts", help="存证回执：服务器签名确认收到的照片。")(nothing)
    refused = main.group("refused", help="服务器没有接受的修改：都留在本机，可查看、导出。")(nothing)
    conflicts = main.group("conflicts", help="等待决定的修改和办公室的决定。")(nothing)

    @command(receipt_group, "show", help="查看一次走访的回执，并核对服务器签名。")
    @click.argument("visit")
    def show(app: App, visit: str) -> Output:
        """Show a verified receipt."""
        found = receipts.show(app.store, app.device, visit)
        count = len(found["blobs"] or [])
        lines = [f"回执有效：第 {found['revision']} 版，{count} 个照片和签名，{found['issued_at']}"]
        return Output(found, [*lines, *(f"  {blob}" for blob in found["blobs"] or [])])

    @command(refused, "list", help="列出没有被接受的修改和原因。")
    def list_refused(app: App) -> Output:
        """List what was refused."""
        found = outbox.answered(app.store, "refused")
        return Output(found, [_refused_line(one) for one in found] or ["没有被拒的修改。"])

    @command(
        refused, "export", help="把没有被接受的修改导出为 JSON（含个人信息，请妥善保管）。不给文件名就输出到屏幕。"
    )
    @click.argument("file", type=FILE, required=False)
    def export(app: App, file: Path | None) -> Output:
        """Write out what was refused, whole."""
        found = outbox.answered(app.store, "refused")
        text = json.dumps(found, ensure_ascii=False, indent=2)
        if file is None:
            return Output(found, [text])
        write_whole(file, text.encode())
        return Output({"count": len(found), "file": str(file)}, [f"已导出 {len(found)} 条。"])

    @command(conflicts, "list", help="列出别人也改了、或要审核后才生效的修改，和办公室的决定。")
    def list_conflicts(app: App) -> Output:
        """List what was held, and what became of it."""
        found = held_changes.mine(app.store, app.device)
        return Output(found, [line for one in found for line in _held_lines(one)] or ["没有等待决定的修改。"])


def _refused_line(one: dict[str, Any]) -> str:
    problem = one["result"].get("problem") or {}
    reason = problem.get("title") or messages.text("outcome.refused")
    return f"{one['n']}  {one['type']}  {one['id']}  {reason}"


def _held_lines(one: dict[str, Any]) -> list[str]:
    about = one["about"] or f"{one['type']} {one['record_id']}"
    decided = f"：{one['decided_by']}，{one['reason']}" if one["decided_by"] else ""
    lines = [f"{one['at'][:10]}  {about}  {one['kind_text']}  {one['state_text']}{decided}"]
    for change in one["changes"]:
        words = (("原来", change["original"]), ("我改的", change["mine"]), ("别人改的", _others(one, change)))
        said = "  ".join(f"{word}：{_plain(value)}" for word, value in words if value is not None)
        lines.append(f"    {change['name']}  {said}")
    return lines


def _others(one: dict[str, Any], change: dict[str, Any]) -> Any:
    return change["theirs"] if one["kind"] == "conflict" else None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
