"""flask policy: what the rules say of a case, and what a new number would do. Suggestions; a named person decides."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TextIO

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from policy.assessment import assess as assess_case
from policy.forecast.population import CannotForecast
from policy.forecast.what_if import compare
from policy.parameters import ParameterNotSet, Parameters, load_parameters
from policy.reader import CaseError
from server.cli.output import OfficeGroup, as_json, progress, say
from server.domain.days import day
from server.domain.errors import InputInvalid
from server.services import parameters as regional
from server.transaction import parts, reading

OUTCOMES = {"eligible": "符合", "not_eligible": "不符合", "missing_facts": "缺少情况"}
EVERY = 1_000  # households between two words of progress
on_option = click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="按哪一天的政策 (默认今天)")
region_option = click.option("--region", default="430981", show_default=True, help="地区代码")
sample_option = click.option("--sample", is_flag=True, help="用示例县的示例标准 (不是真实标准)")


@click.group(cls=OfficeGroup)
def policy() -> None:
    """政策测算。"""


@policy.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@on_option
@region_option
@sample_option
@as_json
@with_appcontext
def assess(file: TextIO, on: datetime | None, region: str, sample: bool, as_json: bool) -> None:
    """对一个家庭测算各项救助, 每个结论附理由、数额和条款。结果是建议, 由经办人员决定。

    例: flask policy assess case.json --on 2026-07-01 --region 430981 --json
    """
    try:
        case = json.load(file, parse_float=Decimal)
        result = assess_case(case, on=day_of(on), region=region, parameters=in_force(sample))
    except json.JSONDecodeError as error:
        raise InputInvalid(f"不是 JSON 文件: 第 {error.lineno} 行") from None
    except UnicodeDecodeError:
        raise InputInvalid("文件读不了: 请存为 UTF-8 编码") from None
    except CaseError as error:
        raise InputInvalid(_told(error)) from None
    except ValueError as error:
        raise InputInvalid(str(error)) from None
    say(result, as_json, _lines)


@policy.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--set", "changes", multiple=True, required=True, metavar="KEY=VALUE", help="设想的取值, 可多次; 金额写元"
)
@on_option
@region_option
@sample_option
@as_json
@with_appcontext
def forecast(
    file: TextIO, changes: tuple[str, ...], on: datetime | None, region: str, sample: bool, as_json: bool
) -> None:
    """设想一个新标准: 对一批家庭, 谁会新纳入、谁会退出、每月多付多少。只作测算, 不改任何标准。

    文件每行一个家庭, 形式同 flask policy assess。例:

    flask policy forecast households.jsonl --set dibao.standard@urban=820.00 --set dibao.standard@rural=640.00
    """
    parameters = in_force(sample)
    try:
        wanted = parameters.with_overrides(dict(_change(text) for text in changes))
        result = compare(_cases(file), on=day_of(on), region=region, now=parameters, then=wanted)
    except KeyError as error:
        raise InputInvalid(f"没有参数 {error.args[0]}; 可以设定的见 flask parameters keys") from None
    except CaseError as error:
        raise InputInvalid(_told(error)) from None
    except (CannotForecast, ParameterNotSet, OverflowError, ValueError) as error:
        raise InputInvalid(str(error)) from None
    say(result, as_json, _forecast_lines)


def in_force(sample: bool) -> Parameters:
    """Take what regions have set into account; the rules can be tried before the office has a database."""
    try:
        return regional.in_force(reading(), sample=sample)
    except (OperationalError, ProgrammingError):
        return load_parameters(sample=sample)


def day_of(on: datetime | None) -> date:
    return on.date() if on else day(parts().clock())


def _told(error: CaseError) -> str:
    return "; ".join(f"{problem.path}: {problem.text}" for problem in error.problems)


def _change(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals:
        raise InputInvalid("请写成 KEY=VALUE, 如 dibao.standard=820.00")
    return key, json.loads(value) if value.startswith(("{", "[")) else value


def _cases(file: TextIO) -> Iterator[dict[str, Any]]:
    number = 0
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield json.loads(line, parse_float=Decimal)
        except json.JSONDecodeError:
            raise InputInvalid(f"第 {number} 行不是 JSON") from None
        if number % EVERY == 0:
            progress(f"已读 {number} 户")
    progress(f"共读 {number} 行, 正在测算")


def _lines(result: dict[str, Any]) -> list[str]:
    lines = []
    for one in result["results"]:
        amount = f", 每月 {one['monthly_yuan']} 元" if one.get("monthly_yuan") else ""
        lines.append(f"{one['name']}: {OUTCOMES[one['outcome']]}{amount}")
        lines += [f"    {reason['text']}" for reason in one["reasons"]]
    return [*lines, result["notice"]]


def _forecast_lines(result: dict[str, Any]) -> list[str]:
    lines = [f"{result['households']} 户, {result['on']}, {result['region']}"]
    for one in result["programmes"]:
        lines.append(
            f"{one['name']}: {one['now']} 户 → {one['then']} 户 (新增 {one['gained']}, 退出 {one['lost']}); "
            f"每月 {one['now_yuan']} 元 → {one['then_yuan']} 元"
        )
    return [*lines, result["notice"]]
