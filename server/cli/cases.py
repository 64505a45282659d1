"""flask cases: what is under way and what is due, and the daily round that does what falls due by itself."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from policy.procedure.machines import load_machine
from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, columns, say
from server.models.cases import Application
from server.models.cases_clock import Deadline
from server.services.casework import looks, rounds
from server.services.casework.clock import Standing
from server.transaction import at_desk, parts, rehearsal

STANDINGS = {
    Standing.DONE: "已办",
    Standing.PAUSED: "中止",
    Standing.RUNNING: "在期限内",
    Standing.WARNED: "快到期",
    Standing.OVERDUE: "已超期",
}
PERIODS = {
    "start_investigation": "启动调查",
    "start_check": "启动核对",
    "township_opinion": "乡镇提出意见",
    "renewed_opinion": "异议后重新提出意见",
    "notice_period": "公示",
    "county_opinion": "县级审核确认",
    "decision": "全部办结",
    "refusal_notice": "不予确认告知",
    "recheck": "定期核查",
    "status_expires": "身份有效期",
    "death_processed": "死亡变更办结",
    "advance_supplemented": "先行救助补手续",
}
NOT_ANNOUNCED = " (暂定: 放假安排尚未公布)"


@click.group(cls=OfficeGroup)
def cases() -> None:
    """救助申请: 查看在办情况, 每天自动办到期的事。"""


@cases.command("list")
@click.option("--state", default="", help="只看一种状态, 如 investigating")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200), help="最多几件")
@as_json
@with_appcontext
def list_cases(state: str, limit: int, as_json: bool) -> None:
    """列出申请的编号、项目和状态, 不显示个人信息。"""
    rows = _at_desk(lambda desk: looks.queue(desk, state=state, limit=limit, after=""))
    say([_row(one) for one in rows], as_json, lambda found: columns(_table(found)) if found else ["没有申请"])


@cases.command()
@click.argument("application_id")
@as_json
@with_appcontext
def show(application_id: str, as_json: bool) -> None:
    """显示一件申请的经过和期限 (会记入日志)。"""
    warn_days = parts().settings.case_warn_days
    file = _at_desk(lambda desk: looks.case_file(desk, application_id, warn_days=warn_days))
    terms = [{**_term(one.deadline), "standing": one.standing.value} for one in file.terms]
    steps = [{"n": one.n, "at": one.at.isoformat(), "event": one.event, "to": one.to_state} for one in file.history]
    say({**_row(file.application), "history": steps, "terms": terms}, as_json, _told)


@cases.command()
@click.option("--by", "by", type=click.DateTime(["%Y-%m-%d"]), help="到哪一天为止 (默认今天)")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200), help="最多几条")
@as_json
@with_appcontext
def due(by: datetime | None, limit: int, as_json: bool) -> None:
    """列出到期和超期的期限, 最急的在前。"""
    rows = _at_desk(lambda desk: looks.due(desk, by=by.date() if by else desk.today, limit=limit))
    say([_term(one) for one in rows], as_json, lambda found: [_due_line(one) for one in found] or ["没有到期的期限"])


@cases.command("rounds")
@click.option("--dry-run", is_flag=True, help="只说会办什么, 不办")
@as_json
@with_appcontext
def run_rounds(dry_run: bool, as_json: bool) -> None:
    """办今天到期的事: 启动定期核查、结束渐退期、登记先行救助逾期、按新的放假安排重算期限。每天运行一次; 再运行无妨。

    没办成的逐件说明, 并以 1 退出; 其他的照办。
    """
    now = parts().clock()
    if dry_run:
        with rehearsal() as play:
            done = rounds.run(lambda deed: at_desk(rounds.SYSTEM, deed, now=now, run=play))
    else:
        done = rounds.run(lambda deed: at_desk(rounds.SYSTEM, deed, now=now))
    say(asdict(done), as_json, _round_lines)
    if done.not_done:
        raise SystemExit(1)


def _at_desk(deed: Any) -> Any:
    return at_desk(OPERATOR, deed, now=parts().clock())


def _row(one: Application) -> dict[str, Any]:
    names = ("id", "programme", "area_code", "state", "version")
    return {name: getattr(one, name) for name in names}


def _term(one: Deadline) -> dict[str, Any]:
    return {
        "case_id": one.case_id,
        "kind": one.kind,
        "due_on": one.due_on.isoformat(),
        "is_provisional": one.is_provisional,
    }


def _table(rows: list[dict[str, Any]]) -> list[list[str]]:
    states = load_machine("application").states
    return [[one["id"], one["area_code"], one["programme"], states[one["state"]]] for one in rows]


def _told(found: dict[str, Any]) -> list[str]:
    machine = load_machine("application")
    steps = [f"  {one['at'][:10]}  {machine.events[one['event']]}" for one in found["history"]]
    terms = [
        f"  {PERIODS[one['kind']]}  {one['due_on']}  {STANDINGS[Standing(one['standing'])]}"
        + (NOT_ANNOUNCED if one["is_provisional"] else "")
        for one in found["terms"]
    ]
    return [f"{found['id']}  {machine.states[found['state']]}", "经过:", *steps, "期限:", *terms]


def _due_line(one: dict[str, Any]) -> str:
    return f"{one['due_on']}  {PERIODS[one['kind']]}  {one['case_id']}" + (
        NOT_ANNOUNCED if one["is_provisional"] else ""
    )


def _round_lines(done: dict[str, Any]) -> list[str]:
    alone = f", 其中 {len(done['without_worker'])} 户没有可派的经办人员, 请另派" if done["without_worker"] else ""
    return [
        f"启动定期核查 {len(done['rechecks'])} 户{alone}",
        f"渐退期满 {len(done['tapers_ended'])} 户",
        f"先行救助逾期未补手续 {len(done['advances_overdue'])} 件",
        f"按新的放假安排重算的期限 {done['deadlines_moved']} 个",
        *(f"没有办成 {one['id']}: {one['reason'] or one['code']}" for one in done["not_done"]),
    ]
