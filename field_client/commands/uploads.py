"""Commands about photos that have not arrived, and about the room that those take which have."""

from pathlib import Path
from typing import Any

import click

from field_client import blobs, lanes, media, messages, status, storage
from field_client.commands.frame import FILE, App, Output, command, nothing
from field_client.files import write_whole
from sync.records import terms


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""
    uploads = main.group("uploads", help="还没有传到的照片和签名：为什么，重试、搁置、导出。")(nothing)
    rooms = main.group("storage", help="本机存储：用了多少，哪些照片已存证、可以清理。")(nothing)

    @command(uploads, "list", help="列出还没有传到的照片和签名，以及原因。")
    def list_waiting(app: App) -> Output:
        """List what waits."""
        found = blobs.waiting(app.store)
        resting = status.resting(app.store, app.clock)
        lines = [_line(one) for one in found] or ["没有等待上传的照片。"]
        return Output(found, [*lines, *(f"{one['lane_text']}暂停上传：{one['message']}" for one in resting)])

    @command(uploads, "retry", help="下次同步就重试：给编号（或编号开头），不给就是全部。")
    @click.argument("names", nargs=-1)
    def retry(app: App, names: tuple[str, ...]) -> Output:
        """Let them travel at the next sync."""
        count = blobs.retry(app.store, list(names))
        return Output({"count": count}, [f"{count} 个将在下次同步时重试：field-client sync"])

    @command(uploads, "defer", help="搁置一张：留在本机，重试之前不再上传。")
    @click.argument("name")
    def defer(app: App, name: str) -> Output:
        """Keep one back."""
        blobs.defer(app.store, name)
        return Output({"deferred": True}, ["已搁置，照片仍在本机。"])

    @command(uploads, "export", help="把一张照片原样导出成文件（不再加密，请妥善保管）。")
    @click.argument("name")
    @click.argument("file", type=FILE)
    def export(app: App, name: str, file: Path) -> Output:
        """Write a photo out."""
        found = blobs.find(app.store, name)
        write_whole(file, media.read(app.store, found["sha256"]))
        return Output({"sha256": found["sha256"], "file": str(file)}, ["已导出。"])

    @command(rooms, "show", help="存储用了多少，可以清理多少。")
    def show(app: App) -> Output:
        """Show the room."""
        found = storage.show(app.store, app.device)
        lines = [f"存储已用 {found['used_percent']}%，本程序的照片 {_kilobytes(found['media_bytes'])}。"]
        lines.append(f"已有回执、可以清理：{found['freeable_count']} 个，{_kilobytes(found['freeable_bytes'])}。")
        return Output(found, [*lines, *storage_warnings(found)])

    @command(rooms, "free", help="清理已有服务器回执的照片原件；小图留着，没有回执的不动。")
    def free(app: App) -> Output:
        """Delete what has a receipt."""
        count, size = storage.free(app.store, app.device, app.clock)
        return Output({"count": count, "bytes": size}, [f"已清理 {count} 个，{_kilobytes(size)}。"])


def storage_warnings(found: dict[str, Any]) -> list[str]:
    """Say what the room that is left means."""
    if found["photos_stopped"]:
        return [messages.text("storage.photos_stopped")]
    return [messages.STORAGE[found["level"]]] if found["level"] in messages.STORAGE else []


def _line(one: dict[str, Any]) -> str:
    kind = terms.FILE_KINDS.get(one["kind"], one["kind"])
    done = f"{one['offset']}/{one['size']} 字节"
    reason = messages.DEFERRED if one["is_deferred"] else messages.text(one["reason"]) if one["reason"] else "排队中"
    return f"{one['sha256'][:12]}  {kind}  {messages.LANES[lanes.lane_of(one['kind'])]}  {done}  {reason}"


def _kilobytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1 << 20 else f"{-(-size // 1024)} KB"
