"""Instants as people here read them: 北京时间, to the minute; an unreadable instant is shown as nothing."""

from datetime import date, datetime

from server.domain.days import CHINA, day
from sync.canonical import moment


def local(at: datetime | str | None) -> datetime | None:
    """Give an instant on the wall clock of 北京."""
    try:
        found = moment(at) if isinstance(at, str) else at
        return found.astimezone(CHINA) if found else None
    except (ValueError, OverflowError):
        return None


def written(at: datetime | str | None) -> str:
    """Write an instant out.

    >>> written("2026-07-06T00:50:00.000Z")
    '2026年7月6日 08:50'
    """
    seen = local(at)
    return f"{seen.year}年{seen.month}月{seen.day}日 {seen:%H:%M}" if seen else ""


def brief(at: datetime | str | None) -> str:
    """Write an instant of the recent past without its year.

    >>> brief("2026-07-06T00:50:00.000Z")
    '7月6日 08:50'
    """
    seen = local(at)
    return f"{seen.month}月{seen.day}日 {seen:%H:%M}" if seen else ""


def day_of(at: datetime | str | None, otherwise: datetime) -> date:
    """Give the day of an instant in 北京."""
    return day(local(at) or otherwise)


def days_since(at: datetime, now: datetime) -> int:
    """Count the nights between an instant and now; 0 is today, and a device's clock that runs ahead counts as today."""
    return max((day_of(now, now) - day_of(at, now)).days, 0)


def lasting(milliseconds: int) -> str:
    """Write a span in its two largest units.

    >>> lasting(192_000), lasting(59_000), lasting(7_260_000)
    ('3 分 12 秒', '59 秒', '2 小时 1 分')
    """
    seconds = abs(milliseconds) // 1000
    sizes = ((86400, "天"), (3600, "小时"), (60, "分"), (1, "秒"))
    parts: list[str] = []
    for size, name in sizes:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(f"{count} {name}")
    return " ".join(part for part in parts[:2] if not part.startswith("0 ")) or "0 秒"
