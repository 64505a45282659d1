"""The `field-client` command: gathers the commands; each file of `commands` holds one subject's."""

from importlib import import_module
from pathlib import Path

import click

HELP = """掌上办外勤端：没有网络也能入户走访，内容先存本机，有网再同步。

\b
第一次使用：  field-client enrol --server https://… --username 用户名 --device-name 设备名
取回数据：    field-client sync
找一户：      field-client households search 张三
走访：        field-client visits start 家庭编号
              field-client visits answer 走访编号 题目=答案 …
              field-client visits photo 走访编号 照片 --kind house
              field-client visits check 走访编号      （还缺什么）
              field-client visits seal 走访编号       （签封，之后不能改）
交回：        field-client sync
网页：        field-client serve --open     （手机、平板、电脑上的页面）
练一练：      field-client practice --open  （虚构的住户，不上传）

退出码：0 办成；1 没办成（原因见提示，内容都在）；2 命令写法不对；3 连不上网（内容都在，稍后再试）。
"""


SUBJECTS = {
    "device": ("enrol", "unlock", "lock", "sync", "status", "doctor", "rebuild"),
    "households": ("households", "tasks", "persons"),
    "visits": ("visits",),
    "leads": ("leads",),
    "bundle": ("bundle",),
    "uploads": ("uploads", "storage"),
    "outcomes": ("receipts", "refused", "conflicts"),
    "serve": ("serve", "practice"),
    "trip": ("preflight", "support-bundle"),
    "faces": ("faces",),
}
"""Which file of `commands` holds which commands: only the one that is asked for is loaded, which halves a short run."""


class Commands(click.Group):
    """The commands by name, loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands, in the order in which they are learned."""
        return [name for names in SUBJECTS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command, from its file."""
        subject = next((file for file, names in SUBJECTS.items() if cmd_name in names), None)
        if subject and cmd_name not in self.commands:
            import_module(f"field_client.commands.{subject}").add_to(self)
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--home", type=click.Path(path_type=Path), help="数据文件夹（默认：用户数据目录）。")
@click.option("--user", help="几个人共用一台设备时：用户名。")
def main(home: Path | None, user: str | None) -> None:
    """Hold the commands; `home` and `user` are read by each of them."""
