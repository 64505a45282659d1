"""flask conflicts: what the sync held, and the decision of a named reviewer on it."""

from typing import Any

import click
from flask.cli import with_appcontext

from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, say
from server.domain.permissions import Actor
from server.queries import held as waiting
from server.services import conflicts as service
from server.services import held
from server.services import staff as accounts
from server.services.changes import Ledger
from server.services.sign_in import grants_of
from server.transaction import parts, reading, transact
from sync.canonical import dumps, instant

KINDS = {"conflict": "冲突", "proposal": "提议", "removed": "改了已移除的记录", "duplicate": "可能是同一人"}
STATES = {"open": "待处理", "accepted": "已采纳", "refused": "未采纳", "undone": "已撤销合并"}


@click.group(cls=OfficeGroup)
def conflicts() -> None:
    """冲突与提议: 同步时搁置、等人决定的内容。"""


@conflicts.command("list")
@click.option("--kind", default="", type=click.Choice(["", *waiting.KINDS]), help="只看一类")
@click.option("--area", default="", help="只看某个地区 (代码的前几位)")
@click.option("--state", default="open", show_default=True, type=click.Choice(waiting.STATES))
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 1000))
@as_json
@with_appcontext
def list_conflicts(kind: str, area: str, state: str, limit: int, as_json: bool) -> None:
    """列出待处理的 (最久的在前) 或已处理的 (最新的在前), 不显示内容。"""
    now = parts().clock()
    chosen = {"kind": kind, "area": area, "state": state, "limit": limit}
    found = transact(
        lambda ledger: [
            _row(row)
            for row in service.listed(ledger, OPERATOR, **chosen, after=None, now=now)  # type: ignore[arg-type]
        ]
    )
    say(found, as_json, lambda _: [_line(row) for row in found] or ["没有待处理的冲突和提议"])


@conflicts.command()
@click.argument("held_id")
@as_json
@with_appcontext
def show(held_id: str, as_json: bool) -> None:
    """并排显示一条: 现在的和提出的, 只列不同的栏目 (号码遮去相同的位数; 查看会记入日志)。"""
    now = parts().clock()
    found = transact(lambda ledger: _whole(service.show(ledger, OPERATOR, held_id, now=now)))
    say(found, as_json, _whole_lines)


@conflicts.command()
@click.argument("held_id")
@click.option("--accept", "decision", flag_value="accepted", help="采纳 (可能是同一人: 合并)")
@click.option("--refuse", "decision", flag_value="refused", help="不采纳 (可能是同一人: 不是)")
@click.option("--undo", "decision", flag_value="undone", help="撤销合并")
@click.option("--as", "username", required=True, help="由谁决定: 审核人员的用户名")
@click.option("--reason", required=True, help="理由, 会告诉提出的人")
@click.option("--keep", "kept", default="", help="合并时保留哪一个人 (编号)")
@click.option("--if-match", "seen", default="", help="所看内容的 etag; 不给则按现在的内容决定")
@as_json
@with_appcontext
def resolve(
    held_id: str, decision: str | None, username: str, reason: str, kept: str, seen: str, as_json: bool
) -> None:
    """由一位审核人员决定一条。已经这样决定过的, 再运行一次不起作用, 也不算出错。"""
    if decision is None:
        raise click.UsageError("请写明 --accept、--refuse 或 --undo")
    now = parts().clock()
    is_new = transact(lambda ledger: _resolved(ledger, held_id, decision, username, reason, kept, seen))
    said = STATES[decision] if is_new else f"早已是: {STATES[decision]}"
    say({"id": held_id, "state": decision, "changed": is_new, "at": instant(now)}, as_json, lambda _: [said])


def _resolved(ledger: Ledger, held_id: str, decision: str, username: str, reason: str, kept: str, seen: str) -> bool:
    now = parts().clock()
    actor = _named(username)
    matter = service.show(ledger, actor, held_id, now=now)
    if matter.state == decision:
        return False
    seen = seen or matter.etag
    service.decide(ledger, actor, held_id, decision=decision, reason=reason, seen=seen, kept=kept, now=now)
    return True


def _named(username: str) -> Actor:
    """Give the reviewer by whose name it is decided, with their rights of today: the command adds none."""
    staff = accounts.by_username(reading(), username)
    grants = grants_of(staff, parts().clock()) if staff.disabled_at is None else ()
    return Actor(staff.id, staff.display_name, grants)


def _row(row: waiting.Row) -> dict[str, Any]:
    one = row.held
    names = ("id", "kind", "type", "record_id", "other_id", "field", "staff_id")
    return {
        **{name: getattr(one, name) for name in names},
        "state": service.state_of(one),
        "area_code": row.area_code,
        "held_at": instant(one.at),
    }


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['id']}  {row['area_code']}  {KINDS[row['kind']]}  {row['type']}.{row['field']}"
        f"  {STATES[row['state']]}  {row['held_at']}"
    )


def _whole(matter: service.Matter) -> dict[str, Any]:
    stands, offered = matter.shown()
    decision = matter.held.decision or {}
    original = held.masked(matter.held, matter.values["original"]) if matter.persons is None else None
    return {
        **_row(matter.row),
        "etag": matter.etag,
        "original": original,
        "stands": stands,
        "offered": offered,
        "evidence": matter.values.get("evidence"),
        "reason": decision.get("reason"),
        "decided_by": decision.get("name"),
    }


def _whole_lines(found: dict[str, Any]) -> list[str]:
    cells = [
        f"  {name}: {_plain(found['stands'].get(name))}  →  {_plain(value)}" for name, value in found["offered"].items()
    ]
    evidence = [f"  依据的走访: {found['evidence']}"] if found["evidence"] else []
    decided = [f"  {found['decided_by']}: {found['reason']}"] if found["decided_by"] else []
    return [_line(found), *cells, *evidence, *decided]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value).decode()
