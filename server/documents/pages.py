"""A document's page as HTML: one template for each kind, everything escaped, nothing that the data does not have."""

from dataclasses import fields
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined

from server.documents.papers import Paper

LONG = "{0.year}年{0.month}月{0.day}日"

_environment = Environment(
    loader=PackageLoader("server.documents"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def day(found: date | None) -> str:
    """Write a day as documents do; none is a blank to be filled by hand.

    >>> day(date(2026, 7, 6))
    '2026年7月6日'
    """
    return LONG.format(found) if found else "____年__月__日"


def page(paper: Paper) -> str:
    """Give a document's page; pictures stand in it as `picture:` with their hash."""
    told = {field.name: getattr(paper, field.name) for field in fields(paper)}
    return _environment.get_template(f"{paper.kind}.html").render(title=paper.title, **told)


_environment.filters["day"] = day
