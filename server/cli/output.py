"""How every command speaks: data on stdout (a table for people, JSON for programs), progress and errors on stderr."""

import json
import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from server.domain.errors import DomainError

as_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出, 供程序读取")


class OfficeCommand(click.Command):
    """A command that ends with exit code 1 and one sentence when something is refused, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; word what may go wrong."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            _fail(f"{error.title}。{error.detail}")
        except (OperationalError, ProgrammingError) as error:
            if "no such table" in str(error) or "does not exist" in str(error):
                _fail("数据库还没有建表, 请先运行: flask --app server.app:create_app db upgrade")
            raise


class OfficeGroup(OfficeCommand, click.Group):
    """A group of such commands."""


def say(data: Any, as_json: bool, table: Callable[[Any], Sequence[str]] | None = None) -> None:
    """Print a result: JSON when asked for, else the lines that `table` makes of it."""
    if as_json or table is None:
        click.echo(json.dumps(data, ensure_ascii=False, indent=None if as_json else 2))
    else:
        for line in table(data):
            click.echo(line)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out under each other; a Chinese character is two columns wide. The last column is not filled up."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def progress(text: str) -> None:
    """Tell on stderr how far long work is; on a terminal the line is written over."""
    click.echo(f"\r{text}" if sys.stderr.isatty() else text, err=True, nl=not sys.stderr.isatty())


def _fail(text: str) -> None:
    click.echo(text, err=True)
    raise SystemExit(1)
