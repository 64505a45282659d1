"""Commands of leads: a quick report of somebody in need, and what became of it."""

from pathlib import Path
from typing import Any

import click

from field_client import leads, visits
from field_client.commands.frame import FILE, App, Output, command, nothing
from field_client.errors import FieldError
from field_client.files import read_given
from sync.records.terms import LEAD_HARDSHIPS, LEAD_SOURCES, LEAD_URGENCIES


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""
    group = main.group("leads", help="困难线索：发现有人遇到困难，几分钟报上去；没有网也能报。")(nothing)

    @command(
        group,
        "add",
        help="报一条线索，输出编号。例：\n\n"
        "leads add --who 村口小卖部旁的独居老人 --where 石矶湖村二组 --hardship food --urgency now --source village\n\n"
        "不问身份证号。照片和位置可以没有；照片先征得同意，避开人脸。",
    )
    @click.option("--village", default="", help="哪个村（代码）；本机只有一个村时不用写。")
    @click.option("--who", default="", help="姓名，或怎样找到。")
    @click.option("--where", default="", help="村、组、门牌或附近的标志。")
    @click.option("--hardship", "hardships", multiple=True, help=f"什么困难，可以写几次：{_known(LEAD_HARDSHIPS)}")
    @click.option("--urgency", default="", help=f"有多急：{_known(LEAD_URGENCIES)}")
    @click.option("--source", default="village", help=f"怎么知道的：{_known(LEAD_SOURCES)}")
    @click.option("--details", default="", help="具体情况：看到什么，从什么时候起。")
    @click.option("--phone", default="", help="联系电话。")
    @click.option("--photo", "files", multiple=True, type=FILE, help="照片文件，可以写几次。")
    @click.option("--lat", default="", help="纬度（度）。")
    @click.option("--lon", default="", help="经度（度）。")
    @click.option("--accuracy", type=int, default=-1, help="精度（米）。")
    def add(app: App, files: tuple[Path, ...], lat: str, lon: str, accuracy: int, **given: Any) -> Output:
        """File a lead."""
        pictures = tuple(leads.Photo(read_given(file), imported=True) for file in files)
        point = visits.Place(lat, lon, accuracy) if lat or lon else None
        report = leads.Report(**given | {"village": _village(app, given["village"])}, photos=pictures, point=point)
        lead = leads.add(app.store, app.clock, app.device, report)
        return Output({"id": lead}, [lead])

    @command(group, "list", help="列出自己报的和派给自己的线索，新的在前，以及办得怎样了。")
    def list_leads(app: App) -> Output:
        """List leads."""
        found = leads.mine(app.store, app.device)
        return Output(found, [_row(one) for one in found] or ["没有线索。用 leads add 报一条。"])

    @command(group, "show", help="查看一条线索和处理结果。")
    @click.argument("lead")
    def show(app: App, lead: str) -> Output:
        """Show a lead."""
        found = leads.show(app.store, app.device, lead)
        return Output(found, [_row(found), *_handling(found)])


def _known(words: Any) -> str:
    return "、".join(f"{code}({word})" for code, word in words.items())


def _village(app: App, given: str) -> str:
    """Take the only village where none is named. Raises FieldError("lead.village_unknown") where there are several."""
    known = leads.villages(app.store)
    if given or len(known) != 1:
        if not given:
            raise FieldError("lead.village_unknown", known=_known(known))
        return given
    return next(iter(known))


def _row(one: dict[str, Any]) -> str:
    return "  ".join((one["id"], one["at"][:10], one["state_text"], one["urgency"], one["who"], one["where"]))


def _handling(one: dict[str, Any]) -> list[str]:
    told = (
        ("什么困难", "、".join(one["hardships"])),
        ("派给", one["assignee"]),
        ("交代", one["note"]),
        ("结果", one["result"]),
    )
    return [f"  {label}：{text}" for label, text in told if text]
