"""flask checks: rounds with the departments, how a check stands, and the disposal of what has served its purpose."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import click
from flask.cli import with_appcontext

from policy.check_sources import sources
from server import inquiring
from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, columns, progress, say
from server.domain.checks import STATES
from server.domain.errors import SettingsInvalid
from server.models.checks import CheckReport
from server.queries import checks as check_queries
from server.services.checks import disposal
from server.transaction import at_desk, parts, reading
from sync.canonical import instant

FAULTS = {
    "unreachable": "联系不上",
    "slow": "超时未答复",
    "busy": "对方繁忙",
    "unknown": "对方没有这次查询, 下次重发",
    "foreign": "答复的不是这次查询",
    "refused": "对方不受理",
    "lapsed": "授权已过期, 不能再发",
    "malformed": "答复读不懂",
    "signature": "答复的签名不对",
}


@click.group(cls=OfficeGroup)
def checks() -> None:
    """经济状况核对: 向各来源发出查询, 收取反馈, 到期销毁。

    各来源走哪条通道, 写在 ZSB_CHECK_ROUTES 指向的文件里 (见 docs/checks.md)。
    重复运行没有害处: 同一查询只算一次, 同一反馈只收一次。退出码: 0 完成, 1 有未通的, 2 用法不对, 3 通道都联系不上。
    """


@checks.command()
@click.argument("check_id", required=False)
@as_json
@with_appcontext
def send(check_id: str | None, as_json: bool) -> None:
    """向授权书写明的来源发出查询; 不写 CHECK_ID 时, 把以前没发出去的都重发。"""
    progress("正在发出查询 ...")
    round_ = _routed(lambda: inquiring.send(OPERATOR, check_id) if check_id else inquiring.send_drafted(OPERATOR))
    _tell(round_, as_json, "发出查询", "没有要发出的查询")


@checks.command()
@as_json
@with_appcontext
def collect(as_json: bool) -> None:
    """收取各来源的反馈; 有问题的反馈另放一边并记下原因。"""
    progress("正在收取反馈 ...")
    _tell(_routed(lambda: inquiring.collect(OPERATOR)), as_json, "收到反馈", "没有新的反馈")


@checks.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200), help="最多几条")
@as_json
@with_appcontext
def list_checks(limit: int, as_json: bool) -> None:
    """列出还没有结论的核对, 不显示任何个人信息。"""
    found = check_queries.listed(reading(), OPERATOR, is_open=True, limit=limit)
    rows = [{"id": one.id, "application_id": one.application_id, "state": one.state} for one in found]
    say(
        rows,
        as_json,
        lambda _: columns([[one["id"], STATES[one["state"]]] for one in rows]) if rows else ["没有待办的核对"],
    )


@checks.command()
@click.argument("check_id")
@as_json
@with_appcontext
def show(check_id: str, as_json: bool) -> None:
    """显示一次核对各来源的进展和使用日志; 查到的内容只在有权查看的页面上看。"""
    session = reading()
    check, _ = check_queries.get(session, check_id, visible_to=OPERATOR)
    reports = [_report(one) for one in check_queries.reports(session, check.id)]
    uses = [
        {"at": instant(one.at), "deed": one.deed, "source": one.source, "staff_id": one.staff_id}
        for one in check_queries.uses(session, check.id)
    ]
    data = {"id": check.id, "state": check.state, "result": check.result, "valid_to": _day(check.valid_to)}
    say({**data, "reports": reports, "uses": uses}, as_json, lambda _: [STATES[check.state], *_lines(reports)])


@checks.command()
@click.option("--dry-run", is_flag=True, help="只列出到期要销毁的, 不销毁")
@click.option("--yes", is_flag=True, help="不再询问")
@as_json
@with_appcontext
def dispose(dry_run: bool, yes: bool, as_json: bool) -> None:
    """销毁到期的核对数据; 谁在何时为何查过, 以及数据已销毁, 仍留有记录。"""
    today = parts().clock()
    due = at_desk(OPERATOR, lambda desk: disposal.due(desk, on=desk.today), now=today)
    if dry_run:
        rows = [_report(one) for one in due]
        say(rows, as_json, lambda _: [*_lines(rows), "以上到期, 没有销毁 (--dry-run)"] if rows else ["没有到期的数据"])
        return
    if due and not yes:
        click.confirm(f"将销毁 {len(due)} 份或更多核对数据, 不能恢复。继续?", abort=True, err=True)
    gone = _routed(lambda: inquiring.dispose(OPERATOR))
    say({"disposed": gone}, as_json, lambda _: [f"已销毁 {len(gone)} 份" if gone else "没有到期的数据"])


def _routed(deed: Any) -> Any:
    try:
        return deed()
    except SettingsInvalid as error:
        raise click.UsageError(str(error)) from None


def _tell(round_: inquiring.Round, as_json: bool, done: str, nothing: str) -> None:
    say(vars(round_), as_json, lambda _: _round_lines(round_, done, nothing))
    if round_.faults:
        raise SystemExit(1 if round_.done or set(round_.faults) - {"unreachable", "slow", "busy"} else 3)


def _round_lines(round_: inquiring.Round, done: str, nothing: str) -> list[str]:
    lines = [f"{done} {round_.done} 件" if round_.done else nothing]
    lines += [f"  {sources()[code].name}  {count}" for code, count in sorted(round_.by_source.items()) if count]
    lines += [f"未通: {FAULTS.get(code, code)}  {count}" for code, count in sorted(round_.faults.items())]
    return lines + ([f"还在等待 {round_.waiting} 件"] if round_.waiting else [])


def _report(one: CheckReport) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("id", "check_id", "source", "round", "connector", "state", "fault")}
    return {**plain, "valid_to": _day(one.valid_to), "dispose_on": _day(one.dispose_on)}


def _lines(rows: list[Mapping[str, Any]] | list[dict[str, Any]]) -> list[str]:
    cells = [
        [
            sources()[one["source"]].name,
            STATES[one["state"]],
            FAULTS.get(one["fault"] or "", one["fault"] or ""),
            one["dispose_on"] or "",
        ]
        for one in rows
    ]
    return columns([["来源", "状态", "未通原因", "销毁日期"], *cells]) if cells else ["还没有向任何来源查询"]


def _day(found: date | None) -> str | None:
    return found.isoformat() if found else None
