"""flask parameters: numbers that the region sets for itself, by two people, with the document that says so."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from policy.money import parse_yuan, yuan_text
from policy.registry import load_keys
from server.cli.output import OfficeGroup, as_json, columns, progress, say
from server.domain.days import day
from server.domain.errors import DomainError, InputInvalid
from server.domain.permissions import Actor
from server.models.office import Staff
from server.models.parameters import RegionalParameter
from server.queries import parameters as queries
from server.services import parameters as service
from server.services import sign_in
from server.transaction import parts, reading, transact
from sync.canonical import dumps, loads

STATES = {None: "待审批", "approved": "已批准", "declined": "未同意"}
AREAS = {None: "", "urban": "城镇", "rural": "农村"}
region_option = click.option("--region", default="430981", show_default=True, help="地区代码")
by_option = click.option("--by", "username", required=True, help="办理人的用户名; 会询问其密码")
password_option = click.option(
    "--password",
    prompt="密码",
    hide_input=True,
    help="办理人的密码 (不给则提示输入)",
    envvar="ZSB_PASSWORD",
    show_envvar=False,
)


@click.group(cls=OfficeGroup)
def parameters() -> None:
    """地区自定的标准: 一人提出, 另一人审批, 写明文件和条款。"""


@parameters.command()
@click.argument("key")
@click.argument("value")
@region_option
@click.option("--area", type=click.Choice(["urban", "rural"]), help="只适用城镇或农村 (默认都适用)")
@click.option("--from", "valid_from", required=True, type=click.DateTime(["%Y-%m-%d"]), help="从哪一天起执行")
@click.option("--document", required=True, help="依据的文件或会议决定")
@click.option("--number", default="", help="文号")
@click.option("--clause", required=True, help="条款")
@click.option("--reason", default="", help="理由 (降低标准时必须写)")
@by_option
@password_option
@as_json
@with_appcontext
def propose(key: str, value: str, region: str, area: str | None, valid_from: datetime, **more: Any) -> None:
    """提出一项标准, 等另一人审批。

    金额写元, 比例写分数或小数, 多项用逗号隔开, 表写 JSON。例:

    flask parameters propose dibao.standard 820.00 --area urban --from 2026-10-01 --document "关于调整低保标准的通知"
    --number "沅政发〔2026〕8号" --clause 一 --by county1
    """
    stated = service.Stated(
        key=key,
        region=region,
        area=area,
        value=dumps(_value(key, value)),
        valid_from=valid_from.date(),
        document=more["document"],
        number=more["number"],
        clause=more["clause"],
    )
    _do(
        more,
        lambda session, actor, now: service.propose(
            session, actor, stated, reason=more["reason"], sample=_sample(), now=now
        ),
        "已提出, 请另一人用 flask parameters approve 审批",
    )


@parameters.command()
@click.argument("proposal_id")
@by_option
@password_option
@as_json
@with_appcontext
def approve(proposal_id: str, **more: Any) -> None:
    """审批同意一项标准; 提出的人不能自己审批。"""
    _do(
        more,
        lambda session, actor, now: service.approve(session, actor, proposal_id, sample=_sample(), now=now),
        "已批准, 到起始日期执行",
    )


@parameters.command()
@click.argument("proposal_id")
@click.option("--reason", required=True, help="不同意的理由")
@by_option
@password_option
@as_json
@with_appcontext
def decline(proposal_id: str, reason: str, **more: Any) -> None:
    """不同意一项标准, 或撤回自己提出的。"""
    _do(
        more,
        lambda session, actor, now: service.decline(session, actor, proposal_id, reason=reason, now=now),
        "已记为不同意",
    )


@parameters.command("list")
@region_option
@click.option("--key", help="只看一个参数")
@as_json
@with_appcontext
def list_them(region: str, key: str | None, as_json: bool) -> None:
    """列出一个地区提出、批准的标准; 待审批的附上文件规定的比照。"""
    rows = [row for row in queries.of_region(reading(), region) if key in (None, row.key)]
    say([_row(row) for row in rows], as_json, _table)


@parameters.command()
@region_option
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="哪一天 (默认今天)")
@as_json
@with_appcontext
def missing(region: str, on: datetime | None, as_json: bool) -> None:
    """列出文件没有给出、地区还没有设定的标准; 用到它们的测算都会停下来。"""
    when = on.date() if on else _today()
    found = service.not_set(_in_force(), region, when)
    rows = [
        {"key": key, "area": area, "name": load_keys()[key].name, "unit": load_keys()[key].unit} for key, area in found
    ]
    say(rows, as_json, _missing_table)


@parameters.command()
@as_json
@with_appcontext
def keys(as_json: bool) -> None:
    """列出可以设定的全部参数: 名称、取值形式、单位。"""
    found = [{"key": key.key, "name": key.name, "kind": key.kind, "unit": key.unit} for key in load_keys().values()]
    say(found, as_json, lambda rows: columns([[row["key"], row["kind"], row["unit"], row["name"]] for row in rows]))


def _do(more: dict[str, Any], deed: Callable[[Session, Actor, datetime], RegionalParameter], done: str) -> None:
    now = parts().clock()
    actor = _prove(more["username"], more["password"], now)
    found = transact(lambda ledger: _row(deed(ledger.session, actor, now)))
    progress(done)
    say(found, more["as_json"], lambda row: _table([row]))


def _prove(username: str, password: str, now: datetime) -> Actor:
    """Tell who acts: two people have to be two, so each shows a password, also on the server's own machine."""

    def deed(session: Session) -> Actor | DomainError:
        found = sign_in.prove(session, parts().settings, username, password, now=now)
        if isinstance(found, Staff):
            return Actor(found.id, found.display_name, sign_in.grants_of(found, now))
        return found

    actor = transact(lambda ledger: deed(ledger.session))
    if isinstance(actor, DomainError):
        raise actor
    return actor


