"""flask users, areas: running the office."""

import csv
from dataclasses import dataclass
from typing import TextIO

import click
from flask.cli import with_appcontext

from server.cli.output import OfficeGroup, as_json, say
from server.domain.errors import InputInvalid
from server.domain.permissions import ADMIN, COUNTY_OFFICER, ROLES, Actor, Grant
from server.services import areas as area_service
from server.services import staff as accounts
from server.services import tasks
from server.services.changes import Ledger
from server.services.ids import make_id
from server.transaction import parts, transact

# Who may run commands on the server's machine answers for the office as a whole.
OPERATOR = Actor("operator", "命令行", (Grant(ADMIN, ""), Grant(COUNTY_OFFICER, "")))


@dataclass(frozen=True)
class AreaRow:
    """A line of the areas file."""

    code: str
    name: str


@click.group(cls=OfficeGroup)
def users() -> None:
    """人员账号。"""


@users.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option("--role", "roles", required=True, multiple=True, help="岗位:地区代码, 可多次; 岗位: " + ", ".join(ROLES))
@click.password_option(help="密码 (不给则提示输入)")
@as_json
@with_appcontext
def create(username: str, name: str, roles: tuple[str, ...], password: str, as_json: bool) -> None:
    """开一个账号。例: flask users create zhang --name 张敏 --role caseworker:430981114"""
    grants = [_grant(one) for one in roles]
    password_hash = accounts.hashed(password)
    now = parts().clock()
    staff_id = make_id(now)
    transact(
        lambda ledger: accounts.create(
            ledger,
            staff_id,
            username=username,
            display_name=name,
            password_hash=password_hash,
            grants=grants,
            now=now,
        )
    )
    say({"id": staff_id, "username": username}, as_json, lambda _: [f"已开通账号 {username}"])


def _grant(text: str) -> Grant:
    """Read role:area. Only who sees no case may go without an area; a forgotten one must not open the whole county."""
    role, colon, area = text.partition(":")
    if not colon and role != ADMIN:
        raise InputInvalid(f"请写明地区, 如 {role}:430981114; 全部地区写作 {role}:")
    return Grant(role, area)


@users.command()
@click.argument("username")
@click.option("--role", "roles", required=True, multiple=True, help="今后的岗位:地区代码, 可多次")
@click.option("--tasks-to", help="把留在原地区的走访任务交给谁 (用户名)")
@as_json
@with_appcontext
def move(username: str, roles: tuple[str, ...], tasks_to: str | None, as_json: bool) -> None:
    """调动岗位或地区: 原岗位即时结束并留档, 调动前在外完成的工作照样收下。

    例: flask users move zhang --role caseworker:430981102
    """
    grants = [_grant(one) for one in roles]
    now = parts().clock()

    def deed(ledger: Ledger) -> dict[str, object]:
        moved = accounts.move(ledger, OPERATOR, username, grants=grants, now=now)
        heir = accounts.by_username(ledger.session, tasks_to) if tasks_to else None
        handed = tasks.hand_over(ledger, OPERATOR, moved.tasks_left, heir, now=now) if heir else 0
        return {
            "id": moved.staff_id,
            "username": username,
            "tasks_left": len(moved.tasks_left) - handed,
            "handed": handed,
        }

    say(transact(deed), as_json, lambda done: _moved_lines(username, done))


def _moved_lines(username: str, done: dict[str, object]) -> list[str]:
    lines = [f"已调动 {username}"]
    if done["handed"]:
        lines.append(f"{done['handed']} 项任务已交接")
    if done["tasks_left"]:
        lines.append(f"原地区还有 {done['tasks_left']} 项任务在其名下, 请再运行一次并加 --tasks-to 用户名")
    return lines


@users.command()
@click.argument("username")
@with_appcontext
def disable(username: str) -> None:
    """停用账号, 其登录立即失效。"""
    transact(lambda ledger: accounts.disable(ledger.session, username, now=parts().clock()))
    click.echo(f"已停用 {username}")


@users.command()
@click.argument("username")
@click.password_option(help="新密码 (不给则提示输入)")
@with_appcontext
def reset(username: str, password: str) -> None:
    """重设密码, 原有登录立即失效。"""
    transact(lambda ledger: accounts.reset(ledger.session, username, password, now=parts().clock()))
    click.echo(f"已重设 {username} 的密码")


@click.group(cls=OfficeGroup)
def areas() -> None:
    """行政区划。"""


@areas.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@as_json
@with_appcontext
def import_areas(file: TextIO, as_json: bool) -> None:
    """从 CSV (列: code,name) 导入区划; 已有的代码会改名, 重复导入无害。"""
    try:
        reader = csv.DictReader(file)
        if not {"code", "name"} <= set(reader.fieldnames or ()):
            raise InputInvalid("CSV 第一行要有 code 和 name 两列")
        rows = [AreaRow(row["code"] or "", row["name"] or "") for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise InputInvalid("文件读不了: 请另存为 UTF-8 编码的 CSV") from None
    changed = transact(lambda ledger: area_service.put(ledger, rows, now=parts().clock()))
    say({"read": len(rows), "changed": changed}, as_json, lambda _: [f"读入 {len(rows)} 行, 新增或改名 {changed} 个"])
