"""flask devices: what is in the field, and what is done when one is lost (docs/how-to/lost-device.md)."""

from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, say
from server.domain.errors import NotFound
from server.services import device_list, farewell, incidents, salvage
from server.services import devices as device_service
from server.transaction import parts, reading, transact
from sync.canonical import instant

FACTS = {
    "enrolled_at": "登记",
    "last_seen_at": "最近联系",
    "revoked_at": "停用",
    "wipe_asked_at": "要求抹除",
    "wipe_reason": "原因",
    "salvaged_at": "内容交齐",
    "wiped_at": "抹除",
}


@click.group(cls=OfficeGroup)
def devices() -> None:
    """外勤设备。"""


@devices.command("list")
@as_json
@with_appcontext
def list_devices(as_json: bool) -> None:
    """列出设备: 归谁用, 最近何时联系, 是否停用、交回、抹除。"""
    rows = _rows()
    say(rows, as_json, lambda _: [_line(row) for row in rows] or ["还没有登记设备"])


@devices.command()
@click.argument("device_id")
@as_json
@with_appcontext
def show(device_id: str, as_json: bool) -> None:
    """查看一台设备的经过。"""
    row = next((one for one in _rows() if one["id"] == device_id), None)
    if row is None:
        raise NotFound("没有这台设备")
    lines = [_line(row), *(f"  {word} {row[name]}" for name, word in FACTS.items() if row[name])]
    lines.append(f"  交回 {row['salvage_pieces']} 份, {row['salvage_bytes']} 字节 (封存)")
    say(row, as_json, lambda _: lines)


@devices.command()
@click.argument("device_id")
@with_appcontext
def revoke(device_id: str) -> None:
    """停用一台设备, 它的登录立即失效; 本机内容不动。丢失的设备用 wipe。"""
    transact(lambda ledger: device_service.revoke(ledger.session, OPERATOR, device_id, now=parts().clock()))
    click.echo("已停用")


@devices.command()
@click.argument("device_id")
@click.option("--reason", required=True, help="为什么 (如: 下乡途中遗失)")
@click.option("--yes", is_flag=True, help="不再询问")
@with_appcontext
def wipe(device_id: str, reason: str, yes: bool) -> None:
    """停用一台丢失的设备, 并要求它下次联系时交出未传内容、抹除其余。"""
    if not yes:
        click.confirm("设备再次联网时会先交回未上传的内容, 再抹除本机全部数据。确定吗?", abort=True, err=True)
    now = parts().clock()
    device = transact(lambda ledger: farewell.ask(ledger.session, OPERATOR, device_id, reason=reason, now=now))
    click.echo(device_list.STATES[device_list.state(device)])


@devices.command("salvage")
@click.argument("device_id")
@click.option("--drafts", is_flag=True, help="同时输出未签封的草稿 (含个人信息)")
@as_json
@with_appcontext
def take_up(device_id: str, drafts: bool, as_json: bool) -> None:
    """启封丢失设备交回的内容: 工作转入待确认 (flask held list), 照片入库。重复运行只收新的。"""
    now = parts().clock()
    taken = transact(lambda ledger: salvage.take_up(ledger, parts().blobs, OPERATOR, device_id, now=now))
    result = {**vars(taken), "drafts": taken.drafts if drafts else len(taken.drafts)}
    lines = [
        f"待确认 {taken.waiting} 条, 早已收到 {taken.known} 条, 照片 {taken.photos} 张, 草稿 {len(taken.drafts)} 份",
        *(["有打不开的内容, 请保留数据库并联系技术支持"] if taken.unreadable else []),
    ]
    say(result, as_json or drafts, lambda _: lines)


def _rows() -> list[dict[str, Any]]:
    found = device_list.listed(reading(), OPERATOR, now=parts().clock())
    return [{name: instant(v) if isinstance(v, datetime) else v for name, v in row.items()} for row in found]


def _line(row: dict[str, Any]) -> str:
    state = device_list.STATES[row["state"]]
    noted = "".join(f"  {one}" for one in incidents.lines(row["incidents"]))
    seen = f"最近联系 {row['last_seen_at'] or '从未'}{_clock(row['clock_offset_ms'])}"
    return f"{row['id']}  {row['staff']}  {row['name']}  {state}  {seen}{noted}"


def _clock(offset_ms: int | None) -> str:
    """Say how far a phone's clock was off when it last spoke to us; nothing below a minute, or when it is not known."""
    hours, minutes = divmod(abs(offset_ms or 0) // 60_000, 60)
    days, hours = divmod(hours, 24)
    if not (days or hours or minutes):
        return ""
    span = f"{days} 天 {hours} 小时" if days else f"{hours} 小时 {minutes} 分"
    return f"  手机{'快' if (offset_ms or 0) > 0 else '慢'}了约 {span}"
