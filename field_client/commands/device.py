"""Commands about the device itself: enrol, unlock, lock, sync, status, doctor."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console

from field_client import doctor, enrolment, messages, rebuilding, snapshots, status, syncing, unlock, users
from field_client.commands import uploads
from field_client.commands.frame import App, Output, command, read_line
from field_client.errors import FieldError
from field_client.settings import PIN_VARIABLE
from field_client.transport import Transport
from sync.records import terms

NO_PIN = "没有设置 PIN：数据只由本机密钥文件保护，拿到这台设备的人就能打开。建议重新登记并设置 PIN。"


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""

    @command(
        main,
        "enrol",
        help="登记设备：生成本机密钥和加密数据库，并在服务器上登记。\n\n"
        "密码和 PIN 在终端里输入；也可以从标准输入读：第一行密码（--password-stdin），下一行 PIN（--pin-stdin）。\n"
        "没有终端又不给 PIN 时，只用本机密钥保护。",
    )
    @click.option("--server", required=True, help="服务器地址，例如 https://zsb.example.gov.cn")
    @click.option("--username", required=True, help="用户名。")
    @click.option("--password-stdin", is_flag=True, help="从标准输入读一行密码。")
    @click.option("--device-name", required=True, help="设备名，例如“城关镇平板 1 号”。")
    def enrol(app: App, server: str, username: str, password_stdin: bool, device_name: str) -> Output:
        """Enrol the device; the password line comes before the PIN line."""
        password = _password(password_stdin)
        pin = _new_pin(app)
        app.home = users.new_home(app.home.path, username)
        with Transport(server) as transport:
            device, store_key = enrolment.enrol(
                app.home,
                transport,
                app.clock,
                server=server,
                username=username,
                password=password,
                name=device_name,
                pin=pin,
            )
        if pin:
            unlock.remember(app.home, store_key, app.clock, os.environ)
        data = {"device_id": device.device_id, "name": device.name, "user": device.display_name, "pin": pin is not None}
        lines = [f"已登记：{device.name}（{device.display_name}）。下一步：field-client sync"]
        return Output(data, lines, notice="" if pin else NO_PIN)

    @command(main, "unlock", help="输入 PIN 解锁；15 分钟不用会自动锁上。")
    @click.option("--password-stdin", is_flag=True, help="PIN 连错 3 次后：从标准输入读登记时的登录密码。")
    def unlock_command(app: App, password_stdin: bool) -> Output:
        """Unlock by PIN, or by the password, and try the key on the store."""
        if password_stdin:
            store_key = unlock.open_by_hand(app.home, app.clock, password=read_line())
            unlock.remember(app.home, store_key, app.clock, os.environ)
        assert app.store
        return Output({"locked": False}, ["已解锁。"])

    @command(main, "lock", help="立即锁上：下次使用要输入 PIN。未上传的内容都在。")
    def lock(app: App) -> Output:
        """Forget the unlocked session."""
        has_pin = bool(app.device.protection["pin"])
        unlock.lock(app.home, os.environ)
        return Output({"locked": has_pin}, ["已锁定。" if has_pin else NO_PIN])

    @command(
        main,
        "sync",
        help="与服务器同步：先交走访记录，再取新数据，最后传照片。\n\n"
        "随时可以再按一次；中断后接着传。信号差时用 --records-only 先交文字，用 --max-bytes 限制流量（重传也算在内）。",
    )
    @click.option("--max-bytes", type=click.IntRange(min=1), help="本次最多用多少字节流量。")
    @click.option("--records-only", is_flag=True, help="只同步文字，不传照片。")
    def sync(app: App, max_bytes: int | None, records_only: bool) -> Output:
        """Sync; without a connection the figures so far and exit code 3."""
        snapshots.take(app.store, app.clock)
        with syncing.connect(app.store, app.device) as transport, _progress() as report:
            summary = syncing.sync(
                app.store, transport, app.clock, max_bytes=max_bytes, records_only=records_only, report=report
            )
        failure, install = summary.failure, app.store.get("install", "")
        notice = messages.text("client.too_old", version=install) if install else ""
        return Output(
            summary.to_dict(),
            _sync_lines(summary),
            failure.exit_code if failure else 0,
            failure.message if failure else notice,
        )

    @command(main, "status", help="什么在等待、为什么；存储、期限和时钟。不需要网络。")
    def show_status(app: App) -> Output:
        """Show what waits."""
        found = status.show(app.store, app.device, app.clock)
        return Output(found, _status_lines(found))

    @command(main, "doctor", help="检查本机数据是否完好。不需要网络，不改动内容。")
    def examine(app: App) -> Output:
        """Examine the files; exit code 1 when something is not well."""
        found = doctor.examine(app.store)
        lines = [f"{'正常' if one['ok'] else '异常'}  {one['message']}" for one in found]
        return Output(
            {"ok": all(one["ok"] for one in found), "findings": found}, lines, int(any(not o["ok"] for o in found))
        )

    @command(
        main,
        "rebuild",
        help="数据文件损坏时：用还读得出的内容和自动快照重建。快照之后录入的，读得出的都在。\n\n"
        "坏文件改名保留，不删除。名册在下一次同步时取回。请先停掉 serve。",
    )
    def rebuild(app: App) -> Output:
        """Build a broken store anew."""
        found = rebuilding.rebuild(app.home, app.store_key(), app.clock)
        lines = [
            f"已重建：草稿 {found.drafts} 份，等待上传的修改 {found.waiting} 条。下一步：field-client sync",
            f"坏文件保留为 {found.kept_as}。",
        ]
        if found.with_gaps:
            lines.insert(
                1, f"有读不出的部分，已用快照补上（{found.snapshot_at or '没有快照'}）：{'、'.join(found.with_gaps)}"
            )
        return Output(asdict(found), lines)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return read_line()
    if not sys.stdin.isatty():
        raise FieldError("password.needed")
    return str(click.prompt("密码", hide_input=True, err=True))


def _new_pin(app: App) -> str | None:
    if app.reads_pin or os.environ.get(PIN_VARIABLE):
        return app.pin() or None
    if not sys.stdin.isatty():
        return None
    prompt = "设置 PIN（至少 4 位，直接回车表示不设）"
    return (
        click.prompt(prompt, hide_input=True, confirmation_prompt=True, default="", show_default=False, err=True)
        or None
    )


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show on a terminal how far a sync is; elsewhere say nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda lane, done, total: None
        return
    with console.status("正在连接服务器…") as spinner:

        def report(lane: str, done: int, total: int) -> None:
            words = f"照片 {done}/{total} 张" if lane == "photos" else f"已交 {done} 条，已取 {total} 条"
            spinner.update(f"正在同步：{words}")

        yield report


def _sync_lines(summary: syncing.Summary) -> list[str]:
    lines = [
        f"交出 {summary.pushed} 条，取回 {summary.pulled} 条。",
        f"照片已传 {summary.blobs_sent} 张，等待 {summary.blobs_waiting} 张。",
        f"流量：发 {summary.bytes_sent} 字节，收 {summary.bytes_received} 字节；中断后重发 {summary.bytes_resent} 字节。",
    ]
    if summary.budget_spent:
        lines.append(messages.text("budget.spent"))
    if summary.held:
        lines.append(f"{summary.held} 条等待审核人员决定：field-client conflicts list")
    if summary.refused:
        lines.append(f"{summary.refused} 条服务器没有接受，仍在本机：field-client refused list")
    for bucket in summary.buckets:
        same = (bucket["count"], bucket["checksum"]) == (bucket["server_count"], bucket["server_checksum"])
        verdict = "一致" if same else "不一致，下次同步会自动重取"
        lines.append(f"{bucket['id']}：本机 {bucket['count']} 条，服务器 {bucket['server_count']} 条，{verdict}")
    return lines


def _status_lines(found: dict[str, Any]) -> list[str]:
    waiting, storage = found["waiting"], found["storage"]
    lines = [
        f"{found['user']['display_name']}，{found['device']['name']}",
        f"等待上传：走访 {waiting['visits']} 次，修改共 {waiting['records']} 条，照片 {waiting['photos']} 张",
        f"草稿 {found['drafts']} 份；等待审核 {found['held']} 条；被拒 {found['refused']} 条；本机家庭 {found['households']} 户",
        f"上次同步：{found['last_sync_at'] or '还没有'}；{_lease_words(found['lease'])}",
        f"存储已用 {storage['used_percent']}%；已有回执、可以清理 {storage['freeable_count']} 个",
        *uploads.storage_warnings(storage),
    ]
    if found["clock_offset_ms"] is not None and abs(found["clock_offset_ms"]) >= 60_000:
        lines.append(_offset_line(found["clock_offset_ms"]))
    if found["schema"]["install"]:
        lines.append(messages.text("client.too_old", version=found["schema"]["install"]))
    lines += [f"{one['lane_text']}暂停上传：{one['message']}" for one in waiting["resting"]]
    lines += [
        f"照片待处理：{terms.FILE_KINDS.get(one['kind'], one['kind'])}，{one['message']}"
        for one in waiting["set_aside"]
    ]
    return lines


def _lease_words(lease: dict[str, Any]) -> str:
    return messages.text("lease.over") if lease["is_over"] else f"离线期限还有 {lease['days_left']} 天"


def _offset_line(offset_ms: int) -> str:
    hours, minutes = divmod(abs(offset_ms) // 60_000, 60)
    days, hours = divmod(hours, 24)
    span = f"{days} 天 {hours} 小时" if days else f"{hours} 小时 {minutes} 分"
    return f"手机时钟{'快' if offset_ms > 0 else '慢'}了约 {span}；不影响办理，记录会按服务器时间校正。"
