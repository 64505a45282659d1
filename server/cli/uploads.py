"""flask uploads: what arrives in pieces and was never finished."""

from dataclasses import asdict

import click
from flask.cli import with_appcontext

from server.cli.output import OfficeGroup, as_json, say
from server.sweeping import sweep


@click.group(cls=OfficeGroup)
def uploads() -> None:
    """照片上传。"""


@uploads.command()
@click.option("--dry-run", is_flag=True, help="只列出数量, 不删除")
@as_json
@with_appcontext
def expire(dry_run: bool, as_json: bool) -> None:
    """清理过期的半截上传 (保留时间见 ZSB_UPLOAD_KEEP_HOURS); 已存好的照片不动。服务器平时每小时也会自己清理。"""
    swept = sweep(dry_run=dry_run)
    word = "可清理" if dry_run else "已清理"
    line = f"{word}: 上传 {swept.uploads} 个, 文件 {swept.files} 个, {swept.size_bytes} 字节"
    say(asdict(swept) | {"dry_run": dry_run}, as_json, lambda _: [line])
