"""flask bundles: what a USB stick brought from where there is no network, and the answer that it takes back."""

import getpass
import time
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask.cli import with_appcontext

from server import bundles as service
from server.adapters.whole_file import writing
from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, progress, say
from server.domain.errors import BundleUnanswered
from server.queries import imports
from server.transaction import parts, reading
from sync.canonical import instant

SHOW_EVERY_S = 0.5


@click.group(cls=OfficeGroup)
def bundles() -> None:
    """没有网络时, 用 U 盘带来的数据包。"""


@bundles.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只说会发生什么, 不改动任何内容")
@click.option("--answer", type=click.Path(dir_okay=False, path_type=Path), help="回执数据包写到哪里 (默认在数据包旁边)")
@as_json
@with_appcontext
def import_bundle(file: Path, dry_run: bool, answer: Path | None, as_json: bool) -> None:
    """收下外勤设备导出的数据包, 并写一个回执数据包, 由同一个 U 盘带回给设备。重复导入无害。"""
    now, report = parts().clock(), _shown()
    with file.open("rb") as source:
        if dry_run:
            done = service.rehearse(source.read, now=now, report=report)
        else:
            done = service.take_in(source.read, OPERATOR, account=getpass.getuser(), now=now, report=report)
    result: dict[str, Any] = {**done.figures(), "dry_run": dry_run, "answer": None}
    if not dry_run:
        target = answer or file.with_name(f"{file.stem}-answer{file.suffix}")
        _write_answer(done, target)
        result["answer"] = str(target)
    say(result, as_json, _lines)
    if not done.is_complete:
        raise SystemExit(1)


@bundles.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="最多列出多少次")
@as_json
@with_appcontext
def list_imports(limit: int, as_json: bool) -> None:
    """列出谁在何时导入了哪台设备的数据包。"""
    rows = [
        {"at": instant(one.at), "account": one.account, "device": one.device, "staff": one.staff, **one.figures}
        for one in imports.latest(reading(), limit=limit)
    ]
    say(rows, as_json, lambda _: [_import_line(row) for row in rows] or ["还没有导入过数据包"])


def _write_answer(done: service.Import, target: Path) -> None:
    try:
        with writing(target) as file:
            service.answer(done, file.write, X25519PrivateKey.generate(), now=parts().clock())
    except OSError:
        raise BundleUnanswered(f"请换个地方 (--answer 文件) 再导入一次, 重复导入无害: {target}") from None


def _shown() -> service.Report:
    """Show on stderr how far an import is, now and then."""
    shown_at = time.monotonic()

    def report(records: int, blobs: int) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at >= SHOW_EVERY_S:
            shown_at = time.monotonic()
            progress(f"已读 {records} 条, 照片 {blobs} 张")

    return report


def _lines(result: dict[str, Any]) -> list[str]:
    would = "将会" if result["dry_run"] else "已"
    outcomes = result["outcomes"]
    lines = [
        f"设备 {result['device_id']} 的数据包: 修改 {result['mutations']} 条, 照片 {sum(result['blobs'].values())} 张",
        f"{would}收下 {result['new']} 条 (以前收过 {result['repeated']} 条); "
        f"待决定 {outcomes.get('held', 0)} 条, 拒收 {outcomes.get('refused', 0)} 条",
        f"{would}存好照片 {result['blobs'].get(service.STORED, 0)} 张, 以前已有 {result['blobs'].get(service.KNOWN, 0)} 张",
    ]
    lines += [f"照片没有收下: {code}, {count} 张" for code, count in result["blobs"].items() if "." in code]
    if result["missing"]:
        first, last = result["missing"]
        lines.append(
            f"缺第 {first} 到 {last} 条, 其后的先不收: 请先导入更早的数据包, 或把回执带给设备后重新导出。什么都没有丢。"
        )
    if result["copy"]:
        lines.append(
            "这台设备的数据像是复制的或从旧备份恢复的, 已另给编号: 请把回执带给设备, 再重新导出一次。什么都没有丢。"
        )
    if result["damaged"]:
        lines.append("数据包后面一段不完整或已损坏, 完好的部分都算数: 请让设备重新导出一次, 重复导入无害。")
    if result["answer"]:
        lines.append(f"回执数据包: {result['answer']} (带回给设备: field-client bundle import)")
    return lines


def _import_line(row: dict[str, Any]) -> str:
    blobs = sum(row["blobs"].values())
    return (
        f"{row['at']}  {row['account']}  {row['staff']}的{row['device']}  修改 {row['mutations']} 条  照片 {blobs} 张"
    )
