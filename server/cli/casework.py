"""flask households, held: deeds of the office on cases, for whoever answers for all of it."""

import click
from flask.cli import with_appcontext

from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, say
from server.models.held_work import HeldWork
from server.services import acceptance, held_work
from server.services import households as household_service
from server.transaction import parts, reading, transact
from sync.canonical import instant

REASONS = {
    "right.ended": "做这项工作时已不在岗位范围内",
    "right.in_doubt": "做这项工作的时间说不清, 无法判断当时是否在岗",
    "record.waits": "所改的记录本身还在等待确认",
    "schema.newer": "由更新版本的外勤端提交, 服务器升级后再确认",
    "device.lost": "由挂失设备交回",
}


@click.group(cls=OfficeGroup)
def households() -> None:
    """家庭。"""


@households.command()
@click.argument("household_id")
@click.option("--to", required=True, help="迁入村的 12 位代码")
@click.option("--reason", required=True, help="为什么迁")
@as_json
@with_appcontext
def move(household_id: str, to: str, reason: str, as_json: bool) -> None:
    """把一户迁到另一个村: 成员、人员、走访和审核一并迁去。"""
    now = parts().clock()
    moved = transact(
        lambda ledger: household_service.move(ledger, OPERATOR, household_id, to=to, reason=reason, now=now)
    )
    say({"moved": moved}, as_json, lambda _: [f"已迁到 {to}, 共 {moved} 条记录" if moved else f"这户已经在 {to}"])


@click.group(cls=OfficeGroup)
def held() -> None:
    """等待确认的外勤工作 (调动后才收到的、挂失设备交回的)。"""


@held.command("list")
@as_json
@with_appcontext
def list_held(as_json: bool) -> None:
    """列出等待确认的工作, 不显示内容。"""
    rows = [_row(one) for one in held_work.waiting(reading(), OPERATOR)]
    say(rows, as_json, lambda _: [_line(one) for one in rows] or ["没有等待确认的工作"])


@held.command()
@click.argument("held_id")
@with_appcontext
def show(held_id: str) -> None:
    """显示一项工作的全部内容 (含个人信息, 会记入日志)。"""
    now = parts().clock()
    row, content = transact(lambda ledger: held_work.show(ledger.session, parts().vault, OPERATOR, held_id, now=now))
    say({**_row(row), "content": content}, as_json=True)


@held.command()
@click.argument("held_id")
@click.option("--reason", required=True, help="为什么可以收下")
@as_json
@with_appcontext
def accept(held_id: str, reason: str, as_json: bool) -> None:
    """确认一项工作, 使其生效 (照样经过各项检查)。"""
    now = parts().clock()
    result = transact(lambda ledger: acceptance.accept(ledger, OPERATOR, held_id, reason=reason, now=now))
    say(
        {"outcome": result.outcome},
        as_json,
        lambda _: ["已生效" if result.outcome != "held" else "已收下, 有的栏目等待审核"],
    )


@held.command()
@click.argument("held_id")
@click.option("--reason", required=True, help="为什么不收")
@with_appcontext
def decline(held_id: str, reason: str) -> None:
    """不采用一项工作; 内容仍封存留档。"""
    now = parts().clock()
    transact(lambda ledger: held_work.decline(ledger, OPERATOR, held_id, reason=reason, now=now))
    click.echo("已记为不采用, 内容留档")


def _row(one: HeldWork) -> dict[str, object]:
    names = ("id", "device_id", "staff_id", "n", "type", "record_id", "bucket", "reason")
    return {**{name: getattr(one, name) for name in names}, "at": instant(one.at)}


def _line(row: dict[str, object]) -> str:
    return f"{row['id']}  {row['bucket']}  {row['type']}  {REASONS.get(str(row['reason']), row['reason'])}  {row['at']}"
