"""flask policy temporary, taper, medical, prices, programmes, steps: what the rules say beside the allowances."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import click
from flask.cli import with_appcontext

from policy.aids.medical import medical_aid, premium_subsidy
from policy.aids.prices import PriceMonth, linked_months
from policy.aids.taper import TaperOutOfRange, taper_schedule
from policy.aids.temporary import may_pay_in_advance, suggest_temporary_aid
from policy.catalogue import Branch, programme_tree
from policy.law import Law
from policy.money import parse_yuan, whole_fen, yuan_text
from policy.parameters import ParameterNotSet
from policy.procedure.deadlines import deciding_level
from policy.procedure.machines import Machine, load_machines
from policy.procedure.texts import REFUSALS
from policy.reasons import FactsMissing, Reason
from policy.vocabulary import names
from server.cli.output import as_json, columns, say
from server.cli.rules import day_of, in_force, on_option, region_option, sample_option
from server.domain.errors import InputInvalid, ParameterMissing

LEVELS = {"township": "乡镇(街道)", "county": "县级"}
area_option = click.option(
    "--area", type=click.Choice(["urban", "rural"]), default="rural", show_default=True, help="城镇或农村"
)


class Yuan(click.ParamType[int]):
    """An amount in yuan, read as whole fen."""

    name = "元"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it, or say how it is written."""
        try:
            return value if isinstance(value, int) else parse_yuan(value)
        except ValueError:
            self.fail(f"{value!r} 不是金额, 请写成 312.50", param, ctx)


@click.command()
@click.option("--people", type=click.IntRange(1), required=True, help="家庭人口")
@click.option("--kind", type=click.Choice(sorted(names("hardship"))), required=True, help="困难类型")
@click.option("--degree", type=click.Choice(sorted(names("degree"))), required=True, help="困难程度")
@click.option("--months", type=click.IntRange(1), required=True, help="困难持续的月数")
@area_option
@on_option
@region_option
@sample_option
@as_json
@with_appcontext
def temporary(people: int, kind: str, degree: str, months: int, as_json: bool, **where: Any) -> None:
    """按家庭人口、困难类型、程度、持续时间建议临时救助金额, 并说明由哪一级审批、可否先行救助。

    例: flask policy temporary --people 3 --kind illness --degree heavy --months 2 --sample
    """
    with _told():
        law = _law(**where)
        found = suggest_temporary_aid(law, people=people, kind=kind, degree=degree, months=months)
        fen = whole_fen(found.fen)
        advance = may_pay_in_advance(law, fen)
        level = deciding_level(law, "temporary_emergency", amount_fen=fen).level
    reasons = [reason.as_dict() for reason in (*found.reasons, *advance.reasons)]
    result = {"yuan": yuan_text(fen), "level": level, "may_pay_in_advance": advance.holds, "reasons": reasons}
    say(result, as_json, lambda one: [f"建议 {one['yuan']} 元, 由{LEVELS[one['level']]}审批", *_sentences(one)])


@click.command()
@click.option("--months", type=click.IntRange(1), required=True, help="渐退期月数")
@click.option("--monthly", type=Yuan(), required=True, help="渐退前每月保障金")
@click.option("--decided", type=click.DateTime(["%Y-%m-%d"]), help="决定的日期 (默认今天); 从下月起渐退")
@area_option
@on_option
@region_option
@sample_option
@as_json
@with_appcontext
def taper(months: int, monthly: int, decided: datetime | None, as_json: bool, **where: Any) -> None:
    """列出渐退期每个月发多少。例: flask policy taper --months 6 --monthly 312.50 --sample"""
    with _told():
        schedule = taper_schedule(_law(**where), day_of(decided), months, Fraction(monthly))
    rows = [
        {
            "month": f"{one.month:%Y-%m}",
            "yuan": yuan_text(whole_fen(one.amount.fen)),
            "reasons": _reasons(one.amount.reasons),
        }
        for one in schedule
    ]
    say(rows, as_json, lambda found: columns([[one["month"], one["yuan"], one["reasons"][0]["text"]] for one in found]))


@click.command()
@click.option("--status", "statuses", multiple=True, required=True, help="身份, 可多次: tekun, dibao, orphan …")
@click.option("--self-paid", type=Yuan(), required=True, help="各项保险支付后的合规自负费用")
@click.option("--aided", type=Yuan(), default="0", help="本年已救助金额")
@click.option("--premium", type=Yuan(), help="个人应缴的参保费")
@area_option
@on_option
@region_option
@sample_option
@as_json
@with_appcontext
def medical(
    statuses: tuple[str, ...], self_paid: int, aided: int, premium: int | None, as_json: bool, **where: Any
) -> None:
    """建议医疗救助金额: 类别、比例、年度限额; 可一并算参保资助。

    例: flask policy medical --status dibao --self-paid 12000 --aided 3000 --sample
    """
    with _told():
        law, held = _law(**where), frozenset(statuses)
        found = medical_aid(law, held, self_paid_fen=self_paid, aided_this_year_fen=aided)
        paid = premium_subsidy(law, held, premium_fen=premium) if premium is not None else None
    result = {
        "yuan": yuan_text(whole_fen(found.fen)),
        "premium_yuan": yuan_text(whole_fen(paid.fen)) if paid else None,
        "reasons": _reasons((*found.reasons, *(paid.reasons if paid else ()))),
    }
    say(result, as_json, lambda one: [f"建议救助 {one['yuan']} 元", *_sentences(one)])


