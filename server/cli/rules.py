"""flask policy: what the rules say of a case. A suggestion with its reasons; a named person decides."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TextIO

import click
from flask.cli import with_appcontext

from policy.assessment import assess as assess_case
from policy.parameters import load_parameters
from policy.reader import CaseError
from server.cli.output import OfficeGroup, as_json, say
from server.domain.errors import InputInvalid
from server.transaction import parts

OUTCOMES = {"eligible": "符合", "not_eligible": "不符合", "missing_facts": "缺少情况"}


@click.group(cls=OfficeGroup)
def policy() -> None:
    """政策测算。"""


@policy.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="按哪一天的政策 (默认今天)")
@click.option("--region", default="430981", show_default=True, help="地区代码")
@click.option("--sample", is_flag=True, help="用示例县的示例标准 (不是真实标准)")
@as_json
@with_appcontext
def assess(file: TextIO, on: datetime | None, region: str, sample: bool, as_json: bool) -> None:
    """对一个家庭测算各项救助, 每个结论附理由、数额和条款。结果是建议, 由经办人员决定。"""
    try:
        case = json.load(file, parse_float=Decimal)
        day = on.date() if on else _today()
        result = assess_case(case, on=day, region=region, parameters=load_parameters(sample=sample))
    except json.JSONDecodeError as error:
        raise InputInvalid(f"不是 JSON 文件: 第 {error.lineno} 行") from None
    except CaseError as error:
        raise InputInvalid("; ".join(f"{problem.path}: {problem.text}" for problem in error.problems)) from None
    say(result, as_json, _lines)


def _today() -> date:
    return parts().clock().date()


def _lines(result: dict[str, Any]) -> list[str]:
    lines = []
    for one in result["results"]:
        amount = f", 每月 {one['monthly_yuan']} 元" if one.get("monthly_yuan") else ""
        lines.append(f"{one['name']}: {OUTCOMES[one['outcome']]}{amount}")
        lines += [f"    {reason['text']}" for reason in one["reasons"]]
    return lines
