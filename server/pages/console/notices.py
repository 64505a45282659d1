"""What a page says at its top when it could not do what was asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """A refusal as a person reads it: what it is and what to do next; `request_id` is for whoever helps."""

    status: int
    title: str
    detail: str
    request_id: str
