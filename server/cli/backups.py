"""flask backup create, verify, restore."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, progress, say
from server.domain.errors import BackupUnsound
from server.extensions import db
from server.services import audit, backups
from server.transaction import parts, transact

in_folder = click.option("--dir", "folder", default="", help="备份放在哪里 (默认 ZSB_BACKUP_DIR)")


@click.group(cls=OfficeGroup)
def backup() -> None:
    """备份: 数据库和全部照片。"""


@backup.command()
@in_folder
@as_json
@with_appcontext
def create(folder: str, as_json: bool) -> None:
    """做一份备份; 服务器可以照常运行。完成后, 设备才会清理其中已有的内容。"""
    now = parts().clock()
    made = backups.create(db.engine, parts().blobs, _place(folder), now=now, progress=progress)
    transact(lambda ledger: backups.note_durable(ledger.session, made))
    transact(
        lambda ledger: audit.record(ledger.session, OPERATOR, "backup.create", "backup", made.folder.name, now=now)
    )
    result = {
        "folder": str(made.folder),
        "epoch": made.manifest["epoch"],
        "buckets": len(made.manifest["buckets"]),
        "blobs": made.manifest["blobs"]["count"],
        "counts": made.manifest["counts"],
    }
    say(
        result,
        as_json,
        lambda _: [f"已备份到 {made.folder}", f"照片 {result['blobs']} 个, 分区 {result['buckets']} 个"],
    )


@backup.command()
@click.argument("name", required=False)
@in_folder
@as_json
@with_appcontext
def verify(name: str | None, folder: str, as_json: bool) -> None:
    """核对一份备份 (默认最新的): 重新计算文件、记录和照片的校验和。有问题以 1 退出。"""
    found = backups.find(_place(folder, name), name)
    faults = list(backups.faults(found, parts().vault, progress=progress))
    result = {"folder": str(found.folder), "sound": not faults, "faults": faults}
    say(result, as_json, lambda _: faults or [f"备份完好: {found.folder}", *_unproved(found)])
    if faults:
        raise SystemExit(1)


@backup.command()
@click.argument("name", required=False)
@in_folder
@click.option("--yes", is_flag=True, help="确认用备份替换现在的数据库")
@click.option("--dry-run", is_flag=True, help="只核对, 不恢复")
@as_json
@with_appcontext
def restore(name: str | None, folder: str, yes: bool, dry_run: bool, as_json: bool) -> None:
    """用一份备份 (默认最新的) 替换现在的数据库, 并补上缺的照片。先停服务器。

    备份之后的办公室修改会丢失; 设备上的修改会在下次同步时自动补回。
    """
    if not (yes or dry_run):
        raise click.UsageError("这会替换现在的数据库: 请加 --yes 确认, 或加 --dry-run 只看不做")
    found = backups.find(_place(folder, name), name)
    faults = list(backups.faults(found, parts().vault, progress=progress))
    result = {"folder": str(found.folder), "made_at": found.manifest["made_at"], "faults": faults, "epoch": None}
    if not faults and not dry_run:
        db.session.remove()
        result["epoch"] = backups.restore(db.engine, parts().blobs, found, parts().uploads, progress=progress)
        db.engine.dispose()
        now = parts().clock()
        noted = (OPERATOR, "backup.restore", "backup", found.folder.name)
        transact(lambda ledger: audit.record(ledger.session, *noted, now=now))
    done = "可以恢复 (没有改动)" if dry_run else "已恢复; 现在可以启动服务器, 设备会补回缺的修改"
    say(result, as_json, lambda _: faults or [f"{done}: {found.folder}"])
    if faults:
        raise SystemExit(1)


def _place(folder: str, name: str | None = None) -> Path:
    """Say where backups lie; a backup that is named by its own path needs no such place."""
    place = folder or parts().settings.backup_dir
    if not place and not name:
        raise BackupUnsound("没有设置备份位置: 请设 ZSB_BACKUP_DIR 或加 --dir")
    return Path(place)


def _unproved(found: backups.Backup) -> list[str]:
    """Say honestly what was not looked into."""
    if found.manifest["database"]["kind"] == "sqlite":
        return []
    return ["PostgreSQL 的导出只核对了文件和目录; 各村校验和在恢复后由 flask doctor 核对"]
