"""Commands about households, tasks and persons, from the local store only."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from field_client import card_reading, households, messages, tasks, visit_view
from field_client.commands.frame import FILE, App, Output, command, nothing, pairs
from field_client.files import read_given


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""
    group = main.group("households", help="家庭名册：列出、查找、查看。只用本机数据。")(nothing)
    errands = main.group("tasks", help="走访任务。")(nothing)
    persons = main.group("persons", help="人员信息更正。")(nothing)

    @command(group, "list", help="列出本机的家庭，按编号排序。")
    @click.option("--area", default="", help="只列某个地区（代码的前几位）。")
    def list_households(app: App, area: str) -> Output:
        """List the households."""
        found = households.all_households(app.store, area=area)
        return Output(found, [_line(one) for one in found])

    @command(
        group,
        "search",
        help="查找家庭：至少两个字。姓名、地址、编号、拼音首字母（如 zs）、身份证末几位都可以；最多列 20 户。",
    )
    @click.argument("text")
    def search(app: App, text: str) -> Output:
        """Find households."""
        found = households.found(app.store, text)
        return Output(found, [_line(one) for one in found] or ["没有找到。换个写法试试，或先同步。"])

    @command(group, "show", help="查看一户：成员、任务、走访。身份证号只显示前六位和后四位。")
    @click.argument("household")
    def show(app: App, household: str) -> Output:
        """Show a household."""
        found = households.show(app.store, household)
        found["tasks"] = tasks.of_household(app.store, found["id"])
        found["visits"] = [one["id"] for one in visit_view.of_household(app.store, app.device, found["id"])]
        return Output(found, _household_lines(found))

    @command(errands, "list", help="列出还没有签封的走访任务，急的在前。")
    def list_tasks(app: App) -> Output:
        """List the open tasks."""
        found = tasks.with_households(app.store, tasks.open_tasks(app.store))
        return Output(found, [_task_line(one) for one in found] or ["没有待办任务。"])

    @command(
        persons,
        "propose",
        help="提出人员信息更正，例如：persons propose 人员编号 name=张三 --evidence 走访编号\n\n"
        "姓名、身份证号等由审核人员决定后才生效；电话直接更新。",
    )
    @click.argument("person")
    @click.argument("changes", nargs=-1, required=True, metavar="FIELD=VALUE…")
    @click.option("--evidence", required=True, metavar="VISIT", help="说明依据的走访编号。")
    def propose(app: App, person: str, changes: tuple[str, ...], evidence: str) -> Output:
        """Propose corrections to the register."""
        n = households.propose(app.store, app.clock, person, pairs(changes), evidence=evidence)
        return Output({"n": n, "person_id": person}, ["已保存，同步后交审核人员决定。"])

    @command(
        persons,
        "read-card",
        help="认出身份证正面的字，与名册逐项对照（需要附加组件 card）。照片不保存。\n\n"
        "请对着证件核对；没有错的，用 --confirm 把不同的几项作为更正提出，交审核人员决定。",
    )
    @click.argument("person")
    @click.argument("photo", type=FILE)
    @click.option("--confirm", metavar="VISIT", help="已对照证件核对无误；说明依据的走访编号。")
    def read_card(app: App, person: str, photo: Path, confirm: str | None) -> Output:
        """Lay a card beside the register."""
        card = card_reading.read(app.store, app.clock, read_given(photo))
        found = card_reading.beside_register(app.store, person, card)
        differing = {one.field: one.card for one in found if one.differs}
        if confirm and differing:
            households.propose(app.store, app.clock, person, differing, evidence=confirm)
        is_proposed = bool(confirm and differing)
        lines = [*map(_card_line, found), *(["已作为更正提出，交审核人员决定。"] if is_proposed else [])]
        fields = [asdict(one) | {"differs": one.differs} for one in found]
        return Output({"fields": fields, "proposed": is_proposed}, lines)


def _card_line(one: card_reading.Compared) -> str:
    state = "与名册不同" if one.differs else "相同" if one.card else "没有认出"
    twice = "，请再核对" if one.is_doubtful else ""
    return f"{one.field}：{one.card or '—'}（{state}{twice}）"


def _line(one: dict[str, Any]) -> str:
    return f"{one['id']}  {one['number']}  {one['head']}  {one['members']} 人  {one['address']}"


def _task_line(one: dict[str, Any]) -> str:
    household = one["household"] or {}
    state = messages.TASK_STATES.get(one["state"], one["state"])
    return f"{one['due_on']}  {state}  {one['title']}  {household.get('head', '')}  {one['household_id']}"


def _household_lines(found: dict[str, Any]) -> list[str]:
    persons = [
        f"  {one['id']}  {one['name']}  {one['relation']}  {one['birth_date']}  {one['id_number']}"
        for one in found["persons"]
    ]
    return [_line(found), f"  {found['area_name']}  电话 {found['phone'] or '无'}", *persons]
