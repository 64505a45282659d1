"""Long lists page by page: only what is shown is read."""

from dataclasses import dataclass

from flask import request

PER_PAGE = 50


@dataclass(frozen=True)
class Paging:
    """Which page of a list is asked for; an address beyond the end shows the last one."""

    page: int
    pages: int
    total: int

    @property
    def offset(self) -> int:
        """Give how many lines come before this page."""
        return (self.page - 1) * PER_PAGE


def paging(total: int) -> Paging:
    """Read from the address which page of so many lines is asked for."""
    pages = max(1, -(-total // PER_PAGE))
    return Paging(min(max(1, request.args.get("page", 1, int)), pages), pages, total)
