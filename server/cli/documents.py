"""flask documents: the letters of a case and the sheet of a visit, as PDF."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from server.adapters.whole_file import writing
from server.cli.office import OPERATOR
from server.cli.output import OfficeGroup, as_json, columns, progress, say
from server.documents.papers import PAPERS
from server.printing import printed


@click.group(cls=OfficeGroup)
def documents() -> None:
    """文书: 把申请的通知、决定和走访的调查表做成 PDF。"""


@documents.command("kinds")
@as_json
def list_kinds(as_json: bool) -> None:
    """列出可以做的文书。"""
    rows = [{"kind": kind, "title": one.title} for kind, one in PAPERS.items()]
    say(rows, as_json, lambda _: columns([[one["kind"], one["title"]] for one in rows]))


@documents.command()
@click.argument("kind", type=click.Choice(list(PAPERS)))
@click.argument("subject_id", metavar="ID")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="文件已存在时覆盖")
@as_json
@with_appcontext
def make(kind: str, subject_id: str, file: Path, force: bool, as_json: bool) -> None:
    """做一份文书: ID 是申请的编号 (visit_sheet 是走访的编号), FILE 是要写的 PDF 文件。

    例: flask documents make acceptance 019f34f0-… 受理通知.pdf
    """
    if file.exists() and not force:
        raise click.UsageError(f"{file} 已存在; 要覆盖请加 --force")
    progress("正在制作文书 ...")
    content = printed(OPERATOR, kind, subject_id)
    with writing(file) as opened:
        opened.write(content)
    say({"file": str(file), "bytes": len(content)}, as_json, lambda _: [f"已写入 {file}"])
