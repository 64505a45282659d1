"""Ids of what the office itself makes; devices make their own."""

import os
from datetime import datetime

from sync.ids import new_id


def make_id(now: datetime) -> str:
    """Make a UUIDv7 for this moment."""
    return new_id(int(now.timestamp() * 1000), os.urandom(10))
