"""A record of the sample as it leaves the generator: what the loader hands to the one door for writes."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be stored: its type in sync.records.REGISTRY, its id, its bucket, and its fields."""

    type: str
    id: str
    bucket: str
    fields: dict[str, Any]