@click.command()
@click.argument("months", nargs=-1, required=True, metavar="YYYY-MM:CPI:FOOD…")
@region_option
@sample_option
@as_json
@with_appcontext
def prices(months: tuple[str, ...], region: str, sample: bool, as_json: bool) -> None:
    """看哪些月份启动价格补贴; 涨幅写百分数。例: flask policy prices 2026-01:3.5:5.9 2026-02:2.1:6.2"""
    with _told():
        found = linked_months(in_force(sample), region, [_price_month(text) for text in months])
    rows = [{"month": f"{one.month:%Y-%m}", "holds": one.holds, "reasons": _reasons(one.reasons)} for one in found]
    say(rows, as_json, _price_lines)


@click.command()
@on_option
@as_json
@with_appcontext
def programmes(on: datetime | None, as_json: bool) -> None:
    """列出当天的救助项目: 三个层次和社会力量, 主管部门、由谁决定。"""
    tree = programme_tree(day_of(on))
    layers = [
        {"layer": layer, "name": names("layer")[layer], "programmes": [_branch(one) for one in branches]}
        for layer, branches in tree.items()
    ]
    say(layers, as_json, lambda found: [line for layer in found for line in _layer_lines(layer)])


@click.command()
@click.argument("machine", type=click.Choice(sorted(load_machines())))
@as_json
@with_appcontext
def steps(machine: str, as_json: bool) -> None:
    """列出一种办理程序的每一步: 从哪到哪、谁办、须具备什么、依据哪一条。例: flask policy steps application"""
    found = load_machines()[machine]
    say(_steps(found), as_json, lambda rows: [line for row in rows for line in _step_lines(found, row)])


COMMANDS = (temporary, taper, medical, prices, programmes, steps)
"""Of the group `flask policy`."""


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the rules lack or refuse into a refusal that people read."""
    try:
        yield
    except ParameterNotSet as gap:
        raise ParameterMissing(f"{gap}; 见 flask parameters missing") from None
    except FactsMissing as gap:
        raise InputInvalid(f"当地的系数表里没有这一项: {gap}") from None
    except (TaperOutOfRange, ValueError) as error:
        raise InputInvalid(str(error)) from None


def _law(*, on: datetime | None, region: str, area: str, sample: bool) -> Law:
    return Law(in_force(sample), region, day_of(on), area)


def _price_month(text: str) -> PriceMonth:
    try:
        month, cpi, food = text.split(":")
        return PriceMonth(date.fromisoformat(f"{month}-01"), Fraction(cpi) / 100, Fraction(food) / 100)
    except (ValueError, ZeroDivisionError):
        raise InputInvalid(f"请写成 2026-01:3.5:5.9 (年月:CPI涨幅:食品涨幅), 而不是 {text}") from None


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [reason.as_dict() for reason in reasons]


def _sentences(result: dict[str, Any]) -> list[str]:
    return [f"    {reason['text']}" for reason in result["reasons"]]


def _price_lines(rows: list[dict[str, Any]]) -> list[str]:
    lines = []
    for row in rows:
        lines.append(f"{row['month']}: {'启动' if row['holds'] else '不启动'}")
        lines += _sentences(row)
    return lines


def _branch(branch: Branch) -> dict[str, Any]:
    one = branch.programme
    return {
        "programme": one.code,
        "name": one.name,
        "department": one.department,
        "applied_at": one.applied_at,
        "decided_by": one.decided_by,
        "materials": list(one.materials),
        "materials_by_sharing": list(one.materials_by_sharing),
        "clauses": [str(cite) for cite in one.cites],
        "children": [_branch(child) for child in branch.children],
    }


def _layer_lines(layer: dict[str, Any]) -> list[str]:
    def lines(row: dict[str, Any], depth: int) -> list[str]:
        own = f"{'  ' * depth}{row['name']} ({row['programme']}): {row['department']}; {row['decided_by']}"
        return [own, *(line for child in row["children"] for line in lines(child, depth + 1))]

    return [layer["name"], *(line for row in layer["programmes"] for line in lines(row, 1))]


def _steps(machine: Machine) -> list[dict[str, Any]]:
    return [
        {
            "from": way.state,
            "event": way.event,
            "to": way.to,
            "when": way.when,
            "who": sorted(way.who),
            "guards": {requirement.guard: [str(cite) for cite in requirement.cites] for requirement in way.requires},
            "clauses": [str(cite) for cite in way.cites],
            "starts": list(way.starts),
            "offline": way.is_offline,
        }
        for way in machine.transitions
    ]


def _step_lines(machine: Machine, row: dict[str, Any]) -> list[str]:
    who = "、".join(names("role")[role] for role in row["who"])
    head = f"{machine.states[row['from']]} —{machine.events[row['event']]}→ {machine.states[row['to']]} ({who})"
    return [head, *(f"    否则: {REFUSALS[guard]}({'、'.join(cites)})" for guard, cites in row["guards"].items())]
