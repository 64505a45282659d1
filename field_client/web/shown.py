"""How values are written on pages: times, days, sizes, and the words of codes."""

from datetime import date
from typing import Any

from flask import Flask

from field_client import messages
from field_client.clock import CHINA
from field_client.web import words
from field_client.web.desk import desk
from policy.catalogue import catalogue
from sync.canonical import moment
from sync.records import terms

_WEEKDAYS = "一二三四五六日"


def add_filters(app: Flask) -> None:
    """Make the writings and the tables of words known to all templates."""
    filters = (clock_time, day, until, kilobytes, age, initial)
    app.jinja_env.filters.update({filter.__name__: filter for filter in filters})
    app.jinja_env.globals.update(words=words, terms=terms, messages=messages, programmes=programmes)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def clock_time(text: str) -> str:
    """Write an instant as people in China read it, the day only where it is not today; empty stays empty."""
    if not text:
        return ""
    at = moment(text).astimezone(CHINA)
    shown = f"{at:%H:%M}"
    return shown if at.date() == desk().clock.today() else f"{at.month}月{at.day}日 {shown}"


def clock_day(text: str) -> str:
    """Write the day of an instant, with its year; empty stays empty."""
    if not text:
        return ""
    at = moment(text).astimezone(CHINA)
    return f"{at.year}年{at.month}月{at.day}日"


def day(text: str) -> str:
    """Write a day with its weekday."""
    if not text:
        return ""
    on = date.fromisoformat(text)
    return f"{on.month}月{on.day}日 周{_WEEKDAYS[on.weekday()]}"


def until(text: str) -> str:
    """Write how far away a due day is."""
    if not text:
        return "不限时间"
    days = (date.fromisoformat(text) - desk().clock.today()).days
    if days < 0:
        return f"已过期 {-days} 天"
    return {0: "今天", 1: "明天", 2: "后天"}.get(days, f"还有 {days} 天")


def kilobytes(size: int) -> str:
    """Write a size."""
    return f"{size / (1 << 20):.1f} MB" if size >= 1 << 20 else f"{max(1, round(size / 1024))} KB"


def age(text: str) -> str:
    """Write the age on today of who was born on a day."""
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return ""
    today = desk().clock.today()
    return f"{today.year - born.year - ((today.month, today.day) < (born.month, born.day))} 岁"


def initial(name: str) -> str:
    """Give the family name's character, for a round mark beside a household."""
    return name[:1] or "户"


def programmes() -> dict[str, Any]:
    """Give the names of the programmes by their codes."""
    return {programme.code: programme.name for programme in catalogue()}
