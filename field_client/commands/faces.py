"""Commands about what the device does with faces: what is kept, the thresholds in use, and the order of a turn."""

import secrets
from pathlib import Path

import click

from field_client import face_policies, face_rechecks, kept_faces
from field_client import faces as all_faces
from field_client.commands.frame import FILE, App, Output, command, nothing
from field_client.errors import FieldError
from field_client.files import read_given
from identity.face_policy import FacePolicy
from identity.liveness import new_challenge
from identity.policy_signing import SIGNATURE_SUFFIX

TURNS = {"left": "向左", "right": "向右"}


def add_to(main: click.Group) -> None:
    """Add the commands to the program."""
    group = main.group("faces", help="人脸：留存了多少、何时删除、撤回、比对阈值、转头顺序。默认什么都不留存。")(
        nothing
    )
    _add_kept(group)
    _add_policy(group)

    @command(group, "challenge", help="抽取一次转头的先后顺序，念给本人听，再用 visits identity --burst 交上连拍画面。")
    def challenge(app: App) -> Output:
        """Draw an order."""
        turns = [turn.value for turn in new_challenge(secrets.randbelow, "").turns]
        words = "，再".join(f"慢慢{TURNS[turn]}转头、转回来" for turn in turns)
        return Output({"turns": turns}, [f"请先正对镜头，{words}。", f"--turns {','.join(turns)}"])


def _add_kept(group: click.Group) -> None:
    @command(group, "status", help="留存了几个人的人脸参考数据；达到规定人数须备案。")
    def status(app: App) -> Output:
        """Count what is kept."""
        regions = sorted({str(row["id"]) for row in app.store.rows("SELECT id FROM buckets") if row["id"].isdecimal()})
        region = regions[0] if regions else "00"
        found = kept_faces.counted(app.store, app.clock, region)
        longest = kept_faces.retention(app.store, app.clock, region)
        hours = round(longest.total_seconds() / 3600) if longest else None
        waiting = face_rechecks.waiting(app.store)
        data = {
            "persons": found.persons,
            "filing_threshold": found.threshold,
            "retention_hours": hours,
            "to_recheck": waiting,
        }
        allowed = f"最长留存 {hours} 小时" if hours else "没有开启留存"
        lines = [f"本机留存 {found.persons} 人（{allowed}）。"]
        lines.append(f"全单位合计达到 {found.threshold} 人的，须在 {found.days} 个工作日内向省级网信部门备案。")
        lines += [f"等待交办公室复核的比对：{waiting} 次（照片已加密，本机打不开）。"] if waiting else []
        return Output(data, lines)

    @command(
        group,
        "keep",
        help="开启或关闭留存（默认关闭）。开启后仍要本人另外单独同意，到时自动删除；关闭时立即销毁全部留存。",
    )
    @click.option("--hours", type=click.IntRange(1, 24 * 366), help="最长留存多少小时；地区另有规定的取较短的。")
    @click.option("--off", is_flag=True, help="关闭，并销毁全部留存。")
    def keep(app: App, hours: int | None, off: bool) -> Output:
        """Turn keeping on or off."""
        if off == (hours is not None):
            raise click.UsageError("请写 --hours 小时数，或 --off。")
        gone = kept_faces.allow(app.store, hours)
        line = f"已开启，最长留存 {hours} 小时。" if hours else f"已关闭，销毁了 {gone} 份留存。"
        return Output({"hours": hours, "destroyed": gone}, [line])

    @command(
        group,
        "recheck",
        help="开启或关闭办公室复核（默认关闭）。开启后仍要本人另外单独同意；照片加密等待联网交出，交出或到时后立即删除；关闭时立即删除。",
    )
    @click.option("--hours", type=click.IntRange(1, 24 * 366), help="照片最长等待多少小时；地区另有规定的取较短的。")
    @click.option("--off", is_flag=True, help="关闭，并删除全部等待的照片。")
    def recheck(app: App, hours: int | None, off: bool) -> Output:
        """Turn second looks by the office on or off."""
        if off == (hours is not None):
            raise click.UsageError("请写 --hours 小时数，或 --off。")
        gone = face_rechecks.allow(app.store, hours)
        line = f"已开启，照片最长等待 {hours} 小时。" if hours else f"已关闭，删除了 {gone} 次比对的照片。"
        return Output({"hours": hours, "destroyed": gone}, [line])

    @command(group, "forget", help="撤回一个人的留存和待复核照片：立即销毁密钥并删除，不能恢复。")
    @click.argument("person")
    def forget(app: App, person: str) -> Output:
        """Destroy what is kept of a person."""
        if not all_faces.forget(app.store, person):
            raise FieldError("identity.nothing_to_withdraw")
        return Output({"person": person, "forgotten": True}, ["已销毁。"])

    @command(group, "purge", help="现在就删除到期的留存和待复核照片（打开程序时也会自动删除）。")
    def purge(app: App) -> Output:
        """Destroy what is over its time."""
        count = all_faces.purge(app.store, app.clock)
        return Output({"purged": count}, [f"删除了 {count} 份到期的留存和待复核照片。"])


def _add_policy(group: click.Group) -> None:
    @command(
        group,
        "policy",
        help="查看比对阈值；--install 装入办公室签名的阈值文件（同名 .sig 在旁边），--reset 恢复自带的。",
    )
    @click.option("--install", type=FILE, help="办公室校准并签名的阈值文件。")
    @click.option("--reset", is_flag=True, help="恢复程序自带的阈值。")
    def policy(app: App, install: Path | None, reset: bool) -> Output:
        """Show or change the policy in use."""
        if install:
            signature = read_given(install.with_suffix(SIGNATURE_SUFFIX)).decode("ascii", errors="replace")
            return _policy(face_policies.install(app.store, app.device, read_given(install), signature))
        return _policy(face_policies.reset(app.store) if reset else face_policies.current(app.store))


def _policy(found: FacePolicy) -> Output:
    data = {
        "version": found.version,
        "provisional": found.provisional,
        "match_at_most": found.match_at_most,
        "no_match_above": found.no_match_above,
        "provenance": dict(found.provenance),
    }
    state = "暂定，须用本地数据校准" if found.provisional else "已校准"
    bands = f"距离不大于 {found.match_at_most:g} 为相符，大于 {found.no_match_above:g} 为不相符"
    return Output(data, [f"{found.version}（{state}）", bands])
