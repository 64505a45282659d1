"""flask demo: a sample county to try everything on."""

import click
from flask.cli import with_appcontext

from server.cli.output import OfficeGroup, as_json, progress, say
from server.domain.errors import NotAllowed
from server.domain.permissions import ROLES
from server.sample import county, staff
from server.services import sample_county
from server.transaction import parts, transact


@click.group(cls=OfficeGroup)
def demo() -> None:
    """示例县: 供试用和演示, 其中没有真实的人。"""


@demo.command()
@click.option("--households", default=200, show_default=True, type=click.IntRange(min=0), help="家庭户数")
@click.option("--seed", default=2026, show_default=True, help="随机种子: 相同的种子得到相同的数据")
@as_json
@with_appcontext
def seed(households: int, seed: int, as_json: bool) -> None:
    """装入示例县 (沅江): 乡镇、村、各岗位人员、家庭和任务。重复运行不会重复装入。"""
    if parts().settings.is_production:
        raise NotAllowed("正式环境不装示例数据")
    now = parts().clock()
    transact(lambda ledger: sample_county.load_office(ledger, now=now))
    added = 0
    for loaded in sample_county.load_households(transact, seed=seed, count=households, now=now):
        added = loaded.records
        progress(f"已装入 {loaded.households}/{households} 户")
    logins = [
        {"username": member.username, "role": member.grants[0].role, "area_prefix": member.grants[0].area_prefix}
        for member in staff.STAFF
    ]
    villages = len(county.VILLAGES)
    result = {
        "households": households,
        "records_added": added,
        "villages": villages,
        "password": sample_county.PASSWORD,
        "logins": logins,
    }
    say(result, as_json, lambda _: _lines(result))


def _lines(result: dict[str, object]) -> list[str]:
    rows = [f"  {member.username:<12} {ROLES[member.grants[0].role]}  {member.display_name}" for member in staff.STAFF]
    head = f"示例县: {result['households']} 户, {result['villages']} 个村, 新装入 {result['records_added']} 条记录"
    return [head, f"示例账号 (密码都是 {sample_county.PASSWORD}, 正式环境拒绝):", *rows]