def _value(key: str, text: str) -> object:
    """Read a value as people type it, by the kind of its key."""
    if key not in load_keys():
        raise InputInvalid(f"没有参数 {key}; 可以设定的见 flask parameters keys")
    kind = load_keys()[key].kind
    try:
        match kind:
            case "money":
                return parse_yuan(text)
            case "integer":
                return int(text)
            case "flag":
                return {"true": True, "false": False}[text]
            case "codes" | "schedule":
                return [one.strip() for one in text.split(",")]
            case "levels" | "ratios" | "bands":
                return json.loads(text)
            case _:
                return text
    except (ValueError, KeyError):
        raise InputInvalid(f"“{load_keys()[key].name}”的取值形式不对 ({kind})") from None


def _row(row: RegionalParameter) -> dict[str, Any]:
    key, value = load_keys()[row.key], loads(row.value)
    is_open = row.decision is None
    return {
        "id": row.id,
        "key": row.key,
        "name": key.name,
        "region": row.region,
        "area": row.area,
        "value": yuan_text(value) if key.kind == "money" else value,
        "from": row.valid_from.isoformat(),
        "document": row.document,
        "number": row.number,
        "clause": row.clause,
        "reason": row.reason,
        "state": row.decision or "proposed",
        "proposed_by": row.proposed_by,
        "decided_by": row.decided_by,
        "checks": [_check(name, found) for name, found in service.checks(_in_force(), row)] if is_open else [],
    }


def _check(name: str, finding: Any) -> dict[str, Any]:
    return {"key": name, "holds": finding.holds, "text": "; ".join(reason.text for reason in finding.reasons)}


def _table(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["还没有自定的标准。还要设定哪些: flask parameters missing"]
    lines = columns([_cells(row) for row in rows])
    remarks = [(check["holds"] is False, check["text"]) for row in rows for check in row["checks"]]
    return [*lines, *(f"    {'提醒: ' if is_broken else ''}{text}" for is_broken, text in remarks)]


def _cells(row: dict[str, Any]) -> list[str]:
    state = STATES[None if row["state"] == "proposed" else row["state"]]
    source = f"《{row['document']}》{row['clause']}"
    return [row["id"], state, row["from"], AREAS[row["area"]], str(row["value"]), row["name"], source]


def _missing_table(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["都已设定。"]
    return columns([[row["key"], AREAS[row["area"]], row["name"], row["unit"]] for row in rows])


def _in_force() -> Any:
    return service.in_force(reading(), sample=_sample())


def _sample() -> bool:
    return not parts().settings.is_production


def _today() -> date:
    return day(parts().clock())
