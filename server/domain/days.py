"""Days as people here count them: one zone for the whole country, so that a day means the same on device and server."""

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def day(at: datetime) -> date:
    """Give the day of an instant."""
    return at.astimezone(CHINA).date()
